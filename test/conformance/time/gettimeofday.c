// gettimeofday(), time() and CLOCK_REALTIME agree, by the library and by the raw call; gettimeofday(2).
#include "../check.h"

int main(void) {
  struct timeval tv, raw;
  struct timespec ts;
  SHOW(gettimeofday(&tv, NULL));
  SHOW(syscall(SYS_gettimeofday, &raw, NULL));
  SHOW(syscall(SYS_clock_gettime, CLOCK_REALTIME, &ts));
  time_t now = time(NULL);
  SHOW(raw.tv_sec - tv.tv_sec >= 0 && raw.tv_sec - tv.tv_sec <= 5);
  SHOW(ts.tv_sec - tv.tv_sec >= 0 && ts.tv_sec - tv.tv_sec <= 5);
  SHOW(now - tv.tv_sec >= 0 && now - tv.tv_sec <= 5);
  SHOW(tv.tv_usec >= 0 && tv.tv_usec < 1000000);
  SHOW(syscall(SYS_time, NULL) - now >= 0);
  struct timespec mono;
  SHOW(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &mono));
  int64_t by_vdso = now_ns(CLOCK_MONOTONIC);
  int64_t by_call = mono.tv_sec * 1000000000LL + mono.tv_nsec;
  SHOW(by_vdso - by_call >= 0 && by_vdso - by_call < 5000000000LL);
  return 0;
}
