// readv() and writev() scatter and gather, with the limits of an iovec; readv(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  int fd = open("f", O_RDWR | O_CREAT, 0644);
  CHECK(fd >= 0);
  struct iovec out[] = {{"hello ", 6}, {"", 0}, {"wor", 3}, {"ld", 2}};
  SHOW(writev(fd, out, 4));
  SHOW(lseek(fd, 0, SEEK_SET));
  char a[4] = {0}, b[16] = {0};
  struct iovec in[] = {{a, 3}, {b, 15}};
  SHOW(readv(fd, in, 2));
  SHOW_STRING(a);
  SHOW_STRING(b);
  SHOW(readv(fd, in, 2));
  SHOW(writev(fd, out, 0));
  SHOW(writev(fd, out, -1));
  static struct iovec many[1025];
  SHOW(writev(fd, many, 1024));
  SHOW(writev(fd, many, 1025));
  struct iovec huge[] = {{a, 1}, {a, (size_t)-1}};
  SHOW(readv(fd, huge, 2));
  SHOW(writev(fd, (struct iovec *)8, 1));
  return 0;
}
