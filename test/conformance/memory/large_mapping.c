// A huge reserved range costs nothing until it is touched; mmap(2).
#include "../check.h"

int main(void) {
  size_t size = 64UL << 30;
  char *map = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  CHECK(map != MAP_FAILED);
  SHOW(mprotect(map + (32UL << 30), 1 << 20, PROT_READ | PROT_WRITE));
  memset(map + (32UL << 30), 'x', 1 << 20);
  SHOW(map[(32UL << 30) + 12345]);
  printf("beside: %s\n", fault_at(map + (33UL << 30), 0));
  SHOW(munmap(map, size));
  printf("gone: %s\n", fault_at(map + (32UL << 30), 0));
  return 0;
}
