// The stack grows as it is used, up to its limit, where SIGSEGV arrives on the other stack; getrlimit(2).
#include "../check.h"

static volatile int depth;
static sigjmp_buf escape;

static void handler(int number) {
  (void)number;
  siglongjmp(escape, 1);
}

static int recurse(int level) {
  volatile char frame[4096];
  frame[level % 4096] = level;
  depth = level;
  return level == 0 ? frame[0] : recurse(level - 1) + frame[level % 4096] * 0;
}

static __attribute__((noinline)) int endless(int level) {
  volatile char frame[16384];
  frame[0] = level;
  depth++;
  return endless(level + 1) + frame[0];
}

int main(void) {
  SHOW(recurse(1000));
  SHOW(depth);
  struct rlimit limit;
  CHECK(getrlimit(RLIMIT_STACK, &limit) == 0);
  stack_t other = {.ss_sp = malloc(65536), .ss_size = 65536};
  CHECK(sigaltstack(&other, NULL) == 0);
  on_signal(SIGSEGV, handler, SA_ONSTACK);
  depth = 0;
  if (sigsetjmp(escape, 1) == 0) endless(0);
  SHOW(limit.rlim_cur == RLIM_INFINITY || (rlim_t)depth * 16384 <= limit.rlim_cur + (1 << 20));
  SHOW(depth > 100);
  return 0;
}
