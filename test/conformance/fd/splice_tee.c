// splice() moves data through pipes, tee() copies it, vmsplice() takes memory; splice(2), tee(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  write_file("in", "0123456789");
  int in = open("in", O_RDONLY), out = open("out", O_RDWR | O_CREAT, 0644), one[2], two[2];
  CHECK(pipe2(one, O_NONBLOCK) == 0 && pipe2(two, O_NONBLOCK) == 0);
  loff_t offset = 3;
  SHOW(splice(in, &offset, one[1], NULL, 4, 0));
  SHOW(offset);
  SHOW(tee(one[0], two[1], 100, 0));
  SHOW(splice(one[0], NULL, out, NULL, 100, 0));
  SHOW_STRING(read_file("out"));
  char buffer[16] = {0};
  SHOW(read(two[0], buffer, 16));
  SHOW_STRING(buffer);
  SHOW(splice(one[0], NULL, out, NULL, 1, SPLICE_F_NONBLOCK));
  struct iovec iov = {"memory", 6};
  SHOW(vmsplice(one[1], &iov, 1, 0));
  SHOW(splice(one[0], NULL, two[1], NULL, 3, 0));
  SHOW(read(two[0], buffer, 16));
  SHOW(splice(in, NULL, out, NULL, 1, 0));
  SHOW(splice(one[0], &offset, out, NULL, 1, 0));
  SHOW(tee(in, one[1], 1, 0));
  SHOW(splice(one[0], NULL, one[1], NULL, 1, 0));
  return 0;
}
