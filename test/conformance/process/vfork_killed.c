// A deadly signal ends the wait for a vfork() child, other signals wait for it; an exit signal may be any; vfork(2), clone(2).
#include "../check.h"

static volatile sig_atomic_t caught;

static void count(int number) { caught = number; }

static int killed_by_alarm(void) {
  CHECK(ualarm(20000, 0) == 0);
  if (vfork() == 0) {
    struct timespec second = {1, 0};
    nanosleep(&second, NULL);
    _exit(0);
  }
  return 0;
}

static int handled_afterwards(void) {
  on_signal(SIGALRM, count, 0);
  CHECK(ualarm(20000, 0) == 0);
  pid_t pid = vfork();
  if (pid == 0) {
    struct timespec brief = {0, 60000000};
    nanosleep(&brief, NULL);
    _exit(caught == 0 ? 3 : 4);
  }
  int status;
  CHECK(waitpid(pid, &status, 0) == pid);
  SHOW(caught == SIGALRM);
  return WEXITSTATUS(status);
}

static void exit_signal(int number) {
  caught = 0;
  on_signal(SIGUSR1, count, 0);
  pid_t pid = syscall(SYS_clone, number, NULL, NULL, NULL, NULL);
  if (pid == 0) _exit(0);
  int status;
  while (waitpid(pid, &status, __WALL) < 0) CHECK(errno == EINTR);
  printf("exit signal %d: caught %d\n", number, caught);
}

int main(void) {
  show_status("killed", in_child(killed_by_alarm));
  show_status("handled", in_child(handled_afterwards));
  exit_signal(SIGUSR1);
  exit_signal(0);
  exit_signal(65);
  exit_signal(200);
  exit_signal(255);
  return 0;
}
