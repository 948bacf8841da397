// A system call changes rax, rcx and r11 only, whether it works or fails; syscall(2).
#include "../check.h"

static long call(long number, long *kept) {
  long result;
  register long r8 __asm__("r8") = 8, r9 __asm__("r9") = 9, r10 __asm__("r10") = 10;
  register long r12 __asm__("r12") = 12, r13 __asm__("r13") = 13, r14 __asm__("r14") = 14, r15 __asm__("r15") = 15;
  long rbx = 3, rdi = -1, rsi = 1, rdx = 2;
  __asm__ volatile("syscall"
                   : "=a"(result), "+b"(rbx), "+D"(rdi), "+S"(rsi), "+d"(rdx), "+r"(r8), "+r"(r9), "+r"(r10), "+r"(r12),
                     "+r"(r13), "+r"(r14), "+r"(r15)
                   : "0"(number) : "rcx", "r11", "memory");
  *kept = rbx == 3 && rdi == -1 && rsi == 1 && rdx == 2 && r8 == 8 && r9 == 9 && r10 == 10 && r12 == 12 && r13 == 13 &&
          r14 == 14 && r15 == 15;
  return result;
}

int main(void) {
  long kept;
  for (int i = 0; i < 1000; i++) {
    CHECK(call(SYS_getpid, &kept) == getpid() && kept);
    CHECK(call(SYS_read, &kept) == -EBADF && kept);
    CHECK(call(SYS_getppid, &kept) == getppid() && kept);
  }
  SHOW(call(SYS_close, &kept));
  SHOW(kept);
  SHOW(call(9999, &kept));
  SHOW(kept);
  return 0;
}
