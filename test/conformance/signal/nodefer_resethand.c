// SA_NODEFER lets a handler interrupt itself, SA_RESETHAND uninstalls it at its first call; sigaction(2).
#include "../check.h"

static volatile int depth, deepest, calls;

static void handler(int number) {
  if (++depth > deepest) deepest = depth;
  if (++calls < 4) raise(number);
  depth--;
}

int main(void) {
  on_signal(SIGUSR1, handler, SA_NODEFER);
  raise(SIGUSR1);
  printf("nodefer: calls %d, deepest %d\n", calls, deepest);
  calls = deepest = 0;
  on_signal(SIGUSR1, handler, 0);
  raise(SIGUSR1);
  printf("plain: calls %d, deepest %d\n", calls, deepest);
  calls = 10;
  on_signal(SIGUSR2, handler, SA_RESETHAND);
  raise(SIGUSR2);
  struct sigaction now;
  CHECK(sigaction(SIGUSR2, NULL, &now) == 0);
  SHOW(calls);
  SHOW(now.sa_handler == SIG_DFL);
  return 0;
}
