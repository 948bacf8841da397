// Signals of a blocked POSIX timer are counted as overruns; timer_getoverrun(2).
#include "../check.h"

static volatile int overrun = -1;
static timer_t timer;
static void handler(int number, siginfo_t *info, void *context) {
  (void)number, (void)context;
  if (overrun < 0) overrun = timer_getoverrun(timer);
  CHECK(info->si_code == SI_TIMER);
}

int main(void) {
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
  CHECK(sigaction(SIGRTMIN, &action, NULL) == 0);
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
  CHECK(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGRTMIN);
  sigprocmask(SIG_BLOCK, &set, NULL);
  struct itimerspec every = {{0, 5000000}, {0, 5000000}};
  CHECK(timer_settime(timer, 0, &every, NULL) == 0);
  sleep_ms(103);
  sigprocmask(SIG_UNBLOCK, &set, NULL);
  SHOW(overrun >= 15);
  SHOW(timer_delete(timer));
  SHOW(timer_delete(timer));
  return 0;
}
