// Signals leave SSE and AVX registers of the interrupted code alone, however often they come; signal(7).
#include "../check.h"

static volatile long calls;

static void handler(int number) {
  (void)number;
  calls++;
  __asm__ volatile("pcmpeqd %%xmm0, %%xmm0; pxor %%xmm1, %%xmm1; pcmpeqd %%xmm15, %%xmm15" : : : "xmm0", "xmm1", "xmm15");
  if (__builtin_cpu_supports("avx")) __asm__ volatile("vzeroall" : : : "memory");
}

int main(void) {
  struct itimerval timer = {{0, 1000}, {0, 1000}};
  on_signal(SIGALRM, handler, SA_RESTART);
  CHECK(setitimer(ITIMER_REAL, &timer, NULL) == 0);
  long wrong = 0;
  int64_t end = now_ns(CLOCK_MONOTONIC) + 200000000;
  while (now_ns(CLOCK_MONOTONIC) < end || calls < 5) {
    double in[2] = {1.5, 2.5}, out[2];
    __asm__ volatile("movupd %1, %%xmm0; movupd %1, %%xmm15; mov $100000, %%ecx; 1: dec %%ecx; jnz 1b;"
                     "addpd %%xmm15, %%xmm0; movupd %%xmm0, %0"
                     : "=m"(out) : "m"(in) : "xmm0", "xmm15", "ecx", "cc");
    wrong += out[0] != 3.0 || out[1] != 5.0;
    if (__builtin_cpu_supports("avx")) {
      double wide[4] = {1, 2, 3, 4}, result[4];
      __asm__ volatile("vmovupd %1, %%ymm7; mov $100000, %%ecx; 1: dec %%ecx; jnz 1b; vmovupd %%ymm7, %0"
                       : "=m"(result) : "m"(wide) : "xmm7", "ecx", "cc");
      wrong += memcmp(wide, result, sizeof wide) != 0;
    }
  }
  SHOW(wrong);
  SHOW(calls >= 5);
  return 0;
}
