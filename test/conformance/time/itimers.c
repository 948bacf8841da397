// Interval timers: real by wall time, virtual and prof by CPU time; read, replaced, disarmed; setitimer(2).
#include "../check.h"

static volatile int alarms, virtuals, profs;
static void handler(int number) {
  if (number == SIGALRM) alarms++;
  if (number == SIGVTALRM) virtuals++;
  if (number == SIGPROF) profs++;
}

int main(void) {
  on_signal(SIGALRM, handler, SA_RESTART);
  on_signal(SIGVTALRM, handler, SA_RESTART);
  on_signal(SIGPROF, handler, SA_RESTART);
  struct itimerval every = {{0, 20000}, {0, 20000}}, off = {{0, 0}, {0, 0}}, old;
  SHOW(setitimer(ITIMER_REAL, &every, NULL));
  sleep_ms(150);
  SHOW(alarms >= 5);
  SHOW(setitimer(ITIMER_REAL, &off, &old));
  SHOW(old.it_interval.tv_usec);
  SHOW(setitimer(ITIMER_VIRTUAL, &every, NULL));
  SHOW(setitimer(ITIMER_PROF, &every, NULL));
  sleep_ms(60);
  SHOW(virtuals);
  for (volatile long i = 0; virtuals < 3 || profs < 3; i++) continue;
  SHOW(virtuals >= 3 && profs >= 3);
  SHOW(setitimer(ITIMER_VIRTUAL, &off, NULL));
  SHOW(setitimer(ITIMER_PROF, &off, NULL));
  SHOW(setitimer(9, &every, NULL));
  struct itimerval bad = {{0, 0}, {0, 1000000}};
  SHOW(setitimer(ITIMER_REAL, &bad, NULL));
  return 0;
}
