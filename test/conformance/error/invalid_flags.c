// Calls with flags refuse those they don't know; intro(2).
#include "../check.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

int main(void) {
  int fds[2];
  sigset_t set;
  sigemptyset(&set);
  struct stat st;
  SHOW(pipe2(fds, 0x40000000));
  SHOW(dup3(0, 10, 0x40000000));
  SHOW(eventfd(0, 0x40000000));
  SHOW(epoll_create1(0x40000000));
  SHOW(inotify_init1(0x40000000));
  SHOW(signalfd(-1, &set, 0x40000000));
  SHOW(timerfd_create(CLOCK_MONOTONIC, 0x40000000));
  SHOW(memfd_create("x", 0x40000000));
  SHOW(socket(AF_UNIX, SOCK_STREAM | 0x40000000, 0));
  SHOW(accept4(0, NULL, NULL, 0x40000000));
  SHOW(unlinkat(AT_FDCWD, "x", 0x40000000));
  SHOW(fstatat(AT_FDCWD, "/", &st, 0x40000000));
  SHOW(linkat(AT_FDCWD, "/a", AT_FDCWD, "/b", 0x40000000));
  SHOW(renameat2(AT_FDCWD, "/a", AT_FDCWD, "/b", 0x40000000));
  SHOW(utimensat(AT_FDCWD, "/", NULL, 0x40000000));
  SHOW(fchownat(AT_FDCWD, "/", -1, -1, 0x40000000));
  SHOW(syscall(SYS_getrandom, NULL, 0, 0x40000000));
  SHOW(syscall(SYS_close_range, 100, 200, 0x40000000));
  SHOW(syscall(SYS_membarrier, 0x40000000, 0));
  SHOW(waitpid(-1, NULL, 0x40));
  SHOW(waitid(P_ALL, 0, NULL, WEXITED | 0x40));
  return 0;
}
