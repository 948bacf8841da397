// Background processes that don't stop: orphans, and those that ignore or block SIGTTIN and SIGTTOU; termios(3) under job control.
#include "../check.h"
#include <sys/ioctl.h>
#include <termios.h>

static int slave;

static void try_everything(const char *who) {
  char c;
  printf("%s:\n", who);
  SHOW(read(slave, &c, 1));
  SHOW(write(slave, "x", 1));
  struct termios settings;
  SHOW(tcgetattr(slave, &settings));
  SHOW(tcsetattr(slave, TCSANOW, &settings));
  SHOW(tcflush(slave, TCOFLUSH));
  SHOW(tcsetpgrp(slave, tcgetpgrp(slave)));
  fflush(stdout);
}

int main(void) {
  int master = posix_openpt(O_RDWR | O_NOCTTY);
  CHECK(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
  fflush(stdout);
  pid_t leader = fork();
  if (leader == 0) {
    CHECK(setsid() > 0);
    slave = open(ptsname(master), O_RDWR);
    struct termios settings;
    CHECK(tcgetattr(slave, &settings) == 0);
    settings.c_lflag |= TOSTOP;
    CHECK(tcsetattr(slave, TCSANOW, &settings) == 0);
    pid_t child = fork();
    if (child == 0) {
      CHECK(setpgid(0, 0) == 0);
      signal(SIGTTIN, SIG_IGN);
      signal(SIGTTOU, SIG_IGN);
      try_everything("ignoring");
      signal(SIGTTIN, SIG_DFL);
      signal(SIGTTOU, SIG_DFL);
      sigset_t blocked;
      sigemptyset(&blocked);
      sigaddset(&blocked, SIGTTIN);
      sigaddset(&blocked, SIGTTOU);
      sigprocmask(SIG_BLOCK, &blocked, NULL);
      try_everything("blocking");
      sigprocmask(SIG_UNBLOCK, &blocked, NULL);
      _exit(0);
    }
    waitpid(child, NULL, 0);
    int done[2];
    CHECK(pipe(done) == 0);
    child = fork();
    if (child == 0) {
      CHECK(setpgid(0, 0) == 0);
      if (fork() == 0) {
        // The parent, the only one in another group, exits.
        while (getppid() == getpgrp()) usleep(1000);
        usleep(10000);
        try_everything("orphaned");
        write(done[1], "d", 1);
        _exit(0);
      }
      _exit(0);
    }
    waitpid(child, NULL, 0);
    char c;
    read(done[0], &c, 1);
    child = fork();
    if (child == 0) {
      CHECK(setpgid(0, 0) == 0);
      signal(SIGTTOU, SIG_DFL);
      SHOW(tcsetpgrp(slave, getpgrp()));
      _exit(0);
    }
    int status;
    CHECK(waitpid(child, &status, WUNTRACED) == child);
    SHOW(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTTOU);
    CHECK(kill(child, SIGKILL) == 0 && kill(child, SIGCONT) == 0);
    waitpid(child, NULL, 0);
    fflush(stdout);
    _exit(0);
  }
  int status;
  waitpid(leader, &status, 0);
  SHOW(WIFEXITED(status));
  return 0;
}
