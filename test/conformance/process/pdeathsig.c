// PR_SET_PDEATHSIG delivers a signal when the parent thread ends; prctl(2).
#include "../check.h"
#include <sys/prctl.h>

int main(void) {
  int signal_number = -1;
  CHECK(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
  SHOW(prctl(PR_SET_PDEATHSIG, SIGUSR1));
  SHOW(prctl(PR_GET_PDEATHSIG, &signal_number));
  SHOW(signal_number == SIGUSR1);
  SHOW(prctl(PR_SET_PDEATHSIG, 0));
  SHOW(prctl(PR_SET_PDEATHSIG, 100));
  Gate ready = gate_make();
  pid_t pid = fork();
  if (pid == 0) {
    if (fork() == 0) {
      prctl(PR_SET_PDEATHSIG, SIGTERM);
      gate_open(ready);
      for (;;) pause();
    }
    gate_wait(ready);
    _exit(0);
  }
  reap("parent", pid);
  int status;
  CHECK(wait(&status) > 0);
  show_status("child", status);
  return 0;
}
