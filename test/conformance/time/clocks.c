// The clocks move on, in order, with a resolution; the coarse ones follow; clock_gettime(2).
#include "../check.h"

int main(void) {
  clockid_t clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_BOOTTIME, CLOCK_REALTIME_COARSE,
                        CLOCK_MONOTONIC_COARSE, CLOCK_TAI, CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID};
  for (int i = 0; i < 9; i++) {
    int64_t last = now_ns(clocks[i]), backwards = 0;
    for (int j = 0; j < 1000; j++) {
      int64_t now = now_ns(clocks[i]);
      backwards += now < last;
      last = now;
    }
    struct timespec resolution;
    CHECK(clock_getres(clocks[i], &resolution) == 0);
    printf("clock %d: backwards %d, resolution below 20 ms %d\n", clocks[i], (int)backwards,
           resolution.tv_sec == 0 && resolution.tv_nsec > 0 && resolution.tv_nsec < 20000000);
  }
  int64_t monotonic = now_ns(CLOCK_MONOTONIC), real = now_ns(CLOCK_REALTIME);
  sleep_ms(50);
  SHOW(now_ns(CLOCK_MONOTONIC) - monotonic >= 50000000);
  SHOW(now_ns(CLOCK_REALTIME) - real >= 49000000);
  SHOW(clock_gettime(9999, &(struct timespec){}));
  SHOW(clock_getres(9999, NULL));
  return 0;
}
