// FUTEX_CMP_REQUEUE wakes some waiters and moves the others to a second word; futex(2).
#include "../check.h"
#include <linux/futex.h>

static int first, second, awake;

static void *sleeper(void *unused) {
  while (syscall(SYS_futex, &first, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0) < 0 && errno == EINTR) continue;
  __atomic_add_fetch(&awake, 1, __ATOMIC_SEQ_CST);
  return unused;
}

int main(void) {
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) CHECK(pthread_create(&threads[i], NULL, sleeper, NULL) == 0);
  sleep_ms(200);
  SHOW(syscall(SYS_futex, &first, FUTEX_CMP_REQUEUE_PRIVATE, 1, 10L, &second, 7));
  SHOW(syscall(SYS_futex, &first, FUTEX_CMP_REQUEUE_PRIVATE, 1, 2L, &second, 0));
  SHOW(syscall(SYS_futex, &first, FUTEX_WAKE_PRIVATE, 10, NULL, NULL, 0));
  SHOW(syscall(SYS_futex, &second, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0));
  SHOW(syscall(SYS_futex, &second, FUTEX_WAKE_PRIVATE, 10, NULL, NULL, 0));
  for (int i = 0; i < 4; i++) CHECK(pthread_join(threads[i], NULL) == 0);
  SHOW(awake);
  return 0;
}
