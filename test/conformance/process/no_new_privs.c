// PR_SET_NO_NEW_PRIVS is one way and inherited; dumpable and securebits are readable; prctl(2).
#include "../check.h"
#include <sys/prctl.h>

static int child(void) { return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0); }

int main(void) {
  SHOW(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
  SHOW(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  SHOW(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
  SHOW(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
  show_status("inherited", in_child(child));
  SHOW(prctl(PR_GET_DUMPABLE));
  SHOW(prctl(PR_SET_DUMPABLE, 0));
  SHOW(prctl(PR_GET_DUMPABLE));
  SHOW(prctl(PR_SET_DUMPABLE, 7));
  SHOW(prctl(PR_GET_KEEPCAPS));
  return 0;
}
