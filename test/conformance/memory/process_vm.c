// process_vm_readv() and process_vm_writev() copy between address spaces; process_vm_readv(2).
#include "../check.h"

int main(void) {
  static char secret[] = "a secret of the child";
  char buffer[64] = {0};
  Gate ready = gate_make(), done = gate_make();
  pid_t pid = fork();
  if (pid == 0) {
    strcpy(secret, "child's");
    gate_open(ready);
    gate_wait(done);
    printf("child sees \"%s\"\n", secret);
    fflush(stdout);
    _exit(0);
  }
  gate_wait(ready);
  struct iovec local[] = {{buffer, 3}, {buffer + 3, 10}}, remote = {secret, 8};
  SHOW(process_vm_readv(pid, local, 2, &remote, 1, 0));
  SHOW_STRING(buffer);
  SHOW_STRING(secret);
  struct iovec text = {"written", 8};
  SHOW(process_vm_writev(pid, &text, 1, &remote, 1, 0));
  gate_open(done);
  reap("child", pid);
  remote.iov_base = secret;
  SHOW(process_vm_readv(getpid(), local, 1, &remote, 1, 0));
  remote.iov_base = (void *)0x1000;
  SHOW(process_vm_readv(getpid(), local, 1, &remote, 1, 0));
  SHOW(process_vm_readv(getpid(), local, 1, &remote, 1, 1));
  SHOW(process_vm_readv(999999999, local, 1, &remote, 1, 0));
  return 0;
}
