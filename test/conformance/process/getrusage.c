// Resource usage counts own and waited-for children's time and memory; getrusage(2).
#include "../check.h"

static void burn(long ms) {
  int64_t end = now_ns(CLOCK_PROCESS_CPUTIME_ID) + ms * 1000000;
  while (now_ns(CLOCK_PROCESS_CPUTIME_ID) < end) continue;
}

static int child(void) {
  burn(60);
  return 0;
}

static long micros(struct rusage *usage) {
  return (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000000 + usage->ru_utime.tv_usec + usage->ru_stime.tv_usec;
}

int main(void) {
  struct rusage before, self, children;
  CHECK(getrusage(RUSAGE_SELF, &before) == 0);
  burn(60);
  SHOW(getrusage(RUSAGE_SELF, &self));
  SHOW(micros(&self) - micros(&before) >= 30000);
  SHOW(getrusage(RUSAGE_CHILDREN, &children));
  SHOW(micros(&children));
  in_child(child);
  SHOW(getrusage(RUSAGE_CHILDREN, &children));
  SHOW(micros(&children) >= 30000);
  SHOW(self.ru_maxrss > 100);
  SHOW(getrusage(RUSAGE_THREAD, &self));
  SHOW(getrusage(99, &self));
  return 0;
}
