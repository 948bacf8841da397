// epoll reports EPOLLHUP, EPOLLERR, EPOLLRDHUP and EPOLLOUT, and forgets closed files; epoll_ctl(2).
#include "../check.h"
#include <sys/epoll.h>

static void show(int ep, const char *what) {
  struct epoll_event events[4];
  int n = epoll_wait(ep, events, 4, 0);
  printf("%s: %d", what, n);
  for (int i = 0; i < n; i++) printf(" %#x", events[i].events);
  printf("\n");
}

static void add(int ep, int fd, uint32_t events) {
  struct epoll_event event = {.events = events, .data.fd = fd};
  CHECK(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event) == 0);
}

int main(void) {
  int ep = epoll_create1(0), fds[2], pair[2];
  CHECK(pipe(fds) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  add(ep, fds[0], EPOLLIN);
  close(fds[1]);
  show(ep, "pipe without writer");
  close(fds[0]);
  show(ep, "closed");
  CHECK(pipe(fds) == 0);
  add(ep, fds[1], EPOLLOUT);
  show(ep, "empty pipe");
  close(fds[0]);
  show(ep, "pipe without reader");
  int copy = dup(fds[1]);
  close(fds[1]);
  show(ep, "number closed, file open");
  close(copy);
  show(ep, "file closed");
  add(ep, pair[0], EPOLLIN | EPOLLRDHUP | EPOLLOUT);
  show(ep, "socket");
  CHECK(shutdown(pair[1], SHUT_WR) == 0);
  show(ep, "peer shut down writing");
  close(pair[1]);
  show(ep, "peer closed");
  return 0;
}
