// Shared file mappings, read() and write() see one another, and the file keeps it all; mmap(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  int fd = open("f", O_RDWR | O_CREAT, 0644);
  CHECK(fd >= 0 && ftruncate(fd, 3 * 4096) == 0);
  char *one = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  char *two = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 4096);
  CHECK(one != MAP_FAILED && two != MAP_FAILED);
  strcpy(one + 4096, "by memory");
  SHOW_STRING(two);
  char buffer[16] = {0};
  SHOW(pread(fd, buffer, 9, 4096));
  SHOW_STRING(buffer);
  SHOW(pwrite(fd, "by write!", 9, 4096));
  SHOW_STRING(two);
  strcpy(two, "last");
  SHOW(munmap(one, 3 * 4096));
  SHOW(munmap(two, 4096));
  SHOW(pread(fd, buffer, 9, 4096));
  SHOW_STRING(buffer);
  close(fd);
  fd = open("f", O_RDONLY);
  SHOW(pread(fd, buffer, 4, 4096));
  SHOW(lseek(fd, 0, SEEK_END));
  return 0;
}
