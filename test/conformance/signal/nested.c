// Another signal interrupts a handler, unless sa_mask holds it back until the handler returns; sigaction(2).
#include "../check.h"

static void inner(int number) {
  (void)number;
  printf("inner\n");
}

static void outer(int number) {
  (void)number;
  printf("outer begins\n");
  raise(SIGUSR2);
  printf("outer ends\n");
}

int main(void) {
  struct sigaction action = {.sa_handler = inner};
  CHECK(sigaction(SIGUSR2, &action, NULL) == 0);
  action.sa_handler = outer;
  CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
  raise(SIGUSR1);
  sigaddset(&action.sa_mask, SIGUSR2);
  CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
  raise(SIGUSR1);
  return 0;
}
