// poll(), nanosleep(), sigsuspend(), epoll_wait() and pause() return EINTR even with SA_RESTART; signal(7).
#include "../check.h"
#include <sys/epoll.h>

static void handler(int number) { (void)number; }

static void soon(void) {
  struct itimerval timer = {{0, 0}, {0, 50000}};
  CHECK(setitimer(ITIMER_REAL, &timer, NULL) == 0);
}

int main(void) {
  on_signal(SIGALRM, handler, SA_RESTART);
  struct pollfd nothing = {.fd = -1};
  soon();
  SHOW(poll(&nothing, 1, 10000));
  struct timespec time = {10, 0}, left = {0, 0};
  soon();
  SHOW(nanosleep(&time, &left));
  SHOW(left.tv_sec >= 1 && left.tv_sec < 10);
  soon();
  SHOW(clock_nanosleep(CLOCK_MONOTONIC, 0, &time, &left) == EINTR);
  struct epoll_event event;
  soon();
  SHOW(epoll_wait(epoll_create1(0), &event, 1, 10000));
  soon();
  SHOW(pause());
  sigset_t none;
  sigemptyset(&none);
  soon();
  SHOW(sigsuspend(&none));
  fd_set set;
  FD_ZERO(&set);
  struct timeval limit = {10, 0};
  soon();
  SHOW(select(0, &set, NULL, NULL, &limit));
  return 0;
}
