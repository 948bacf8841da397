// Beyond RLIMIT_NOFILE every call that makes a descriptor gives EMFILE; getrlimit(2).
#include "../check.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>

int main(void) {
  struct rlimit limit;
  CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  limit.rlim_cur = 10;
  CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
  int last = -1;
  for (int fd; (fd = dup(0)) >= 0;) last = fd;
  SHOW(last);
  TRY(dup(0));
  TRY(open("/dev/null", O_RDONLY));
  int fds[2] = {-5, -5};
  SHOW(pipe(fds));
  SHOW(fds[0]);
  SHOW(socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
  SHOW(epoll_create1(0));
  SHOW(eventfd(0, 0));
  SHOW(memfd_create("m", 0));
  SHOW(dup2(0, 10));
  SHOW(dup2(0, 5));
  SHOW(fcntl(0, F_DUPFD, 10));
  SHOW(fcntl(0, F_DUPFD, 9));
  close(7);
  SHOW(pipe(fds));
  SHOW(dup(0));
  return 0;
}
