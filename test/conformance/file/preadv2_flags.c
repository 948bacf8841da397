// preadv2() and pwritev2(): offset -1 means the file offset, RWF_APPEND appends, unknown flags fail; readv(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  write_file("f", "0123456789");
  int fd = open("f", O_RDWR);
  CHECK(fd >= 0);
  char buffer[16] = {0};
  struct iovec in = {buffer, 4}, out = {"AB", 2};
  SHOW(preadv2(fd, &in, 1, 2, 0));
  SHOW_STRING(buffer);
  SHOW(preadv2(fd, &in, 1, -1, 0));
  SHOW_STRING(buffer);
  SHOW(lseek(fd, 0, SEEK_CUR));
  SHOW(pwritev2(fd, &out, 1, 0, RWF_APPEND));
  SHOW(pwritev2(fd, &out, 1, 5, RWF_DSYNC));
  SHOW(preadv2(fd, &in, 1, 0, 0x40000000));
  SHOW(preadv2(fd, &in, 1, -2, 0));
  SHOW(preadv(fd, &in, 1, 3));
  SHOW(pwritev(fd, &out, 1, 0));
  SHOW_STRING(read_file("f"));
  return 0;
}
