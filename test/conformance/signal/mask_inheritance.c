// Masks nest: sigprocmask() blocks, sets, unblocks; a handler adds sa_mask and itself; sigprocmask(2).
#include "../check.h"

static void show(const char *what) {
  sigset_t set;
  sigprocmask(SIG_BLOCK, NULL, &set);
  printf("%s: usr1 %d usr2 %d term %d kill %d\n", what, sigismember(&set, SIGUSR1), sigismember(&set, SIGUSR2),
         sigismember(&set, SIGTERM), sigismember(&set, SIGKILL));
}

static void handler(int number) {
  (void)number;
  show("in the handler");
}

int main(void) {
  sigset_t set, old;
  show("start");
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  sigaddset(&set, SIGKILL);
  SHOW(sigprocmask(SIG_BLOCK, &set, NULL));
  show("blocked");
  struct sigaction action = {.sa_handler = handler};
  sigaddset(&action.sa_mask, SIGTERM);
  CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
  raise(SIGUSR1);
  show("after");
  sigfillset(&set);
  SHOW(sigprocmask(SIG_SETMASK, &set, &old));
  show("all");
  SHOW(sigprocmask(SIG_UNBLOCK, &old, NULL));
  show("unblocked");
  SHOW(sigprocmask(99, &set, NULL));
  SHOW(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, 4));
  return 0;
}
