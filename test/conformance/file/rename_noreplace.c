// RENAME_NOREPLACE fails with EEXIST rather than replace; renameat2(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  write_file("a", "a");
  write_file("b", "b");
  SHOW(renameat2(AT_FDCWD, "a", AT_FDCWD, "b", RENAME_NOREPLACE));
  SHOW_STRING(read_file("b"));
  SHOW(renameat2(AT_FDCWD, "a", AT_FDCWD, "c", RENAME_NOREPLACE));
  SHOW_STRING(read_file("c"));
  SHOW(access("a", F_OK));
  SHOW(renameat2(AT_FDCWD, "c", AT_FDCWD, "d", 0x80));
  SHOW(renameat2(AT_FDCWD, "c", AT_FDCWD, "b", RENAME_NOREPLACE | RENAME_EXCHANGE));
  return 0;
}
