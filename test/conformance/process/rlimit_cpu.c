// Beyond RLIMIT_CPU's soft limit comes SIGXCPU; getrlimit(2).
#include "../check.h"

static int burn(void) {
  struct rlimit limit = {1, 5};
  CHECK(setrlimit(RLIMIT_CPU, &limit) == 0);
  for (volatile long i = 0;; i++) continue;
}

int main(void) {
  show_status("burner", in_child(burn));
  return 0;
}
