// A privileged setuid() changes all three user ids for good; setresuid() keeps what it is told; setuid(2).
#include "../check.h"

static void show(void) {
  uid_t real, effective, saved;
  CHECK(getresuid(&real, &effective, &saved) == 0);
  printf("%d %d %d\n", real, effective, saved);
}

static int drop(void) {
  SHOW(setuid(1000));
  show();
  SHOW(setuid(0));
  SHOW(seteuid(0));
  SHOW(setgid(5));
  SHOW(setgroups(0, NULL));
  return 0;
}

static int keep_saved(void) {
  SHOW(setresuid(1000, 1001, 0));
  show();
  SHOW(setresuid(-1, 1000, -1));
  show();
  SHOW(seteuid(0));
  show();
  SHOW(setreuid(7, 8));
  show();
  SHOW(setresuid(9, -1, -1));
  return 0;
}

int main(void) {
  show();
  show_status("drop", in_child(drop));
  show_status("keep", in_child(keep_saved));
  show();
  return 0;
}
