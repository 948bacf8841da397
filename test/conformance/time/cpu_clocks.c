// CPU clocks run while computing and stand while sleeping; a thread's counts only itself; clock_gettime(2).
#include "../check.h"

static void burn(clockid_t clock, int64_t length) {
  int64_t end = now_ns(clock) + length;
  while (now_ns(clock) < end) continue;
}

static void *body(void *unused) {
  burn(CLOCK_THREAD_CPUTIME_ID, 60000000);
  return unused;
}

int main(void) {
  int64_t before = now_ns(CLOCK_PROCESS_CPUTIME_ID);
  sleep_ms(100);
  SHOW(now_ns(CLOCK_PROCESS_CPUTIME_ID) - before < 60000000);
  before = now_ns(CLOCK_PROCESS_CPUTIME_ID);
  int64_t own = now_ns(CLOCK_THREAD_CPUTIME_ID);
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, body, NULL) == 0);
  clockid_t theirs;
  SHOW(pthread_getcpuclockid(thread, &theirs));
  CHECK(pthread_join(thread, NULL) == 0);
  SHOW(now_ns(CLOCK_PROCESS_CPUTIME_ID) - before >= 50000000);
  SHOW(now_ns(CLOCK_THREAD_CPUTIME_ID) - own < 50000000);
  clockid_t mine;
  SHOW(clock_getcpuclockid(0, &mine));
  SHOW(now_ns(mine) > 0);
  clock_t start = clock();
  burn(CLOCK_PROCESS_CPUTIME_ID, 20000000);
  SHOW(clock() - start >= 10000);
  return 0;
}
