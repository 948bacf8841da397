// MAP_FIXED replaces what is there, MAP_FIXED_NOREPLACE refuses, a hint is honoured if free; mmap(2).
#include "../check.h"

int main(void) {
  char *area = mmap(NULL, 5 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(area != MAP_FAILED);
  memset(area, 'a', 5 * 4096);
  char *middle = mmap(area + 4096, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  SHOW(middle == area + 4096);
  SHOW(area[4095]);
  SHOW(area[4096]);
  SHOW(area[8192]);
  printf("%s\n", fault_at(middle, 1));
  TRY(mmap(area, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0));
  TRY(mmap(area - 4096 + 8192, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0));
  CHECK(munmap(area + 2 * 4096, 4096) == 0);
  SHOW(mmap(area + 2 * 4096, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) ==
       area + 2 * 4096);
  CHECK(munmap(area + 3 * 4096, 4096) == 0);
  SHOW(mmap(area + 3 * 4096, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == area + 3 * 4096);
  char *hinted = mmap(area + 4 * 4096, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  SHOW(hinted != area + 4 * 4096);
  SHOW(area[4 * 4096]);
  return 0;
}
