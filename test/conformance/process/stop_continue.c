// SIGSTOP and SIGCONT are seen with WUNTRACED and WCONTINUED, each once; waitpid(2).
#include "../check.h"

int main(void) {
  pid_t pid = fork();
  if (pid == 0)
    for (;;) pause();
  // Its own group, as SIGTSTP doesn't stop members of an orphaned one.
  CHECK(setpgid(pid, pid) == 0);
  int status;
  kill(pid, SIGSTOP);
  SHOW(waitpid(pid, &status, WUNTRACED) == pid);
  show_status("child", status);
  SHOW(waitpid(pid, &status, WUNTRACED | WNOHANG));
  kill(pid, SIGCONT);
  SHOW(waitpid(pid, &status, WCONTINUED) == pid);
  show_status("child", status);
  SHOW(waitpid(pid, &status, WCONTINUED | WNOHANG));
  siginfo_t info;
  kill(pid, SIGTSTP);
  SHOW(waitid(P_PID, pid, &info, WSTOPPED));
  printf("code %d status %s\n", info.si_code, sigabbrev_np(info.si_status));
  kill(pid, SIGTERM);
  SHOW(waitpid(pid, &status, WNOHANG));
  kill(pid, SIGCONT);
  reap("child", pid);
  return 0;
}
