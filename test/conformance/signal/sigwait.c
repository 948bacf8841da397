// sigwaitinfo() and sigtimedwait() take a blocked signal without a handler, or time out; sigwaitinfo(2).
#include "../check.h"

int main(void) {
  sigset_t set;
  siginfo_t info;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigaddset(&set, SIGRTMIN + 1);
  sigprocmask(SIG_BLOCK, &set, NULL);
  union sigval value = {.sival_int = 99};
  sigqueue(getpid(), SIGRTMIN + 1, value);
  kill(getpid(), SIGUSR1);
  SHOW(sigwaitinfo(&set, &info) == SIGUSR1);
  SHOW(sigwaitinfo(&set, &info) == SIGRTMIN + 1);
  SHOW(info.si_int);
  struct timespec brief = {0, 30000000}, zero = {0, 0}, bad = {0, -1};
  int64_t start = now_ns(CLOCK_MONOTONIC);
  SHOW(sigtimedwait(&set, &info, &brief));
  SHOW(now_ns(CLOCK_MONOTONIC) - start >= 30000000);
  SHOW(sigtimedwait(&set, &info, &zero));
  SHOW(sigtimedwait(&set, &info, &bad));
  pid_t parent = getpid(), pid = fork();
  if (pid == 0) {
    sleep_ms(30);
    _exit(kill(parent, SIGUSR1));
  }
  int number = 0;
  SHOW(sigwait(&set, &number));
  SHOW(number == SIGUSR1);
  reap("sender", pid);
  return 0;
}
