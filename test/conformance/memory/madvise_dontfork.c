// MADV_DONTFORK leaves a range out of the child, MADV_WIPEONFORK empties it there; madvise(2).
#include "../check.h"

static char *left, *wiped;

static int child(void) {
  printf("left out: %s\n", fault_at(left, 0));
  SHOW(wiped[0]);
  return 0;
}

int main(void) {
  left = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  wiped = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  left[0] = wiped[0] = 'x';
  SHOW(madvise(left, 4096, MADV_DONTFORK));
  SHOW(madvise(wiped, 4096, MADV_WIPEONFORK));
  in_child(child);
  SHOW(left[0]);
  SHOW(wiped[0]);
  SHOW(madvise(left, 4096, MADV_DOFORK));
  SHOW(madvise(wiped, 4096, MADV_KEEPONFORK));
  in_child(child);
  return 0;
}
