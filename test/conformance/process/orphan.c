// An orphan goes to the nearest subreaper, which then waits for it; prctl(2).
#include "../check.h"
#include <sys/prctl.h>

int main(void) {
  SHOW(prctl(PR_SET_CHILD_SUBREAPER, 1));
  pid_t self = getpid();
  Gate go = gate_make();
  pid_t pid = fork();
  if (pid == 0) {
    if (fork() == 0) {
      gate_wait(go);
      for (int i = 0; i < 1000 && getppid() != self; i++) sleep_ms(1);
      _exit(getppid() == self ? 23 : 1);
    }
    _exit(0);
  }
  reap("middle", pid);
  gate_open(go);
  int status;
  SHOW(wait(&status) > 0);
  show_status("orphan", status);
  SHOW(wait(&status));
  return 0;
}
