// Closing frees the lowest number for the next file, and read errors come after that; close(2).
#include "../check.h"

int main(void) {
  for (int fd = 3; fd < 64; fd++) close(fd);
  int fds[2];
  SHOW(open("/dev/null", O_RDONLY));
  SHOW(open("/dev/null", O_RDONLY));
  SHOW(open("/dev/null", O_RDONLY));
  SHOW(close(4));
  SHOW(close(4));
  SHOW(pipe(fds));
  SHOW(fds[0]);
  SHOW(fds[1]);
  SHOW(close(3));
  SHOW(close(5));
  SHOW(socket(AF_UNIX, SOCK_STREAM, 0));
  SHOW(memfd_create("m", 0));
  SHOW(dup(0));
  return 0;
}
