// Unmapping the middle leaves both ends; unmapping over holes works; munmap(2).
#include "../check.h"

int main(void) {
  char *area = mmap(NULL, 10 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(area != MAP_FAILED);
  for (int i = 0; i < 10; i++) area[i * 4096] = '0' + i;
  SHOW(munmap(area + 3 * 4096, 2 * 4096));
  SHOW(munmap(area + 7 * 4096, 4096));
  for (int i = 0; i < 10; i++) {
    const char *fault = fault_at(area + i * 4096, 0);
    printf("%d: %s %c\n", i, fault, strcmp(fault, "none") ? '-' : area[i * 4096]);
  }
  SHOW(munmap(area, 10 * 4096));
  for (int i = 0; i < 10; i += 3) printf("%d: %s\n", i, fault_at(area + i * 4096, 0));
  return 0;
}
