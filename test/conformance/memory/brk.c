// The break grows with zeroed memory, shrinks, and a refused request leaves it; brk(2).
#include "../check.h"

int main(void) {
  char *start = (char *)syscall(SYS_brk, 0);
  char *base = (char *)(((uintptr_t)start + 4095) & ~4095UL);
  SHOW((char *)syscall(SYS_brk, base + 3 * 4096) == base + 3 * 4096);
  int nonzero = 0;
  for (char *p = start; p < base + 3 * 4096; p++) nonzero += *p != 0;
  SHOW(nonzero);
  base[4096] = 'x';
  SHOW((char *)syscall(SYS_brk, base + 100) == base + 100);
  printf("given back: %s\n", fault_at(base + 4096, 0));
  SHOW((char *)syscall(SYS_brk, base + 2 * 4096) == base + 2 * 4096);
  SHOW(base[4096]);
  SHOW((char *)syscall(SYS_brk, 0) == base + 2 * 4096);
  SHOW((char *)syscall(SYS_brk, (char *)1) == base + 2 * 4096);
  SHOW((char *)syscall(SYS_brk, (char *)-1) == base + 2 * 4096);
  pid_t pid = fork();
  if (pid == 0) _exit((char *)syscall(SYS_brk, base + 4096) == base + 4096 ? 0 : 1);
  reap("child shrinks its own", pid);
  base[4096] = 'y';
  SHOW(base[4096]);
  return 0;
}
