// A system call leaves the 128 bytes below the stack pointer alone; syscall(2).
#include "../check.h"

int main(void) {
  long intact = 0;
  for (int i = 0; i < 1000; i++) {
    long result, first, last;
    __asm__ volatile("movq $0x1234, -8(%%rsp); movq $0x5678, -128(%%rsp); mov %3, %%eax; syscall;"
                     "mov -8(%%rsp), %1; mov -128(%%rsp), %2"
                     : "=&a"(result), "=&r"(first), "=&r"(last) : "i"(SYS_getppid) : "rcx", "r11", "memory");
    intact += first == 0x1234 && last == 0x5678 && result == getppid();
  }
  SHOW(intact);
  return 0;
}
