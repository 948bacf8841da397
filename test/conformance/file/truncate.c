// truncate() and ftruncate() shrink and grow with zeroes, and refuse bad targets; truncate(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  write_file("f", "0123456789");
  SHOW(truncate("f", 4));
  SHOW_STRING(read_file("f"));
  SHOW(truncate("f", 8));
  SHOW(memcmp(read_file("f"), "0123\0\0\0\0", 8));
  int fd = open("f", O_RDWR), ro = open("f", O_RDONLY);
  CHECK(fd >= 0 && ro >= 0);
  SHOW(ftruncate(fd, 2));
  SHOW(lseek(fd, 0, SEEK_END));
  SHOW(ftruncate(fd, -1));
  SHOW(ftruncate(ro, 0));
  SHOW(truncate("f", -1));
  SHOW(truncate(".", 0));
  SHOW(truncate("missing", 0));
  int fds[2];
  CHECK(pipe(fds) == 0);
  SHOW(ftruncate(fds[1], 0));
  return 0;
}
