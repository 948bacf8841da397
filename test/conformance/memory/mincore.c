// mincore() answers for mapped ranges only and needs an aligned start; mincore(2).
#include "../check.h"

int main(void) {
  unsigned char vec[4];
  char *map = mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memset(map, 'x', 4 * 4096);
  SHOW(mincore(map, 4 * 4096, vec));
  SHOW((vec[0] & 1) + (vec[3] & 1));
  SHOW(mincore(map + 1, 4096, vec));
  SHOW(mincore(map, 0, vec));
  SHOW(mincore(map, 4096, (unsigned char *)8));
  CHECK(munmap(map + 4096, 4096) == 0);
  SHOW(mincore(map, 4 * 4096, vec));
  SHOW(mincore(map + 2 * 4096, 8192, vec));
  return 0;
}
