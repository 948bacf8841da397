// nanosleep() sleeps at least as long as told and rejects bad times; nanosleep(2).
#include "../check.h"

int main(void) {
  long lengths[] = {0, 1, 1000, 1000000, 20000000};
  for (int i = 0; i < 5; i++) {
    struct timespec request = {0, lengths[i]};
    int64_t start = now_ns(CLOCK_MONOTONIC);
    CHECK(nanosleep(&request, NULL) == 0);
    printf("%ld: long enough %d\n", lengths[i], now_ns(CLOCK_MONOTONIC) - start >= lengths[i]);
  }
  struct timespec bad[] = {{-1, 0}, {0, -1}, {0, 1000000000}};
  for (int i = 0; i < 3; i++) SHOW(nanosleep(&bad[i], NULL));
  int64_t start = now_ns(CLOCK_MONOTONIC);
  SHOW(usleep(10000));
  SHOW(now_ns(CLOCK_MONOTONIC) - start >= 10000000);
  return 0;
}
