// Thousands of mappings and unmappings in a row leave the rest of memory as it was; mmap(2).
#include "../check.h"

int main(void) {
  enum { COUNT = 1000 };
  static char *maps[COUNT];
  for (int i = 0; i < COUNT; i++) {
    maps[i] = mmap(NULL, 2 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(maps[i] != MAP_FAILED);
    maps[i][0] = i % 100;
    CHECK(munmap(maps[i] + 4096, 4096) == 0);
  }
  for (int i = 0; i < COUNT; i += 2) CHECK(munmap(maps[i], 4096) == 0);
  int wrong = 0;
  for (int i = 1; i < COUNT; i += 2) wrong += maps[i][0] != i % 100;
  SHOW(wrong);
  for (int i = 1; i < COUNT; i += 2) CHECK(mprotect(maps[i], 4096, i % 4 == 1 ? PROT_READ : PROT_NONE) == 0);
  printf("%s\n", fault_at(maps[1], 0));
  printf("%s\n", fault_at(maps[3], 0));
  for (int i = 1; i < COUNT; i += 2) CHECK(munmap(maps[i], 4096) == 0);
  return 0;
}
