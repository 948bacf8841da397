// /proc/self/fd/N reopens the file itself, with new access rights and a new offset; proc(5).
#include "../check.h"

int main(void) {
  enter_tmp();
  write_file("f", "abcdef");
  int fd = open("f", O_RDONLY);
  CHECK(fd >= 0 && lseek(fd, 3, SEEK_SET) == 3);
  char path[64], buffer[8] = {0};
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  int again = open(path, O_RDWR);
  CHECK(again >= 0);
  SHOW(read(again, buffer, 2));
  SHOW_STRING(buffer);
  SHOW(write(again, "XY", 2));
  SHOW(read(fd, buffer, 3));
  SHOW_STRING(buffer);
  CHECK(unlink("f") == 0);
  int unlinked = open(path, O_RDONLY);
  SHOW(pread(unlinked, buffer, 6, 0));
  SHOW_STRING(buffer);
  return 0;
}
