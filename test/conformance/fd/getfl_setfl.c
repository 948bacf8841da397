// F_GETFL gives access mode and status flags; F_SETFL changes only append, nonblock and such; fcntl(2).
#include "../check.h"

#define MASK (O_ACCMODE | O_APPEND | O_NONBLOCK | O_CREAT | O_TRUNC | O_EXCL | O_SYNC)

int main(void) {
  enter_tmp();
  int fd = open("f", O_RDWR | O_CREAT | O_EXCL | O_TRUNC | O_APPEND, 0644);
  SHOW_OCTAL(fcntl(fd, F_GETFL) & MASK);
  SHOW(fcntl(fd, F_SETFL, O_RDONLY | O_NONBLOCK | O_CREAT));
  SHOW_OCTAL(fcntl(fd, F_GETFL) & MASK);
  SHOW(write(fd, "ab", 2));
  SHOW(fcntl(fd, F_SETFL, O_APPEND));
  SHOW_OCTAL(fcntl(fd, F_GETFL) & MASK);
  SHOW(lseek(fd, 0, SEEK_SET));
  SHOW(write(fd, "c", 1));
  SHOW_STRING(read_file("f"));
  int wo = open("f", O_WRONLY);
  SHOW_OCTAL(fcntl(wo, F_GETFL) & O_ACCMODE);
  char byte;
  SHOW(read(wo, &byte, 1));
  SHOW(write(open("f", O_RDONLY), "x", 1));
  int fds[2];
  CHECK(pipe2(fds, O_NONBLOCK) == 0);
  SHOW_OCTAL(fcntl(fds[0], F_GETFL) & MASK);
  SHOW_OCTAL(fcntl(fds[1], F_GETFL) & MASK);
  return 0;
}
