// Absolute timerfds on the real and the boot clock fire at their time, blocking reads wait; timerfd_create(2).
#include "../check.h"
#include <sys/timerfd.h>

int main(void) {
  clockid_t clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME};
  for (int i = 0; i < 3; i++) {
    int fd = timerfd_create(clocks[i], TFD_CLOEXEC);
    int64_t target = now_ns(clocks[i]) + 30000000;
    struct itimerspec when = {{0, 0}, {target / 1000000000, target % 1000000000}};
    SHOW(timerfd_settime(fd, TFD_TIMER_ABSTIME, &when, NULL));
    uint64_t count = 0;
    SHOW(read(fd, &count, 8));
    SHOW(count);
    SHOW(now_ns(clocks[i]) >= target);
    SHOW(timerfd_gettime(fd, &when));
    SHOW(when.it_value.tv_sec + when.it_value.tv_nsec);
    SHOW(timerfd_settime(fd, 0x100, &when, NULL));
    close(fd);
  }
  return 0;
}
