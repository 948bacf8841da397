// Children that end while SIGCHLD is blocked make one signal, and all can be waited for; signal(7).
#include "../check.h"

static volatile int calls;
static void handler(int number) {
  (void)number;
  calls++;
}

int main(void) {
  on_signal(SIGCHLD, handler, 0);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigprocmask(SIG_BLOCK, &set, NULL);
  for (int i = 0; i < 5; i++) {
    pid_t pid = fork();
    if (pid == 0) _exit(i);
    siginfo_t info;
    CHECK(waitid(P_PID, pid, &info, WEXITED | WNOWAIT) == 0);
  }
  SHOW(calls);
  sigprocmask(SIG_UNBLOCK, &set, NULL);
  SHOW(calls);
  int reaped = 0, status;
  while (waitpid(-1, &status, WNOHANG) > 0) reaped++;
  SHOW(reaped);
  return 0;
}
