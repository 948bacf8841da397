// A moved shared mapping still belongs to the file, and grows over it; mremap(2).
#include "../check.h"

int main(void) {
  int fd = memfd_create("f", 0);
  CHECK(fd >= 0 && ftruncate(fd, 4 * 4096) == 0);
  CHECK(pwrite(fd, "A", 1, 0) == 1 && pwrite(fd, "B", 1, 4096) == 1 && pwrite(fd, "D", 1, 3 * 4096) == 1);
  char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  CHECK(map != MAP_FAILED);
  map = mremap(map, 4096, 4 * 4096, MREMAP_MAYMOVE);
  CHECK(map != MAP_FAILED);
  printf("%c%c%c\n", map[0], map[4096], map[3 * 4096]);
  map[4096] = 'x';
  char byte;
  SHOW(pread(fd, &byte, 1, 4096));
  SHOW(byte);
  char *second = mremap(map, 0, 4096, MREMAP_MAYMOVE);
  CHECK(second != MAP_FAILED && second != map);
  second[1] = 'y';
  SHOW(map[1]);
  return 0;
}
