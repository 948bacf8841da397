// A controlling terminal is acquired, refused, stolen, given up and lost; ioctl_tty(2), credentials(7).
#include "../check.h"
#include <sys/ioctl.h>
#include <termios.h>

static volatile sig_atomic_t hups, conts;

static void count_signal(int signal) {
  if (signal == SIGHUP) hups++;
  else conts++;
}

static void run_child(void (*body)(void)) {
  fflush(stdout);
  pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    body();
    fflush(stdout);
    _exit(0);
  }
  int status;
  CHECK(waitpid(child, &status, 0) == child);
  SHOW(WIFEXITED(status));
}

static char name[64];
static int master;

static void show_terminal(void) {
  int fd = open("/dev/tty", O_RDWR);
  if (fd < 0) {
    SHOW(fd);
    return;
  }
  SHOW(tcgetpgrp(fd) == getpgrp());
  SHOW(tcgetsid(fd) == getsid(0));
  struct stat st;
  CHECK(fstat(fd, &st) == 0);
  SHOW(major(st.st_rdev));
  SHOW(minor(st.st_rdev));
  close(fd);
}

static void acquire_by_open(void) {
  int slave = open(name, O_RDWR);
  SHOW(tcgetsid(slave));
  close(slave);
  CHECK(setsid() > 0);
  slave = open(name, O_RDWR | O_NOCTTY);
  show_terminal();
  close(slave);
  slave = open(name, O_WRONLY);
  show_terminal();
  close(slave);
  slave = open(name, O_RDWR);
  show_terminal();
  SHOW(ioctl(slave, TIOCSCTTY, 0));
  SHOW(tcsetpgrp(slave, 1 << 21));
  SHOW(tcsetpgrp(slave, -5));
  pid_t other = fork();
  if (other == 0) {
    // Another session can't have it, unless it is stolen.
    CHECK(setsid() > 0);
    show_terminal();
    SHOW(tcgetpgrp(slave));
    SHOW(ioctl(slave, TIOCSCTTY, 0));
    SHOW(ioctl(slave, TIOCSCTTY, 1));
    show_terminal();
    fflush(stdout);
    _exit(0);
  }
  fflush(stdout);
  waitpid(other, NULL, 0);
  show_terminal();
}

static void give_up(void) {
  signal(SIGHUP, count_signal);
  signal(SIGCONT, count_signal);
  CHECK(setsid() > 0);
  int slave = open(name, O_RDWR);
  show_terminal();
  SHOW(ioctl(slave, TIOCNOTTY));
  SHOW(hups);
  SHOW(conts);
  show_terminal();
  SHOW(ioctl(slave, TIOCNOTTY));
  SHOW(ioctl(slave, TIOCSCTTY, 0));
  show_terminal();
}

static void leader_exits(void) {
  int ready[2];
  CHECK(pipe(ready) == 0);
  pid_t leader = fork();
  if (leader == 0) {
    CHECK(setsid() > 0);
    int slave = open(name, O_RDWR);
    pid_t member = fork();
    if (member == 0) {
      signal(SIGHUP, count_signal);
      signal(SIGCONT, count_signal);
      write(ready[1], "r", 1);
      while (hups == 0) usleep(1000);
      usleep(10000);
      SHOW(hups);
      SHOW(conts);
      show_terminal();
      // The terminal itself goes on.
      SHOW(write(slave, "x", 1));
      SHOW(tcgetpgrp(slave));
      fflush(stdout);
      write(ready[1], "d", 1);
      _exit(0);
    }
    signal(SIGHUP, SIG_IGN);
    char c;
    read(ready[0], &c, 1);
    _exit(0);
  }
  waitpid(leader, NULL, 0);
  char c;
  read(ready[0], &c, 1);
}

static void master_closes(void) {
  signal(SIGHUP, count_signal);
  signal(SIGCONT, count_signal);
  CHECK(setsid() > 0);
  int slave = open(name, O_RDWR);
  pid_t member = fork();
  if (member == 0) {
    close(master);
    CHECK(setpgid(0, 0) == 0);
    for (int i = 0; i < 300 && hups == 0; i++) usleep(1000);
    // Only the leader was told.
    SHOW(hups);
    show_terminal();
    fflush(stdout);
    _exit(0);
  }
  usleep(30000);
  close(master);
  SHOW(hups);
  SHOW(conts);
  char c;
  SHOW(read(slave, &c, 1));
  SHOW(write(slave, "x", 1));
  struct pollfd ready = {slave, POLLIN | POLLOUT, 0};
  SHOW(poll(&ready, 1, 0));
  SHOW_OCTAL(ready.revents);
  struct termios settings;
  SHOW(tcgetattr(slave, &settings));
  SHOW(tcsetpgrp(slave, getpgrp()));
  SHOW(open(name, O_RDWR));
  show_terminal();
  fflush(stdout);
  waitpid(member, NULL, 0);
}

int main(void) {
  void (*const bodies[])(void) = {acquire_by_open, give_up, leader_exits, master_closes};
  for (unsigned i = 0; i < sizeof bodies / sizeof *bodies; i++) {
    master = posix_openpt(O_RDWR | O_NOCTTY);
    CHECK(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    CHECK(ptsname_r(master, name, sizeof name) == 0);
    printf("-- %u\n", i);
    if (bodies[i] == master_closes) {
      // The only master must be the child's.
      fflush(stdout);
      pid_t child = fork();
      if (child == 0) {
        master_closes();
        fflush(stdout);
        _exit(0);
      }
      close(master);
      waitpid(child, NULL, 0);
      continue;
    }
    run_child(bodies[i]);
    close(master);
  }
  return 0;
}
