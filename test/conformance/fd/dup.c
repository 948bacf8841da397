// dup() takes the lowest free number and shares offset and status flags; dup(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  write_file("f", "0123456789");
  int fd = open("f", O_RDONLY | O_CLOEXEC), copy = dup(fd);
  SHOW(copy - fd);
  char buffer[4] = {0};
  SHOW(read(fd, buffer, 3));
  SHOW(read(copy, buffer, 3));
  SHOW_STRING(buffer);
  SHOW(fcntl(copy, F_SETFL, O_NONBLOCK));
  SHOW((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
  SHOW(fcntl(fd, F_GETFD));
  SHOW(fcntl(copy, F_GETFD));
  close(fd);
  SHOW(dup(copy) == fd);
  SHOW(lseek(copy, 0, SEEK_CUR));
  SHOW(dup(-1));
  SHOW(dup(9999));
  return 0;
}
