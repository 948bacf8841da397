// FUTEX_WAKE_BITSET wakes only waiters whose bits overlap; futex(2).
#include "../check.h"
#include <linux/futex.h>

static int word, order[3], count;

static void *sleeper(void *argument) {
  long bits = (long)argument;
  while (syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, 0, NULL, NULL, bits) < 0 && errno == EINTR) continue;
  order[__atomic_fetch_add(&count, 1, __ATOMIC_SEQ_CST)] = bits;
  return NULL;
}

int main(void) {
  pthread_t threads[3];
  long bits[] = {1, 2, 4};
  for (int i = 0; i < 3; i++) CHECK(pthread_create(&threads[i], NULL, sleeper, (void *)bits[i]) == 0);
  sleep_ms(200);
  SHOW(syscall(SYS_futex, &word, FUTEX_WAKE_BITSET_PRIVATE, INT_MAX, NULL, NULL, 8));
  SHOW(syscall(SYS_futex, &word, FUTEX_WAKE_BITSET_PRIVATE, INT_MAX, NULL, NULL, 4));
  CHECK(pthread_join(threads[2], NULL) == 0);
  SHOW(syscall(SYS_futex, &word, FUTEX_WAKE_BITSET_PRIVATE, 1, NULL, NULL, 2));
  CHECK(pthread_join(threads[1], NULL) == 0);
  SHOW(syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0));
  CHECK(pthread_join(threads[0], NULL) == 0);
  printf("%d %d %d\n", order[0], order[1], order[2]);
  SHOW(syscall(SYS_futex, &word, FUTEX_WAKE_BITSET_PRIVATE, 1, NULL, NULL, 0));
  return 0;
}
