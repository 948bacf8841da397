// Dots, double slashes, trailing slashes and symlinks in the middle of a path; path_resolution(7).
#include "../check.h"

int main(void) {
  enter_tmp();
  CHECK(mkdir("a", 0755) == 0 && mkdir("a/b", 0755) == 0);
  write_file("a/b/f", "deep");
  write_file("a/f", "upper");
  CHECK(symlink("a/b", "s") == 0 && symlink("../f", "a/b/up") == 0);
  char absolute[128];
  snprintf(absolute, sizeof absolute, "%s/a/b", check_tmp);
  CHECK(symlink(absolute, "abs") == 0 && symlink("b/", "a/slash") == 0);
  SHOW_STRING(read_file("a//b///f"));
  SHOW_STRING(read_file("./a/./b/../b/f"));
  SHOW_STRING(read_file("s/f"));
  SHOW_STRING(read_file("s/../f"));
  SHOW_STRING(read_file("s/up"));
  SHOW_STRING(read_file("abs/../f"));
  SHOW_STRING(read_file("a/slash/f"));
  struct stat st;
  SHOW(lstat("s/", &st));
  SHOW(S_ISDIR(st.st_mode));
  SHOW(lstat("s", &st));
  SHOW(S_ISLNK(st.st_mode));
  SHOW(stat("a/f/", &st));
  SHOW(stat("/../../..", &st));
  SHOW(stat("//tmp", &st));
  return 0;
}
