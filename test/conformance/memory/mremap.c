// mremap() grows in place or moves, shrinks, keeps contents, and refuses what it can't do; mremap(2).
#include "../check.h"

int main(void) {
  char *area = mmap(NULL, 16 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(area != MAP_FAILED);
  char *map = mmap(area, 2 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  strcpy(map, "first"), strcpy(map + 4096, "second");
  TRY(mremap(map, 2 * 4096, 4 * 4096, 0));
  char *moved = mremap(map, 2 * 4096, 4 * 4096, MREMAP_MAYMOVE);
  CHECK(moved != MAP_FAILED);
  SHOW(moved != map);
  SHOW_STRING(moved);
  SHOW_STRING(moved + 4096);
  SHOW(moved[3 * 4096]);
  printf("old place: %s\n", fault_at(map, 0));
  SHOW(mremap(moved, 4 * 4096, 4096, 0) == moved);
  printf("cut: %s\n", fault_at(moved + 4096, 0));
  SHOW(mremap(moved, 4096, 2 * 4096, MREMAP_MAYMOVE | MREMAP_FIXED, area + 4 * 4096) == area + 4 * 4096);
  SHOW_STRING(area + 4 * 4096);
  SHOW(area[5 * 4096]);
  TRY(mremap(area + 4 * 4096 + 1, 4096, 4096, 0));
  TRY(mremap(area + 4 * 4096, 4096, 0, 0));
  TRY(mremap(area + 4 * 4096, 4096, 4096, MREMAP_FIXED, area));
  TRY(mremap(area + 4 * 4096, 8192, 8192, MREMAP_MAYMOVE | MREMAP_FIXED, area + 5 * 4096));
  TRY(mremap(moved + 4096, 4096, 8192, MREMAP_MAYMOVE));
  TRY(mremap(area + 4 * 4096, 4096, 4096, 0x100));
  return 0;
}
