// Shared memory is one memory for parent and child, private memory becomes two; fork(2), mmap(2).
#include "../check.h"

static char *shared, *private;

static int child(void) {
  SHOW_STRING(shared);
  SHOW_STRING(private);
  strcpy(shared, "from child");
  strcpy(private, "from child");
  return 0;
}

int main(void) {
  shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  private = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(shared != MAP_FAILED && private != MAP_FAILED);
  strcpy(shared, "from parent");
  strcpy(private, "from parent");
  in_child(child);
  SHOW_STRING(shared);
  SHOW_STRING(private);
  return 0;
}
