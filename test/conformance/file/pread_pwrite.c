// pread() and pwrite() use their own offset and leave the file's alone; pread(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  int fd = open("f", O_RDWR | O_CREAT, 0644);
  CHECK(fd >= 0);
  char buffer[16] = {0};
  SHOW(write(fd, "0123456789", 10));
  SHOW(pwrite(fd, "AB", 2, 3));
  SHOW(pread(fd, buffer, 10, 1));
  SHOW_STRING(buffer);
  SHOW(lseek(fd, 0, SEEK_CUR));
  SHOW(pwrite(fd, "end", 3, 14));
  SHOW(pread(fd, buffer, 16, 8));
  SHOW(memcmp(buffer, "89\0\0\0\0end", 9));
  SHOW(pread(fd, buffer, 16, 100));
  SHOW(pread(fd, buffer, 16, -1));
  SHOW(pwrite(fd, buffer, 16, -1));
  SHOW(pread(fd, buffer, 0, 0));
  return 0;
}
