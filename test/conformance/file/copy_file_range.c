// copy_file_range() copies inside the kernel and rejects overlaps and wrong kinds; copy_file_range(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  write_file("in", "0123456789");
  int in = open("in", O_RDWR), out = open("out", O_RDWR | O_CREAT, 0644), fds[2];
  CHECK(in >= 0 && out >= 0 && pipe(fds) == 0);
  off_t from = 2, to = 4;
  SHOW(copy_file_range(in, &from, out, &to, 5, 0));
  SHOW(from);
  SHOW(to);
  SHOW(lseek(in, 0, SEEK_CUR));
  SHOW(copy_file_range(in, NULL, out, NULL, 4, 0));
  SHOW(lseek(in, 0, SEEK_CUR));
  SHOW(lseek(out, 0, SEEK_CUR));
  SHOW(copy_file_range(in, NULL, out, NULL, 100, 0));
  SHOW(copy_file_range(in, NULL, out, NULL, 100, 0));
  SHOW_STRING(read_file("out"));
  from = 0, to = 2;
  SHOW(copy_file_range(in, &from, in, &to, 5, 0));
  SHOW(copy_file_range(in, &from, out, &to, 5, 1));
  SHOW(copy_file_range(fds[0], NULL, out, NULL, 5, 0));
  SHOW(copy_file_range(in, NULL, open("in", O_RDONLY), NULL, 5, 0));
  SHOW(copy_file_range(open(".", O_RDONLY), NULL, out, NULL, 5, 0));
  return 0;
}
