// Parent and child share the offset of a descriptor open before fork(); fork(2).
#include "../check.h"

static int fd;

static int child(void) {
  char buffer[4] = {0};
  SHOW(read(fd, buffer, 3));
  SHOW_STRING(buffer);
  SHOW(lseek(fd, 1, SEEK_CUR));
  return close(fd);
}

int main(void) {
  enter_tmp();
  write_file("f", "0123456789");
  fd = open("f", O_RDONLY);
  in_child(child);
  char buffer[4] = {0};
  SHOW(read(fd, buffer, 3));
  SHOW_STRING(buffer);
  return 0;
}
