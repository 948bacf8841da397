// Queued real-time signals arrive lowest number first, each number in order of sending; signal(7).
#include "../check.h"

static void handler(int number, siginfo_t *info, void *context) {
  (void)context;
  printf("SIGRTMIN+%d value %d\n", number - SIGRTMIN, info->si_int);
}

int main(void) {
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
  sigfillset(&action.sa_mask);
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, NULL);
  for (int i = 0; i < 3; i++) CHECK(sigaction(SIGRTMIN + i, &action, NULL) == 0);
  int order[] = {2, 0, 1, 0, 2, 1};
  for (int i = 0; i < 6; i++) {
    union sigval value = {.sival_int = i};
    CHECK(sigqueue(getpid(), SIGRTMIN + order[i], value) == 0);
  }
  sigemptyset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  return 0;
}
