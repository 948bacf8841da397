// waitid() fills a siginfo, may leave the child waitable, and selects by number, group or pidfd; waitid(2).
#include "../check.h"

static void show(const siginfo_t *info, pid_t pid) {
  printf("signal %s code %d status %d ours %d\n", sigabbrev_np(info->si_signo), info->si_code, info->si_status,
         info->si_pid == pid);
}

int main(void) {
  siginfo_t info = {0};
  pid_t pid = fork();
  if (pid == 0) _exit(42);
  SHOW(waitid(P_PID, pid, &info, WEXITED | WNOWAIT));
  show(&info, pid);
  SHOW(waitid(P_ALL, 0, &info, WEXITED));
  show(&info, pid);
  SHOW(waitid(P_PID, pid, &info, WEXITED));
  pid = fork();
  if (pid == 0) {
    pause();
    _exit(1);
  }
  info.si_pid = 99;
  SHOW(waitid(P_PID, pid, &info, WEXITED | WNOHANG));
  SHOW(info.si_pid);
  kill(pid, SIGKILL);
  SHOW(waitid(P_PID, pid, &info, WEXITED));
  show(&info, pid);
  pid = fork();
  if (pid == 0) {
    setpgid(0, 0);
    _exit(3);
  }
  setpgid(pid, pid);
  SHOW(waitid(P_PGID, pid, &info, WEXITED));
  show(&info, pid);
  pid = fork();
  if (pid == 0) _exit(4);
  int fd = syscall(SYS_pidfd_open, pid, 0);
  SHOW(waitid(P_PIDFD, fd, &info, WEXITED));
  show(&info, pid);
  SHOW(waitid(P_ALL, 0, &info, 0));
  SHOW(waitid(77, 0, &info, WEXITED));
  return 0;
}
