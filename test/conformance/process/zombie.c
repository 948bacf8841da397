// A zombie keeps its number and state Z until it is waited for; SIGCHLD ignored makes none; wait(2).
#include "../check.h"

static char state(pid_t pid) {
  char path[64], state = '-';
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  FILE *file = fopen(path, "r");
  if (!file) return '-';
  CHECK(fscanf(file, "%*d (%*[^)]) %c", &state) == 1);
  fclose(file);
  return state;
}

int main(void) {
  pid_t pid = fork();
  if (pid == 0) _exit(0);
  siginfo_t info;
  CHECK(waitid(P_PID, pid, &info, WEXITED | WNOWAIT) == 0);
  printf("%c\n", state(pid));
  SHOW(kill(pid, 0));
  SHOW(kill(pid, SIGKILL));
  SHOW(waitpid(pid, NULL, 0) == pid);
  printf("%c\n", state(pid));
  SHOW(kill(pid, 0));
  signal(SIGCHLD, SIG_IGN);
  pid = fork();
  if (pid == 0) _exit(0);
  SHOW(waitpid(pid, NULL, 0));
  SHOW(kill(pid, 0));
  return 0;
}
