// When the master closes, the session leader gets SIGHUP, reads end and writes fail; pty(7).
#include "../check.h"

static volatile int hangups;
static void handler(int number) {
  (void)number;
  hangups++;
}

static int leader(void) {
  on_signal(SIGHUP, handler, 0);
  int master = posix_openpt(O_RDWR | O_NOCTTY);
  CHECK(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0 && setsid() == getpid());
  int slave = open(ptsname(master), O_RDWR);
  CHECK(slave >= 0);
  SHOW(close(master));
  for (int i = 0; i < 1000 && !hangups; i++) sleep_ms(1);
  SHOW(hangups);
  char byte;
  SHOW(read(slave, &byte, 1));
  SHOW(write(slave, "x", 1));
  struct pollfd poller = {.fd = slave, .events = POLLIN};
  SHOW(poll(&poller, 1, 0));
  SHOW((poller.revents & POLLHUP) != 0);
  TRY(open("/dev/tty", O_RDWR));
  return 0;
}

int main(void) {
  show_status("leader", in_child(leader));
  return 0;
}
