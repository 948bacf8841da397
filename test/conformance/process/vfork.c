// vfork() suspends the parent until the child ends or execs, and shares memory with it; vfork(2).
#include "../check.h"

static volatile int shared;

int main(void) {
  shared = 1;
  pid_t pid = vfork();
  if (pid == 0) {
    shared = 2;
    usleep(30000);
    shared = 3;
    _exit(7);
  }
  SHOW(shared);
  reap("exited", pid);
  pid = vfork();
  if (pid == 0) {
    execl("/bin/true", "true", NULL);
    _exit(1);
  }
  reap("exec", pid);
  pid = vfork();
  if (pid == 0) {
    execl("/missing", "missing", NULL);
    shared = errno;
    _exit(1);
  }
  SHOW(shared == ENOENT);
  reap("failed exec", pid);
  return 0;
}
