// FUTEX_WAKE_OP changes the second word and wakes its waiters if the old value compares; futex(2).
#include "../check.h"
#include <linux/futex.h>

static int first, second;

int main(void) {
  int operation = FUTEX_OP(FUTEX_OP_ADD, 5, FUTEX_OP_CMP_EQ, 0);
  SHOW(syscall(SYS_futex, &first, FUTEX_WAKE_OP_PRIVATE, 1, 1L, &second, operation));
  SHOW(second);
  SHOW(syscall(SYS_futex, &first, FUTEX_WAKE_OP_PRIVATE, 1, 1L, &second, FUTEX_OP(FUTEX_OP_SET, 3, FUTEX_OP_CMP_GT, 9)));
  SHOW(second);
  SHOW(syscall(SYS_futex, &first, FUTEX_WAKE_OP_PRIVATE, 1, 1L, &second, FUTEX_OP(FUTEX_OP_OR, 8, FUTEX_OP_CMP_LT, 9)));
  SHOW(second);
  SHOW(syscall(SYS_futex, &first, FUTEX_WAKE_OP_PRIVATE, 1, 1L, &second, FUTEX_OP(FUTEX_OP_ANDN, 1, FUTEX_OP_CMP_NE, 0)));
  SHOW(second);
  SHOW(syscall(SYS_futex, &first, FUTEX_WAKE_OP_PRIVATE, 1, 1L, &second, FUTEX_OP(FUTEX_OP_XOR, 15, FUTEX_OP_CMP_LE, 0)));
  SHOW(second);
  SHOW(syscall(SYS_futex, &first, FUTEX_WAKE_OP_PRIVATE, 1, 1L, (int *)8, operation));
  return 0;
}
