// access() asks with the real user, faccessat(AT_EACCESS) with the effective one; access(2).
#include "../check.h"

static int as_user(void) {
  CHECK(setresuid(1000, 0, 0) == 0);
  SHOW(access("secret", R_OK));
  SHOW(faccessat(AT_FDCWD, "secret", R_OK, AT_EACCESS));
  SHOW(access("public", R_OK));
  SHOW(access("public", W_OK));
  return 0;
}

int main(void) {
  enter_tmp();
  write_file("secret", "x");
  write_file("public", "x");
  CHECK(chmod("secret", 0600) == 0 && chmod("public", 0644) == 0);
  SHOW(access("secret", R_OK | W_OK));
  SHOW(access("secret", X_OK));
  SHOW(access("secret", 8));
  SHOW(access("missing", F_OK));
  SHOW(access("secret/x", F_OK));
  show_status("user", in_child(as_user));
  return 0;
}
