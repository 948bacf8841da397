// A blocked epoll_wait() wakes by a writer of another process; nested epolls pass it on; epoll(7).
#include "../check.h"
#include <sys/epoll.h>

int main(void) {
  int inner = epoll_create1(0), outer = epoll_create1(0), fds[2];
  CHECK(pipe(fds) == 0);
  struct epoll_event event = {.events = EPOLLIN, .data.u32 = 1};
  CHECK(epoll_ctl(inner, EPOLL_CTL_ADD, fds[0], &event) == 0);
  event.data.u32 = 2;
  CHECK(epoll_ctl(outer, EPOLL_CTL_ADD, inner, &event) == 0);
  SHOW(epoll_wait(outer, &event, 1, 10));
  pid_t pid = fork();
  if (pid == 0) {
    sleep_ms(50);
    _exit(write(fds[1], "x", 1) == 1 ? 0 : 1);
  }
  SHOW(epoll_wait(outer, &event, 1, -1));
  SHOW(event.data.u32);
  SHOW(epoll_wait(inner, &event, 1, -1));
  SHOW(event.data.u32);
  reap("writer", pid);
  struct timespec brief = {0, 1000000};
  char byte;
  CHECK(read(fds[0], &byte, 1) == 1);
  SHOW(syscall(SYS_epoll_pwait2, outer, &event, 1, &brief, NULL, 8));
  SHOW(epoll_wait(outer, &event, 1, 0));
  return 0;
}
