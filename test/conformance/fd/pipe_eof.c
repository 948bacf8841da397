// A pipe gives EOF when the last writer is gone, in any process; pipe(7).
#include "../check.h"

int main(void) {
  int fds[2];
  char buffer[16] = {0};
  SHOW(pipe(fds));
  SHOW(fds[1] - fds[0]);
  Gate go = gate_make();
  pid_t pid = fork();
  if (pid == 0) {
    gate_wait(go);
    CHECK(write(fds[1], "late", 4) == 4);
    _exit(0);
  }
  close(fds[1]);
  gate_open(go);
  SHOW(read(fds[0], buffer, 16));
  SHOW_STRING(buffer);
  SHOW(read(fds[0], buffer, 16));
  SHOW(read(fds[0], buffer, 16));
  reap("writer", pid);
  SHOW(write(fds[0], "x", 1));
  SHOW(lseek(fds[0], 0, SEEK_SET));
  SHOW(pipe2(fds, 0x1));
  SHOW(pipe2((int *)8, 0));
  return 0;
}
