// A timed wait ends with ETIMEDOUT, relative or (with a bitset) absolute; futex(2).
#include "../check.h"
#include <linux/futex.h>

int main(void) {
  int word = 0;
  struct timespec brief = {0, 30000000}, bad = {0, 1000000000};
  int64_t start = now_ns(CLOCK_MONOTONIC);
  SHOW(syscall(SYS_futex, &word, FUTEX_WAIT, 0, &brief, NULL, 0));
  SHOW(now_ns(CLOCK_MONOTONIC) - start >= 30000000);
  int64_t target = now_ns(CLOCK_MONOTONIC) + 30000000;
  struct timespec until = {target / 1000000000, target % 1000000000};
  SHOW(syscall(SYS_futex, &word, FUTEX_WAIT_BITSET, 0, &until, NULL, -1));
  SHOW(now_ns(CLOCK_MONOTONIC) >= target);
  target = now_ns(CLOCK_REALTIME) + 30000000;
  until = (struct timespec){target / 1000000000, target % 1000000000};
  SHOW(syscall(SYS_futex, &word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, &until, NULL, -1));
  SHOW(now_ns(CLOCK_REALTIME) >= target);
  SHOW(syscall(SYS_futex, &word, FUTEX_WAIT_BITSET, 0, &until, NULL, 0));
  SHOW(syscall(SYS_futex, &word, FUTEX_WAIT, 0, &bad, NULL, 0));
  struct timespec zero = {0, 0};
  SHOW(syscall(SYS_futex, &word, FUTEX_WAIT, 0, &zero, NULL, 0));
  SHOW(syscall(SYS_futex, &word, FUTEX_WAIT, 5, &zero, NULL, 0));
  return 0;
}
