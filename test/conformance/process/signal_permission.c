// An unprivileged process can signal only its own user's processes; kill(2).
#include "../check.h"

static pid_t foreign;

static int as_user(void) {
  CHECK(setuid(1000) == 0);
  SHOW(kill(foreign, 0));
  SHOW(kill(foreign, SIGTERM));
  pid_t pid = fork();
  if (pid == 0)
    for (;;) pause();
  SHOW(kill(pid, SIGTERM));
  reap("own", pid);
  SHOW(setpriority(PRIO_PROCESS, foreign, 5));
  return 0;
}

int main(void) {
  foreign = fork();
  if (foreign == 0)
    for (;;) pause();
  show_status("user", in_child(as_user));
  SHOW(kill(foreign, SIGKILL));
  reap("foreign", foreign);
  return 0;
}
