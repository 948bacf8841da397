// A pidfd becomes readable at exit, sends signals, and knows when its process is gone; pidfd_open(2).
#include "../check.h"

int main(void) {
  pid_t pid = fork();
  if (pid == 0)
    for (;;) pause();
  int fd = syscall(SYS_pidfd_open, pid, 0);
  CHECK(fd >= 0);
  SHOW(fcntl(fd, F_GETFD));
  struct pollfd poller = {.fd = fd, .events = POLLIN};
  SHOW(poll(&poller, 1, 0));
  SHOW(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0));
  SHOW(syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0));
  SHOW(poll(&poller, 1, 10000));
  reap("child", pid);
  SHOW(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0));
  SHOW(syscall(SYS_pidfd_open, pid, 0));
  SHOW(syscall(SYS_pidfd_open, -1, 0));
  SHOW(syscall(SYS_pidfd_open, getpid(), 0x1));
  SHOW(syscall(SYS_pidfd_send_signal, 0, 0, NULL, 0));
  return 0;
}
