// sigsuspend() swaps the mask, returns after a handler ran, and restores the mask; sigsuspend(2).
#include "../check.h"

static volatile int calls;
static void handler(int number) {
  (void)number;
  calls++;
}

int main(void) {
  on_signal(SIGUSR1, handler, 0);
  sigset_t set, none, now;
  sigemptyset(&none);
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigprocmask(SIG_BLOCK, &set, NULL);
  for (int i = 0; i < 100; i++) {
    pid_t parent = getpid();
    if (i % 10 == 0) {
      pid_t pid = fork();
      if (pid == 0) _exit(kill(parent, SIGUSR1));
      CHECK(sigsuspend(&none) == -1 && errno == EINTR);
      CHECK(waitpid(pid, NULL, 0) == pid);
    } else {
      raise(SIGUSR1);
      CHECK(sigsuspend(&none) == -1 && errno == EINTR);
    }
  }
  SHOW(calls);
  sigprocmask(SIG_BLOCK, NULL, &now);
  SHOW(sigismember(&now, SIGUSR1));
  SHOW(syscall(SYS_rt_sigsuspend, &none, 4));
  return 0;
}
