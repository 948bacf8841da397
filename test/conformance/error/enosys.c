// Unknown system call numbers give ENOSYS, and nothing else happens; intro(2).
#include "../check.h"

int main(void) {
  SHOW(syscall(999, 1, 2, 3, 4, 5, 6));
  SHOW(syscall(100000));
  SHOW(syscall(-2));
  SHOW(syscall(SYS_create_module, "x", 1));
  SHOW(syscall(SYS_getpmsg));
  SHOW(syscall(SYS_afs_syscall));
  SHOW(syscall(SYS_tuxcall));
  SHOW(syscall(SYS_vserver));
  return 0;
}
