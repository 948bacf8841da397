// Bad pointers give EFAULT and never a signal, in every direction; errno(3).
#include "../check.h"
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

int main(void) {
  void *bad = (void *)0x1000, *kernel = (void *)0xffff800000000000;
  char *edge = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(munmap(edge + 4096, 4096) == 0);
  int fds[2], zero = open("/dev/zero", O_RDWR), null = open("/dev/null", O_WRONLY);
  CHECK(pipe(fds) == 0);
  SHOW(read(zero, bad, 1));
  SHOW(read(zero, kernel, 1));
  SHOW(write(fds[1], bad, 1));
  SHOW(write(fds[1], kernel, 1));
  SHOW(write(null, "x", 1));
  SHOW(stat(bad, (struct stat *)edge));
  SHOW(stat("/", bad));
  SHOW(open(bad, O_RDONLY));
  memset(edge + 4090, 'a', 6);
  SHOW(open(edge + 4090, O_RDONLY));
  SHOW(pipe(bad));
  SHOW(uname(bad));
  SHOW(syscall(SYS_clock_gettime, CLOCK_PROCESS_CPUTIME_ID, bad));
  SHOW(nanosleep(bad, NULL));
  SHOW(syscall(SYS_rt_sigaction, SIGUSR1, bad, NULL, 8));
  SHOW(syscall(SYS_rt_sigprocmask, SIG_SETMASK, bad, NULL, 8));
  SHOW(sysinfo(bad));
  SHOW(getrlimit(RLIMIT_NOFILE, bad));
  SHOW(poll(bad, 1, 0));
  SHOW(execve("/bin/true", bad, NULL));
  SHOW(syscall(SYS_getdents64, open("/", O_RDONLY), bad, 1000));
  SHOW(epoll_ctl(epoll_create1(0), EPOLL_CTL_ADD, fds[0], bad));
  SHOW(socketpair(AF_UNIX, SOCK_STREAM, 0, bad));
  SHOW(getrandom(bad, 8, 0));
  SHOW(syscall(SYS_futex, bad, 0, 0, NULL, NULL, 0));
  SHOW(readlink("/proc/self/exe", bad, 10));
  if (fork() == 0) _exit(3);
  SHOW(wait(bad));
  return 0;
}
