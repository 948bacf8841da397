// Two hundred children at once end with their own codes; fork(2).
#include "../check.h"

int main(void) {
  enum { CHILDREN = 200 };
  Gate go = gate_make();
  for (int i = 0; i < CHILDREN; i++) {
    pid_t pid = fork();
    CHECK(pid >= 0);
    if (pid == 0) {
      char byte;
      close(go.fds[1]);
      CHECK(read(go.fds[0], &byte, 1) == 0);
      _exit(i);
    }
  }
  close(go.fds[1]);
  int seen[CHILDREN] = {0}, status, right = 0;
  while (wait(&status) > 0) seen[WEXITSTATUS(status)]++;
  for (int i = 0; i < CHILDREN; i++) right += seen[i] == 1;
  SHOW(right);
  return 0;
}
