// mprotect() changes access: SEGV_ACCERR where forbidden, SEGV_MAPERR where nothing is; mprotect(2).
#include "../check.h"

int main(void) {
  char *area = mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(area != MAP_FAILED);
  memset(area, 'x', 4 * 4096);
  SHOW(mprotect(area + 4096, 4096, PROT_READ));
  printf("read only, read: %s\n", fault_at(area + 4096, 0));
  printf("read only, write: %s\n", fault_at(area + 4096, 1));
  printf("before: %s\n", fault_at(area + 4095, 1));
  printf("after: %s\n", fault_at(area + 8192, 1));
  SHOW(mprotect(area + 4096, 4096, PROT_NONE));
  printf("none, read: %s\n", fault_at(area + 4096, 0));
  SHOW(mprotect(area, 4 * 4096, PROT_READ | PROT_WRITE));
  printf("again: %s\n", fault_at(area + 4096, 1));
  SHOW(area[4097]);
  SHOW(munmap(area + 8192, 4096));
  printf("hole: %s\n", fault_at(area + 8192, 0));
  printf("null: %s\n", fault_at((char *)16, 0));
  SHOW(mprotect(area, 4 * 4096, PROT_READ));
  SHOW(mprotect(area + 1, 4096, PROT_READ));
  SHOW(mprotect(area, 4096, 0x1000));
  SHOW(mprotect((void *)4096, 4096, PROT_READ));
  return 0;
}
