// Thousands of signals between two processes all arrive, one by one; sigqueue(3).
#include "../check.h"

static volatile int received, wrong;
static void handler(int number, siginfo_t *info, void *context) {
  (void)number, (void)context;
  wrong += info->si_int != received;
  received++;
}

int main(void) {
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART};
  CHECK(sigaction(SIGRTMIN, &action, NULL) == 0);
  pid_t parent = getpid(), pid = fork();
  if (pid == 0) {
    for (int i = 0; i < 2000; i++) {
      union sigval value = {.sival_int = i};
      while (sigqueue(parent, SIGRTMIN, value) < 0) sched_yield();
    }
    _exit(0);
  }
  while (received < 2000) getppid();
  reap("sender", pid);
  SHOW(received);
  SHOW(wrong);
  return 0;
}
