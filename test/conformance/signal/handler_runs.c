// A handler runs between two instructions, gets the number, and the program goes on; sigaction(2).
#include "../check.h"

static volatile sig_atomic_t calls, last;
static void handler(int number) { calls++, last = number; }

int main(void) {
  on_signal(SIGUSR1, handler, 0);
  on_signal(SIGUSR2, handler, 0);
  for (int i = 0; i < 1000; i++) CHECK(raise(i % 2 ? SIGUSR1 : SIGUSR2) == 0);
  SHOW(calls);
  SHOW(last == SIGUSR1);
  struct sigaction old;
  CHECK(sigaction(SIGUSR1, NULL, &old) == 0);
  SHOW(old.sa_handler == handler);
  SHOW(sigaction(SIGKILL, &old, NULL));
  SHOW(sigaction(SIGSTOP, &old, NULL));
  SHOW(sigaction(0, &old, NULL));
  SHOW(sigaction(65, &old, NULL));
  signal(SIGUSR1, SIG_IGN);
  raise(SIGUSR1);
  SHOW(calls);
  return 0;
}
