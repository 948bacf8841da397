// int arguments use only the low 32 bits of their register; syscall(2).
#include "../check.h"

int main(void) {
  long high = 0x7fffffff00000000L;
  char byte = 'x';
  int fds[2];
  CHECK(pipe(fds) == 0);
  SHOW(syscall(SYS_write, high | fds[1], &byte, 1));
  SHOW(syscall(SYS_read, high | fds[0], &byte, 1));
  SHOW(syscall(SYS_dup2, high | fds[0], high | 90));
  SHOW(syscall(SYS_fcntl, high | 90, high | F_GETFD, 0));
  SHOW(syscall(SYS_close, high | 90));
  SHOW(syscall(SYS_openat, 0xffffff9cL, "/dev/null", O_RDONLY) >= 0);
  SHOW(syscall(SYS_kill, high | getpid(), high));
  SHOW(syscall(SYS_umask, high | 022) == 022);
  SHOW(syscall(SYS_lseek, high | fds[0], 0, SEEK_SET));
  return 0;
}
