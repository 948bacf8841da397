// The FS base belongs to a thread and is read and set; GS too where allowed; arch_prctl(2).
#include "../check.h"
#include <asm/prctl.h>

static void *body(void *result) {
  unsigned long base = 0;
  CHECK(syscall(SYS_arch_prctl, ARCH_GET_FS, &base) == 0);
  *(unsigned long *)result = base;
  return NULL;
}

int main(void) {
  unsigned long base = 0, other = 0, again = 0;
  SHOW(syscall(SYS_arch_prctl, ARCH_GET_FS, &base));
  SHOW(base != 0);
  SHOW(*(unsigned long *)base == base);
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, body, &other) == 0 && pthread_join(thread, NULL) == 0);
  SHOW(other != base && other != 0);
  SHOW(syscall(SYS_arch_prctl, ARCH_SET_FS, base));
  SHOW(syscall(SYS_arch_prctl, ARCH_GET_FS, &again));
  SHOW(again == base);
  SHOW(syscall(SYS_arch_prctl, 0x7777, 0));
  SHOW(syscall(SYS_arch_prctl, ARCH_GET_FS, 8));
  SHOW(syscall(SYS_arch_prctl, ARCH_SET_FS, 0xffff800000000000));
  return 0;
}
