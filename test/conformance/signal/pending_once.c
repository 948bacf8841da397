// A standard signal sent often while blocked arrives once, a real-time one as often as sent; signal(7).
#include "../check.h"

static volatile int calls[65];
static void handler(int number) { calls[number]++; }

int main(void) {
  on_signal(SIGUSR1, handler, 0);
  on_signal(SIGRTMIN, handler, 0);
  sigset_t set, pending;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigaddset(&set, SIGRTMIN);
  sigprocmask(SIG_BLOCK, &set, NULL);
  for (int i = 0; i < 5; i++) kill(getpid(), SIGUSR1), kill(getpid(), SIGRTMIN);
  sigpending(&pending);
  SHOW(sigismember(&pending, SIGUSR1));
  SHOW(sigismember(&pending, SIGRTMIN));
  SHOW(sigismember(&pending, SIGUSR2));
  SHOW(calls[SIGUSR1] + calls[SIGRTMIN]);
  sigprocmask(SIG_UNBLOCK, &set, NULL);
  SHOW(calls[SIGUSR1]);
  SHOW(calls[SIGRTMIN]);
  sigprocmask(SIG_BLOCK, &set, NULL);
  raise(SIGUSR1);
  signal(SIGUSR1, SIG_IGN);
  sigpending(&pending);
  SHOW(sigismember(&pending, SIGUSR1));
  return 0;
}
