// wait() tells normal exits (low eight bits) from deaths by signal; wait(2).
#include "../check.h"

int main(void) {
  int codes[] = {0, 1, 255, 256, 300, -1};
  for (int i = 0; i < 6; i++) {
    pid_t pid = fork();
    if (pid == 0) _exit(codes[i]);
    reap("exit", pid);
  }
  int signals[] = {SIGTERM, SIGKILL, SIGABRT, SIGUSR1, SIGALRM};
  for (int i = 0; i < 5; i++) {
    pid_t pid = fork();
    if (pid == 0) {
      signal(signals[i], SIG_DFL);
      raise(signals[i]);
      _exit(9);
    }
    reap("signal", pid);
  }
  SHOW(wait(NULL));
  SHOW(waitpid(getppid(), NULL, 0));
  SHOW(waitpid(-1, NULL, 0x100));
  return 0;
}
