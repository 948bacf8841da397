// siglongjmp() leaves a handler and restores the mask it saved; sigsetjmp(3).
#include "../check.h"

static sigjmp_buf place;
static void handler(int number) { siglongjmp(place, number); }

static int blocked(void) {
  sigset_t now;
  sigprocmask(SIG_BLOCK, NULL, &now);
  return sigismember(&now, SIGUSR1);
}

int main(void) {
  on_signal(SIGUSR1, handler, 0);
  volatile int jumps = 0;
  while (jumps < 100)
    if (sigsetjmp(place, 1) == 0) raise(SIGUSR1);
    else jumps++;
  SHOW(jumps);
  SHOW(blocked());
  if (sigsetjmp(place, 0) == 0) raise(SIGUSR1);
  SHOW(blocked());
  return 0;
}
