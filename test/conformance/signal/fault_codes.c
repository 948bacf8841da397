// Faults tell their cause: division, illegal instruction, breakpoint, memory; sigaction(2).
#include "../check.h"

static volatile int zero;

static void catch(int number, siginfo_t *info, void *context) {
  (void)context;
  fault_info = *info;
  siglongjmp(fault_return, number);
}

int main(void) {
  int numbers[] = {SIGFPE, SIGILL, SIGTRAP, SIGSEGV, SIGBUS};
  struct sigaction action = {.sa_sigaction = catch, .sa_flags = SA_SIGINFO};
  for (int i = 0; i < 5; i++) CHECK(sigaction(numbers[i], &action, NULL) == 0);
  for (volatile int i = 0; i < 6; i++) {
    int number = sigsetjmp(fault_return, 1);
    if (number == 0) {
      if (i == 0) printf("%d\n", 100 / zero);
      if (i == 1) __asm__ volatile("ud2");
      if (i == 2) __asm__ volatile("int3");
      if (i == 3) *(volatile char *)0 = 1;
      if (i == 4) *(volatile char *)0x8000000000000000 = 1;
      if (i == 5) __asm__ volatile("hlt");
    }
    printf("%d: SIG%s code %d\n", i, sigabbrev_np(number), fault_info.si_code);
  }
  return 0;
}
