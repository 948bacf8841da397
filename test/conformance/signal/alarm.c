// alarm() sends SIGALRM once, and returns what was left of the last one; alarm(2).
#include "../check.h"

static volatile int calls;
static void handler(int number) {
  (void)number;
  calls++;
}

int main(void) {
  on_signal(SIGALRM, handler, 0);
  SHOW(alarm(100));
  SHOW(alarm(1) >= 99);
  SHOW(pause());
  SHOW(calls);
  SHOW(alarm(0));
  struct itimerval timer = {{0, 0}, {50, 0}}, old;
  CHECK(setitimer(ITIMER_REAL, &timer, NULL) == 0);
  SHOW(alarm(0) >= 49);
  SHOW(getitimer(ITIMER_REAL, &old));
  SHOW(old.it_value.tv_sec);
  return 0;
}
