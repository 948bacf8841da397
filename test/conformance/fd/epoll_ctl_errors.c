// epoll_ctl() rejects doubles, strangers, itself, regular files and loops; epoll_ctl(2).
#include "../check.h"
#include <sys/epoll.h>

int main(void) {
  enter_tmp();
  write_file("f", "x");
  int ep = epoll_create1(0), other = epoll_create1(0), fds[2], file = open("f", O_RDONLY);
  CHECK(pipe(fds) == 0);
  struct epoll_event event = {.events = EPOLLIN};
  SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, fds[0], &event));
  SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, fds[0], &event));
  SHOW(epoll_ctl(ep, EPOLL_CTL_MOD, fds[1], &event));
  SHOW(epoll_ctl(ep, EPOLL_CTL_DEL, fds[1], NULL));
  SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, ep, &event));
  SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, file, &event));
  SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, 999, &event));
  SHOW(epoll_ctl(999, EPOLL_CTL_ADD, fds[1], &event));
  SHOW(epoll_ctl(file, EPOLL_CTL_ADD, fds[1], &event));
  SHOW(epoll_ctl(ep, 77, fds[0], &event));
  SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, fds[1], NULL));
  SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, other, &event));
  SHOW(epoll_ctl(other, EPOLL_CTL_ADD, ep, &event));
  SHOW(epoll_wait(ep, &event, 0, 0));
  SHOW(epoll_wait(ep, &event, -1, 0));
  SHOW(epoll_create(0));
  SHOW(epoll_create1(1));
  close(fds[0]);
  SHOW(epoll_ctl(ep, EPOLL_CTL_DEL, fds[0], NULL));
  return 0;
}
