// CLONE_VM without CLONE_VFORK: another process in the same memory, with tid pointers; clone(2).
#include "../check.h"

static volatile int value;
static pid_t parent_tid, child_tid;

static int body(void *argument) {
  value = *(int *)argument + 1;
  return child_tid == getpid() ? 6 : 1;
}

int main(void) {
  static char stack[65536] __attribute__((aligned(16)));
  int argument = 41;
  int flags = CLONE_VM | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | SIGCHLD;
  pid_t pid = clone(body, stack + sizeof stack, flags, &argument, &parent_tid, NULL, &child_tid);
  CHECK(pid > 0);
  reap("child", pid);
  SHOW(value);
  SHOW(parent_tid == pid);
  pid = clone(body, stack + sizeof stack, CLONE_VM, &argument);
  int status;
  SHOW(waitpid(pid, &status, 0));
  SHOW(waitpid(pid, &status, __WCLONE) == pid);
  SHOW(syscall(SYS_clone, CLONE_THREAD | SIGCHLD, 0, 0, 0, 0));
  SHOW(syscall(SYS_clone, CLONE_SIGHAND | SIGCHLD, 0, 0, 0, 0));
  SHOW(syscall(SYS_clone, CLONE_FS | CLONE_NEWNS | SIGCHLD, 0, 0, 0, 0));
  return 0;
}
