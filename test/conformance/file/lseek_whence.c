// lseek() from start, offset and end, past the end too, and its errors; lseek(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  write_file("f", "0123456789");
  int fd = open("f", O_RDWR);
  CHECK(fd >= 0);
  SHOW(lseek(fd, 4, SEEK_SET));
  SHOW(lseek(fd, 3, SEEK_CUR));
  SHOW(lseek(fd, -2, SEEK_END));
  SHOW(lseek(fd, 100, SEEK_END));
  char byte;
  SHOW(read(fd, &byte, 1));
  SHOW(lseek(fd, -1, SEEK_SET));
  SHOW(lseek(fd, -200, SEEK_CUR));
  SHOW(lseek(fd, 0, SEEK_CUR));
  SHOW(lseek(fd, 0, 99));
  SHOW(write(fd, "x", 1));
  SHOW(lseek(fd, 0, SEEK_END));
  SHOW(lseek(fd, LONG_MAX, SEEK_CUR));
  return 0;
}
