// Calls with offsets refuse pipes and sockets; lseek(2).
#include "../check.h"

int main(void) {
  int fds[2], pair[2];
  char byte;
  CHECK(pipe(fds) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  int all[] = {fds[0], fds[1], pair[0]};
  struct iovec iov = {&byte, 1};
  for (int i = 0; i < 3; i++) {
    SHOW(lseek(all[i], 0, SEEK_CUR));
    SHOW(pread(all[i], &byte, 1, 0));
    SHOW(pwrite(all[i], &byte, 1, 0));
    SHOW(preadv(all[i], &iov, 1, 0));
    SHOW(posix_fadvise(all[i], 0, 0, POSIX_FADV_NORMAL));
  }
  return 0;
}
