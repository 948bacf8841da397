// The window size is kept by the terminal, seen from both ends, and changes send SIGWINCH; ioctl_tty(2).
#include "../check.h"
#include <sys/ioctl.h>

static volatile int winches;
static void handler(int number) {
  (void)number;
  winches++;
}

static int session(void) {
  on_signal(SIGWINCH, handler, 0);
  int master = posix_openpt(O_RDWR | O_NOCTTY);
  CHECK(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
  CHECK(setsid() == getpid());
  int slave = open(ptsname(master), O_RDWR);
  CHECK(slave >= 0);
  struct winsize size = {1, 1, 1, 1};
  SHOW(ioctl(slave, TIOCGWINSZ, &size));
  printf("%d %d\n", size.ws_row, size.ws_col);
  size = (struct winsize){40, 132, 0, 0};
  SHOW(ioctl(master, TIOCSWINSZ, &size));
  SHOW(winches);
  size.ws_row = 0;
  SHOW(ioctl(slave, TIOCGWINSZ, &size));
  printf("%d %d\n", size.ws_row, size.ws_col);
  SHOW(ioctl(master, TIOCSWINSZ, &size));
  SHOW(winches);
  SHOW(ioctl(0, TIOCGWINSZ, &size));
  return 0;
}

int main(void) {
  show_status("session", in_child(session));
  return 0;
}
