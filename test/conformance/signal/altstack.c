// SA_ONSTACK handlers run on the alternate stack, which can't be changed meanwhile; sigaltstack(2).
#include "../check.h"

static char *stack;
static volatile int inside, on;

static void handler(int number) {
  (void)number;
  char here;
  inside = &here >= stack && &here < stack + 65536;
  stack_t now;
  sigaltstack(NULL, &now);
  on = now.ss_flags == SS_ONSTACK;
  stack_t other = {.ss_flags = SS_DISABLE};
  errno = 0;
  SHOW(sigaltstack(&other, NULL));
}

int main(void) {
  stack = malloc(65536);
  stack_t request = {.ss_sp = stack, .ss_size = 65536}, now;
  SHOW(sigaltstack(&request, NULL));
  SHOW(sigaltstack(NULL, &now));
  SHOW(now.ss_sp == stack && now.ss_size == 65536 && now.ss_flags == 0);
  on_signal(SIGUSR1, handler, SA_ONSTACK);
  raise(SIGUSR1);
  SHOW(inside);
  SHOW(on);
  request.ss_size = 100;
  SHOW(sigaltstack(&request, NULL));
  request.ss_flags = 77;
  SHOW(sigaltstack(&request, NULL));
  request.ss_flags = SS_DISABLE;
  SHOW(sigaltstack(&request, NULL));
  SHOW(sigaltstack(NULL, &now));
  SHOW(now.ss_flags == SS_DISABLE);
  on_signal(SIGUSR2, handler, SA_ONSTACK);
  raise(SIGUSR2);
  SHOW(inside);
  return 0;
}
