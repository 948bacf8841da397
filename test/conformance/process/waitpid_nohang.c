// WNOHANG gives 0 while the child runs and its number once it ended; waitpid(2).
#include "../check.h"

int main(void) {
  Gate go = gate_make();
  pid_t pid = fork();
  if (pid == 0) {
    gate_wait(go);
    _exit(5);
  }
  int status = 77;
  SHOW(waitpid(pid, &status, WNOHANG));
  SHOW(status);
  gate_open(go);
  pid_t got;
  while ((got = waitpid(pid, &status, WNOHANG)) == 0) sleep_ms(1);
  SHOW(got == pid);
  show_status("child", status);
  SHOW(waitpid(pid, &status, WNOHANG));
  SHOW(waitpid(-1, &status, WNOHANG));
  return 0;
}
