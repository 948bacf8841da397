// A fault handler may repair the cause, and the instruction runs again; mprotect(2).
#include "../check.h"

static char *page;
static volatile int faults;

static void handler(int number, siginfo_t *info, void *context) {
  (void)number, (void)context;
  faults++;
  char *start = (char *)((uintptr_t)info->si_addr & ~4095UL);
  if (mprotect(start, 4096, PROT_READ | PROT_WRITE) < 0) _exit(1);
}

int main(void) {
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
  CHECK(sigaction(SIGSEGV, &action, NULL) == 0);
  page = mmap(NULL, 16 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < 16; i++) {
    page[i * 4096 + 7] = i;
    page[i * 4096 + 8] = i;
  }
  SHOW(faults);
  int sum = 0;
  for (int i = 0; i < 16; i++) sum += page[i * 4096 + 7] + page[i * 4096 + 8];
  SHOW(sum);
  return 0;
}
