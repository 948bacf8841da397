// timer_create() timers signal, repeat, tell what is left, and are deleted; timer_create(2).
#include "../check.h"

static volatile int calls, value;
static void handler(int number, siginfo_t *info, void *context) {
  (void)number, (void)context;
  calls++;
  value = info->si_value.sival_int;
}

int main(void) {
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART};
  CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 31};
  timer_t timer, quiet;
  SHOW(timer_create(CLOCK_MONOTONIC, &event, &timer));
  struct itimerspec soon = {{0, 10000000}, {0, 10000000}}, off = {{0, 0}, {0, 0}}, now;
  SHOW(timer_settime(timer, 0, &soon, NULL));
  while (calls < 3) pause();
  SHOW(value);
  SHOW(timer_gettime(timer, &now));
  SHOW(now.it_interval.tv_nsec);
  SHOW(now.it_value.tv_sec == 0 && now.it_value.tv_nsec <= 10000000);
  SHOW(timer_settime(timer, 0, &off, NULL));
  int seen = calls;
  sleep_ms(40);
  SHOW(calls - seen);
  int64_t at = now_ns(CLOCK_REALTIME) + 20000000;
  struct itimerspec absolute = {{0, 0}, {at / 1000000000, at % 1000000000}};
  event.sigev_notify = SIGEV_NONE;
  SHOW(timer_create(CLOCK_REALTIME, &event, &quiet));
  SHOW(timer_settime(quiet, TIMER_ABSTIME, &absolute, NULL));
  sleep_ms(40);
  SHOW(timer_gettime(quiet, &now));
  SHOW(now.it_value.tv_sec + now.it_value.tv_nsec);
  SHOW(timer_delete(timer));
  SHOW(timer_gettime(timer, &now));
  event.sigev_notify = 77;
  SHOW(timer_create(CLOCK_REALTIME, &event, &timer));
  SHOW(timer_create(9999, NULL, &timer));
  return 0;
}
