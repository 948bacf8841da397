// SEEK_DATA and SEEK_HOLE find the edges of data, with a virtual hole at the end; lseek(2).
#include "../check.h"

int main(void) {
  int fd = memfd_create("sparse", 0);
  CHECK(fd >= 0);
  CHECK(ftruncate(fd, 10 << 20) == 0);
  SHOW(lseek(fd, 0, SEEK_DATA));
  SHOW(lseek(fd, 0, SEEK_HOLE));
  CHECK(pwrite(fd, "data", 4, 1 << 20) == 4);
  SHOW(lseek(fd, 0, SEEK_DATA));
  SHOW(lseek(fd, 1 << 20, SEEK_DATA));
  SHOW(lseek(fd, 1 << 20, SEEK_HOLE) > 1 << 20);
  SHOW(lseek(fd, 10 << 20, SEEK_DATA));
  SHOW(lseek(fd, 10 << 20, SEEK_HOLE));
  SHOW(lseek(fd, -1, SEEK_DATA));
  enter_tmp();
  write_file("full", "0123456789");
  int full = open("full", O_RDONLY);
  SHOW(lseek(full, 3, SEEK_DATA));
  SHOW(lseek(full, 3, SEEK_HOLE));
  SHOW(lseek(full, 10, SEEK_HOLE));
  return 0;
}
