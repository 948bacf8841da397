// clone3() forks with its own exit signal and pidfd, and rejects unknown flags and sizes; clone3(2).
#include "../check.h"
#include <linux/sched.h>

int main(void) {
  int pidfd = -1;
  struct clone_args args = {.flags = CLONE_PIDFD, .pidfd = (uintptr_t)&pidfd, .exit_signal = SIGCHLD};
  pid_t pid = syscall(SYS_clone3, &args, sizeof args);
  if (pid == 0) _exit(11);
  CHECK(pid > 0 && pidfd >= 0);
  struct pollfd poller = {.fd = pidfd, .events = POLLIN};
  SHOW(poll(&poller, 1, 10000));
  SHOW(poller.revents & POLLIN ? 1 : 0);
  reap("child", pid);
  SHOW(fcntl(pidfd, F_GETFD));
  args = (struct clone_args){.flags = 1ULL << 60};
  SHOW(syscall(SYS_clone3, &args, sizeof args));
  args = (struct clone_args){.exit_signal = 200};
  SHOW(syscall(SYS_clone3, &args, sizeof args));
  SHOW(syscall(SYS_clone3, &args, 8));
  SHOW(syscall(SYS_clone3, (void *)8, sizeof args));
  return 0;
}
