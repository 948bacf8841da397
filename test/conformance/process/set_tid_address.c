// The clear-child-tid word is zeroed and woken when a thread ends; set_tid_address(2).
#include "../check.h"
#include <linux/futex.h>

static int word = 1;

static void *body(void *unused) {
  syscall(SYS_set_tid_address, &word);
  syscall(SYS_exit, 0);
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_attr_t detached;
  pthread_attr_init(&detached);
  pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
  SHOW(syscall(SYS_set_tid_address, &word) == getpid());
  CHECK(pthread_create(&thread, &detached, body, NULL) == 0);
  while (__atomic_load_n(&word, __ATOMIC_SEQ_CST) == 1) syscall(SYS_futex, &word, FUTEX_WAIT, 1, NULL, NULL, 0);
  SHOW(word);
  return 0;
}
