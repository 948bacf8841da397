// A session leader gets a controlling terminal; groups move to the foreground; ^C signals them; tty_ioctl(4).
#include "../check.h"
#include <sys/ioctl.h>
#include <termios.h>

static int leader(void) {
  int master = posix_openpt(O_RDWR | O_NOCTTY);
  CHECK(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
  CHECK(setsid() == getpid());
  TRY(open("/dev/tty", O_RDWR));
  int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
  SHOW(ioctl(slave, TIOCSCTTY, 0));
  TRY(open("/dev/tty", O_RDWR));
  SHOW(tcgetsid(slave) == getpid());
  SHOW(tcgetpgrp(slave) == getpid());
  signal(SIGTTOU, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  pid_t pid = fork();
  if (pid == 0) {
    setpgid(0, 0);
    signal(SIGINT, SIG_DFL);
    for (;;) pause();
  }
  setpgid(pid, pid);
  SHOW(tcsetpgrp(slave, pid));
  SHOW(tcgetpgrp(slave) == pid);
  int status;
  SHOW(write(master, "\032", 1));
  SHOW(waitpid(pid, &status, WUNTRACED) == pid);
  show_status("^Z", status);
  kill(pid, SIGCONT);
  SHOW(write(master, "\003", 1));
  SHOW(waitpid(pid, &status, 0) == pid);
  show_status("^C", status);
  SHOW(tcsetpgrp(slave, 999999999));
  SHOW(tcsetpgrp(slave, getpid()));
  SHOW(ioctl(slave, TIOCNOTTY));
  TRY(open("/dev/tty", O_RDWR));
  return 0;
}

int main(void) {
  show_status("leader", in_child(leader));
  return 0;
}
