// FIONREAD tells the bytes waiting in a file, a pipe and a socket; ioctl(2).
#include "../check.h"
#include <sys/ioctl.h>

int main(void) {
  enter_tmp();
  write_file("f", "0123456789");
  int fd = open("f", O_RDONLY), count = -1, fds[2], pair[2];
  CHECK(pipe(fds) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  CHECK(lseek(fd, 4, SEEK_SET) == 4);
  SHOW(ioctl(fd, FIONREAD, &count));
  SHOW(count);
  CHECK(write(fds[1], "abc", 3) == 3);
  SHOW(ioctl(fds[0], FIONREAD, &count));
  SHOW(count);
  CHECK(write(pair[1], "hello", 5) == 5);
  SHOW(ioctl(pair[0], FIONREAD, &count));
  SHOW(count);
  int on = 1;
  SHOW(ioctl(fds[0], FIONBIO, &on));
  SHOW((fcntl(fds[0], F_GETFL) & O_NONBLOCK) != 0);
  SHOW(ioctl(fd, FIOCLEX));
  SHOW(fcntl(fd, F_GETFD));
  SHOW(ioctl(fd, FIONCLEX));
  SHOW(fcntl(fd, F_GETFD));
  SHOW(ioctl(fd, 0x12345678, &count));
  SHOW(ioctl(fds[0], FIONREAD, (void *)8));
  return 0;
}
