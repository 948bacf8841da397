// Every call on a closed descriptor gives EBADF; close(2) and others.
#include "../check.h"
#include <sys/epoll.h>
#include <sys/ioctl.h>

int main(void) {
  char buffer[8];
  struct stat st;
  struct iovec iov = {buffer, 8};
  for (int fd = 500; fd != -2; fd = fd == 500 ? -1 : -2) {
    SHOW(close(fd));
    SHOW(read(fd, buffer, 1));
    SHOW(write(fd, buffer, 1));
    SHOW(readv(fd, &iov, 1));
    SHOW(pread(fd, buffer, 1, 0));
    SHOW(lseek(fd, 0, SEEK_SET));
    SHOW(fstat(fd, &st));
    SHOW(ftruncate(fd, 0));
    SHOW(fchmod(fd, 0));
    SHOW(fcntl(fd, F_GETFL));
    SHOW(ioctl(fd, FIONREAD, buffer));
    SHOW(fsync(fd));
    SHOW(flock(fd, LOCK_SH));
    SHOW(getsockopt(fd, SOL_SOCKET, SO_TYPE, buffer, (socklen_t[]){4}));
    SHOW(epoll_wait(fd, (struct epoll_event[1]){}, 1, 0));
    TRY(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0));
    SHOW(syscall(SYS_getdents64, fd, buffer, 8));
  }
  return 0;
}
