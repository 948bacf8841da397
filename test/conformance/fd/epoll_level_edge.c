// Level-triggered epoll reports while ready, edge-triggered only news, oneshot once; epoll(7).
#include "../check.h"
#include <sys/epoll.h>

static int ep;
static struct epoll_event event;

static int ready(void) { return epoll_wait(ep, &event, 1, 0); }

int main(void) {
  ep = epoll_create1(EPOLL_CLOEXEC);
  int fds[2];
  CHECK(ep >= 0 && pipe(fds) == 0);
  struct epoll_event want = {.events = EPOLLIN, .data.u64 = 42};
  SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, fds[0], &want));
  SHOW(ready());
  CHECK(write(fds[1], "a", 1) == 1);
  SHOW(ready());
  SHOW(ready());
  SHOW(event.data.u64);
  SHOW(event.events == EPOLLIN);
  want.events = EPOLLIN | EPOLLET;
  SHOW(epoll_ctl(ep, EPOLL_CTL_MOD, fds[0], &want));
  SHOW(ready());
  SHOW(ready());
  CHECK(write(fds[1], "b", 1) == 1);
  SHOW(ready());
  SHOW(ready());
  want.events = EPOLLIN | EPOLLONESHOT;
  SHOW(epoll_ctl(ep, EPOLL_CTL_MOD, fds[0], &want));
  SHOW(ready());
  SHOW(ready());
  CHECK(write(fds[1], "c", 1) == 1);
  SHOW(ready());
  SHOW(epoll_ctl(ep, EPOLL_CTL_MOD, fds[0], &want));
  SHOW(ready());
  SHOW(epoll_ctl(ep, EPOLL_CTL_DEL, fds[0], NULL));
  SHOW(ready());
  return 0;
}
