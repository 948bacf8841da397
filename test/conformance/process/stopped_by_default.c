// SIGTTIN, SIGTTOU and SIGTSTP stop a process by default, SIGCHLD, SIGURG and SIGWINCH do nothing; signal(7).
#include "../check.h"

int main(void) {
  int stops[] = {SIGTTIN, SIGTTOU, SIGTSTP, SIGSTOP}, ignored[] = {SIGCHLD, SIGURG, SIGWINCH, SIGCONT}, status;
  pid_t pid = fork();
  if (pid == 0) {
    setpgid(0, 0);
    for (;;) pause();
  }
  setpgid(pid, pid);
  for (int i = 0; i < 4; i++) {
    kill(pid, stops[i]);
    CHECK(waitpid(pid, &status, WUNTRACED) == pid);
    show_status(sigabbrev_np(stops[i]), status);
    kill(pid, SIGCONT);
    CHECK(waitpid(pid, &status, WCONTINUED) == pid);
    kill(pid, ignored[i]);
  }
  sleep_ms(30);
  SHOW(waitpid(pid, &status, WNOHANG | WUNTRACED));
  kill(pid, SIGKILL);
  reap("end", pid);
  return 0;
}
