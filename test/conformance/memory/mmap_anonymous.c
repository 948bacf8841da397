// Anonymous memory starts zeroed, is private, page aligned, and its length rounds up; mmap(2).
#include "../check.h"

int main(void) {
  char *map = mmap(NULL, 5000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(map != MAP_FAILED);
  SHOW((uintptr_t)map % 4096);
  int nonzero = 0;
  for (int i = 0; i < 8192; i++) nonzero += map[i] != 0;
  SHOW(nonzero);
  map[8191] = 1;
  SHOW(munmap(map, 5000));
  printf("%s\n", fault_at(map, 0));
  printf("%s\n", fault_at(map + 8191, 0));
  TRY(mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  TRY(mmap(NULL, 4096, PROT_READ, MAP_ANONYMOUS, -1, 0));
  TRY(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, -1, 0));
  TRY(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 1));
  TRY(mmap(NULL, (size_t)-4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  TRY(mmap((void *)1, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
  TRY(munmap(map + 1, 4096));
  TRY(munmap(map, 0));
  TRY(munmap(map, 4096));
  return 0;
}
