// User attributes are set, listed, read and removed; missing ones give ENODATA; xattr(7).
#include "../check.h"
#include <sys/xattr.h>

int main(void) {
  enter_tmp();
  write_file("f", "x");
  char buffer[64] = {0};
  SHOW(getxattr("f", "user.colour", buffer, sizeof buffer));
  SHOW(setxattr("f", "user.colour", "green", 5, 0));
  SHOW(getxattr("f", "user.colour", buffer, sizeof buffer));
  SHOW_STRING(buffer);
  SHOW(getxattr("f", "user.colour", NULL, 0));
  SHOW(getxattr("f", "user.colour", buffer, 2));
  SHOW(setxattr("f", "user.colour", "red", 3, XATTR_CREATE));
  SHOW(setxattr("f", "user.shape", "", 0, XATTR_REPLACE));
  SHOW(setxattr("f", "user.colour", "red", 3, XATTR_REPLACE));
  memset(buffer, 0, sizeof buffer);
  SHOW(getxattr("f", "user.colour", buffer, sizeof buffer));
  SHOW_STRING(buffer);
  memset(buffer, 0, sizeof buffer);
  SHOW(listxattr("f", buffer, sizeof buffer));
  SHOW_STRING(buffer);
  SHOW(listxattr("f", buffer, 3));
  SHOW(removexattr("f", "user.colour"));
  SHOW(removexattr("f", "user.colour"));
  SHOW(setxattr("f", "nonsense", "x", 1, 0));
  SHOW(setxattr("f", "user.", "x", 1, 0));
  SHOW(setxattr("f", "user.colour", "x", 1, 8));
  CHECK(symlink("f", "s") == 0);
  SHOW(lsetxattr("s", "user.colour", "x", 1, 0));
  SHOW(getxattr("missing", "user.colour", buffer, 1));
  return 0;
}
