// RENAME_EXCHANGE swaps two names of any kind; renameat2(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  write_file("a", "a");
  write_file("b", "b");
  CHECK(mkdir("dir", 0755) == 0);
  SHOW(renameat2(AT_FDCWD, "a", AT_FDCWD, "b", RENAME_EXCHANGE));
  SHOW_STRING(read_file("a"));
  SHOW_STRING(read_file("b"));
  SHOW(renameat2(AT_FDCWD, "a", AT_FDCWD, "dir", RENAME_EXCHANGE));
  struct stat st;
  CHECK(stat("a", &st) == 0);
  SHOW(S_ISDIR(st.st_mode));
  SHOW_STRING(read_file("dir"));
  SHOW(renameat2(AT_FDCWD, "b", AT_FDCWD, "missing", RENAME_EXCHANGE));
  return 0;
}
