// msync() writes a mapping back and reports unmapped ranges and bad flags; msync(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  int fd = open("f", O_RDWR | O_CREAT, 0644);
  CHECK(ftruncate(fd, 2 * 4096) == 0);
  char *map = mmap(NULL, 2 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  strcpy(map + 4096, "text");
  SHOW(msync(map, 2 * 4096, MS_SYNC));
  SHOW(msync(map, 4096, MS_ASYNC | MS_INVALIDATE));
  SHOW(msync(map + 1, 4096, MS_SYNC));
  SHOW(msync(map, 4096, MS_SYNC | MS_ASYNC));
  SHOW(msync(map, 4096, 0x100));
  SHOW(msync(map, 0, MS_SYNC));
  char buffer[8] = {0};
  SHOW(pread(fd, buffer, 4, 4096));
  SHOW_STRING(buffer);
  CHECK(munmap(map, 4096) == 0);
  SHOW(msync(map, 2 * 4096, MS_SYNC));
  return 0;
}
