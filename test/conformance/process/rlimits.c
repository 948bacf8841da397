// Limits are read, lowered, inherited over exec, and checked; prlimit(2).
#include "../check.h"

int main(int argc, char **argv) {
  (void)argv;
  struct rlimit limit;
  if (argc > 1) {
    CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    printf("after exec: %ld %ld\n", (long)limit.rlim_cur, (long)limit.rlim_max);
    return 0;
  }
  limit = (struct rlimit){100, 200};
  SHOW(setrlimit(RLIMIT_NOFILE, &limit));
  limit = (struct rlimit){150, 200};
  SHOW(setrlimit(RLIMIT_NOFILE, &limit));
  limit = (struct rlimit){201, 200};
  SHOW(setrlimit(RLIMIT_NOFILE, &limit));
  SHOW(setrlimit(99, &limit));
  SHOW(getrlimit(99, &limit));
  struct rlimit fresh = {120, 200}, old;
  SHOW(prlimit(0, RLIMIT_NOFILE, &fresh, &old));
  printf("old: %ld %ld\n", (long)old.rlim_cur, (long)old.rlim_max);
  SHOW(prlimit(getpid(), RLIMIT_NOFILE, NULL, &old));
  printf("now: %ld %ld\n", (long)old.rlim_cur, (long)old.rlim_max);
  SHOW(prlimit(999999999, RLIMIT_NOFILE, NULL, &old));
  CHECK(getrlimit(RLIMIT_STACK, &limit) == 0);
  SHOW(limit.rlim_cur >= 1 << 20);
  execl("/proc/self/exe", "again", "x", NULL);
  return 1;
}
