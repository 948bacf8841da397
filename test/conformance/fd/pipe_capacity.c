// A pipe holds 65536 bytes, F_SETPIPE_SZ changes that; a full nonblocking pipe gives EAGAIN; pipe(7).
#include "../check.h"

static long fill(int fd) {
  static char page[4096];
  long total = 0, n;
  while ((n = write(fd, page, sizeof page)) > 0) total += n;
  CHECK(n == -1 && errno == EAGAIN);
  return total;
}

int main(void) {
  int fds[2];
  CHECK(pipe2(fds, O_NONBLOCK) == 0);
  char buffer[8192];
  SHOW(read(fds[0], buffer, 1));
  SHOW(fcntl(fds[0], F_GETPIPE_SZ));
  SHOW(fill(fds[1]));
  SHOW(fcntl(fds[1], F_SETPIPE_SZ, 4096));
  SHOW(fcntl(fds[1], F_SETPIPE_SZ, 131072));
  SHOW(fill(fds[1]));
  SHOW(read(fds[0], buffer, 4095));
  SHOW(write(fds[1], buffer, 4096));
  SHOW(read(fds[0], buffer, 1));
  SHOW(write(fds[1], buffer, 4096));
  CHECK(pipe(fds) == 0);
  SHOW(fcntl(fds[0], F_SETPIPE_SZ, 1));
  SHOW(fcntl(fds[0], F_SETPIPE_SZ, 5000));
  SHOW(fcntl(0, F_GETPIPE_SZ));
  return 0;
}
