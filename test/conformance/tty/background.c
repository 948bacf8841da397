// A background group that reads its terminal stops with SIGTTIN, or gets EIO when it ignores that; termios(3).
#include "../check.h"
#include <sys/ioctl.h>

static int leader(void) {
  int master = posix_openpt(O_RDWR | O_NOCTTY);
  CHECK(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0 && setsid() == getpid());
  int slave = open(ptsname(master), O_RDWR);
  pid_t pid = fork();
  if (pid == 0) {
    char byte;
    setpgid(0, 0);
    CHECK(read(slave, &byte, 1) == 1);
    _exit(byte);
  }
  int status;
  SHOW(waitpid(pid, &status, WUNTRACED) == pid);
  show_status("background read", status);
  SHOW(tcsetpgrp(slave, pid));
  SHOW(write(master, "7\n", 2));
  kill(pid, SIGCONT);
  reap("foreground read", pid);
  signal(SIGTTOU, SIG_IGN);
  SHOW(tcsetpgrp(slave, getpid()));
  pid = fork();
  if (pid == 0) {
    char byte;
    setpgid(0, 0);
    signal(SIGTTIN, SIG_IGN);
    _exit(read(slave, &byte, 1) == -1 && errno == EIO ? 5 : 1);
  }
  reap("ignoring", pid);
  return 0;
}

int main(void) {
  show_status("leader", in_child(leader));
  return 0;
}
