// ppoll() swaps the signal mask for its wait: a pending signal interrupts it, once; ppoll(2).
#include "../check.h"

static volatile int caught;
static void handler(int number) { caught = number; }

int main(void) {
  on_signal(SIGUSR1, handler, SA_RESTART);
  sigset_t blocked, none, now;
  sigemptyset(&none);
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  CHECK(sigprocmask(SIG_BLOCK, &blocked, NULL) == 0);
  raise(SIGUSR1);
  SHOW(caught);
  struct timespec long_time = {10, 0}, short_time = {0, 1000000};
  SHOW(ppoll(NULL, 0, &short_time, NULL));
  SHOW(caught);
  SHOW(ppoll(NULL, 0, &long_time, &none));
  SHOW(caught == SIGUSR1);
  CHECK(sigprocmask(SIG_BLOCK, NULL, &now) == 0);
  SHOW(sigismember(&now, SIGUSR1));
  SHOW(ppoll(NULL, 0, &short_time, &none));
  struct timespec bad = {0, -1};
  SHOW(ppoll(NULL, 0, &bad, &none));
  return 0;
}
