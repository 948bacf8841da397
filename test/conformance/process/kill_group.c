// kill(-group) and kill(0) reach every member of a process group; kill(2).
#include "../check.h"

static int child(void) {
  setpgid(0, 0);
  pid_t pids[3];
  Gate ready = gate_make();
  for (int i = 0; i < 3; i++)
    if ((pids[i] = fork()) == 0) {
      if (i == 2) setpgid(0, 0);
      gate_open(ready);
      for (;;) pause();
    }
  for (int i = 0; i < 3; i++) gate_wait(ready);
  signal(SIGTERM, SIG_IGN);
  SHOW(kill(0, SIGTERM));
  reap("first", pids[0]);
  reap("second", pids[1]);
  SHOW(waitpid(pids[2], NULL, WNOHANG));
  SHOW(kill(-pids[2], SIGINT));
  reap("third", pids[2]);
  SHOW(kill(-pids[2], SIGINT));
  SHOW(kill(999999999, 0));
  SHOW(kill(getpid(), 0));
  SHOW(kill(getpid(), 65));
  SHOW(kill(getpid(), -1));
  return 0;
}

int main(void) {
  show_status("leader", in_child(child));
  return 0;
}
