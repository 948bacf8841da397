// timerfd counts expirations, tells the time left, and is disarmed by zero; timerfd_create(2).
#include "../check.h"
#include <sys/timerfd.h>

int main(void) {
  int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  uint64_t count = 0;
  SHOW(read(fd, &count, 8));
  struct itimerspec interval = {{0, 10000000}, {0, 10000000}}, off = {{0, 0}, {0, 0}}, now;
  SHOW(timerfd_settime(fd, 0, &interval, NULL));
  sleep_ms(105);
  SHOW(read(fd, &count, 8));
  SHOW(count >= 10);
  SHOW(timerfd_gettime(fd, &now));
  SHOW(now.it_interval.tv_nsec);
  SHOW(now.it_value.tv_sec == 0 && now.it_value.tv_nsec > 0 && now.it_value.tv_nsec <= 10000000);
  SHOW(timerfd_settime(fd, 0, &off, &now));
  sleep_ms(30);
  SHOW(timerfd_settime(fd, 0, &off, NULL));
  SHOW(read(fd, &count, 8));
  struct itimerspec past = {{0, 0}, {0, 1}};
  SHOW(timerfd_settime(fd, TFD_TIMER_ABSTIME, &past, NULL));
  struct pollfd poller = {.fd = fd, .events = POLLIN};
  SHOW(poll(&poller, 1, 1000));
  SHOW(read(fd, &count, 8));
  SHOW(count);
  SHOW(read(fd, &count, 4));
  struct itimerspec bad = {{0, 0}, {0, 1000000000}};
  SHOW(timerfd_settime(fd, 0, &bad, NULL));
  SHOW(timerfd_create(99, 0));
  SHOW(timerfd_create(CLOCK_REALTIME, 0x100));
  return 0;
}
