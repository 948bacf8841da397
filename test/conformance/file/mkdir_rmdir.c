// mkdir() and rmdir(): existing names, missing parents, full directories, dots; mkdir(2), rmdir(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  SHOW(mkdir("d", 0755));
  SHOW(mkdir("d", 0755));
  SHOW(mkdir("d/e/", 0755));
  SHOW(mkdir("x/y", 0755));
  SHOW(mkdir("", 0755));
  SHOW(mkdir("d/.", 0755));
  SHOW(mkdir("/", 0755));
  SHOW(rmdir("d"));
  SHOW(rmdir("d/."));
  SHOW(rmdir("d/e/.."));
  write_file("f", "x");
  SHOW(rmdir("f"));
  SHOW(mkdir("f/d", 0755));
  SHOW(mkdir("f", 0755));
  CHECK(symlink("d/e", "s") == 0);
  SHOW(rmdir("s"));
  SHOW(mkdir("s", 0755));
  SHOW(rmdir("d/e"));
  SHOW(rmdir("d"));
  SHOW(rmdir("d"));
  return 0;
}
