// A timer signal interrupts code that makes no system calls, with all registers intact; setitimer(2).
#include "../check.h"

static volatile int calls;
static void handler(int number) {
  (void)number;
  calls++;
}

int main(void) {
  struct itimerval timer = {{0, 2000}, {0, 2000}};
  on_signal(SIGALRM, handler, 0);
  CHECK(setitimer(ITIMER_REAL, &timer, NULL) == 0);
  unsigned long sum = 0, rounds = 0;
  while (calls < 20) {
    unsigned long x = 88172645463325252UL;
    for (int i = 0; i < 100000; i++) x ^= x << 13, x ^= x >> 7, x ^= x << 17;
    if (rounds++ == 0) sum = x;
    else CHECK(sum == x);
  }
  SHOW(calls >= 20);
  printf("%lx\n", sum);
  return 0;
}
