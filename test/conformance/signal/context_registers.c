// The handler sees the interrupted registers, and what it changes there takes effect; getcontext(3), sigaction(2).
#include "../check.h"
#include <ucontext.h>

static void handler(int number, siginfo_t *info, void *context) {
  (void)number, (void)info;
  greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
  printf("rbx %#llx r12 %#llx\n", registers[REG_RBX], registers[REG_R12]);
  registers[REG_RBX] = 0x1111;
  registers[REG_R12] = 0x2222;
  registers[REG_RIP] += 2;
}

int main(void) {
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
  CHECK(sigaction(SIGILL, &action, NULL) == 0);
  long first, second;
  __asm__ volatile("mov $0x123456789a, %%rbx; mov $0x77, %%r12; ud2; mov %%rbx, %0; mov %%r12, %1"
                   : "=r"(first), "=r"(second) : : "rbx", "r12", "memory");
  printf("after: rbx %#lx r12 %#lx\n", first, second);
  return 0;
}
