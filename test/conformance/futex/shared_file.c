// Two processes that map one file meet at its futexes, at different addresses; futex(2).
#include "../check.h"
#include <linux/futex.h>

int main(void) {
  enter_tmp();
  int fd = open("f", O_RDWR | O_CREAT, 0644);
  CHECK(fd >= 0 && ftruncate(fd, 8192) == 0);
  pid_t pid = fork();
  if (pid == 0) {
    char *gap = mmap(NULL, 65536, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int *words = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (gap == MAP_FAILED || words == MAP_FAILED) _exit(1);
    for (int i = 0; i < 200; i++) {
      while (__atomic_load_n(&words[1024], __ATOMIC_SEQ_CST) == i) syscall(SYS_futex, &words[1024], FUTEX_WAIT, i, NULL, NULL, 0);
      __atomic_add_fetch(&words[0], 1, __ATOMIC_SEQ_CST);
      syscall(SYS_futex, &words[0], FUTEX_WAKE, 1, NULL, NULL, 0);
    }
    _exit(0);
  }
  int *words = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  CHECK(words != MAP_FAILED);
  for (int i = 0; i < 200; i++) {
    __atomic_add_fetch(&words[1024], 1, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, &words[1024], FUTEX_WAKE, 1, NULL, NULL, 0);
    while (__atomic_load_n(&words[0], __ATOMIC_SEQ_CST) == i) syscall(SYS_futex, &words[0], FUTEX_WAIT, i, NULL, NULL, 0);
  }
  reap("partner", pid);
  SHOW(words[0]);
  SHOW(words[1024]);
  return 0;
}
