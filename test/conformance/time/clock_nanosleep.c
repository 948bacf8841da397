// Absolute sleeps end at their time, at once when it is past, on either clock; clock_nanosleep(2).
#include "../check.h"

int main(void) {
  clockid_t clocks[] = {CLOCK_MONOTONIC, CLOCK_REALTIME, CLOCK_BOOTTIME};
  for (int i = 0; i < 3; i++) {
    int64_t target = now_ns(clocks[i]) + 30000000;
    struct timespec until = {target / 1000000000, target % 1000000000};
    SHOW(clock_nanosleep(clocks[i], TIMER_ABSTIME, &until, NULL));
    SHOW(now_ns(clocks[i]) >= target);
    SHOW(clock_nanosleep(clocks[i], TIMER_ABSTIME, &until, NULL));
  }
  struct timespec brief = {0, 1000000}, bad = {0, -1};
  SHOW(clock_nanosleep(CLOCK_MONOTONIC, 0, &brief, NULL));
  SHOW(clock_nanosleep(CLOCK_MONOTONIC, 0, &bad, NULL) == EINVAL);
  SHOW(clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &brief, NULL) == EINVAL);
  SHOW(clock_nanosleep(9999, 0, &brief, NULL) == EINVAL);
  return 0;
}
