// FUTEX_WAIT sleeps while the word holds, FUTEX_WAKE counts whom it woke; futex(2).
#include "../check.h"
#include <linux/futex.h>

static int word, awake;

static long futex(int *address, int operation, int value, struct timespec *limit) {
  return syscall(SYS_futex, address, operation, value, limit, NULL, 0);
}

static void *sleeper(void *unused) {
  while (__atomic_load_n(&word, __ATOMIC_SEQ_CST) == 0) futex(&word, FUTEX_WAIT_PRIVATE, 0, NULL);
  __atomic_add_fetch(&awake, 1, __ATOMIC_SEQ_CST);
  return unused;
}

int main(void) {
  SHOW(futex(&word, FUTEX_WAKE, 10, NULL));
  SHOW(futex(&word, FUTEX_WAIT, 1, NULL));
  pthread_t threads[3];
  for (int i = 0; i < 3; i++) CHECK(pthread_create(&threads[i], NULL, sleeper, NULL) == 0);
  sleep_ms(100);
  SHOW(awake);
  __atomic_store_n(&word, 1, __ATOMIC_SEQ_CST);
  SHOW(futex(&word, FUTEX_WAKE_PRIVATE, 1, NULL));
  SHOW(futex(&word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL));
  for (int i = 0; i < 3; i++) CHECK(pthread_join(threads[i], NULL) == 0);
  SHOW(awake);
  SHOW(futex((int *)((char *)&word + 1), FUTEX_WAIT, 0, NULL));
  SHOW(futex((int *)8, FUTEX_WAIT, 0, NULL));
  SHOW(futex(&word, 99, 0, NULL));
  return 0;
}
