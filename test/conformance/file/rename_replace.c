// rename() replaces a file or an empty directory, never one kind by the other; rename(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  write_file("a", "a");
  write_file("b", "b");
  SHOW(rename("a", "b"));
  SHOW_STRING(read_file("b"));
  SHOW(access("a", F_OK));
  CHECK(mkdir("d1", 0755) == 0 && mkdir("d2", 0755) == 0 && mkdir("full", 0755) == 0);
  write_file("full/x", "x");
  SHOW(rename("d1", "d2"));
  SHOW(rename("d2", "full"));
  SHOW(rename("b", "d2"));
  SHOW(rename("d2", "b"));
  SHOW(rename("full", "full/inside"));
  SHOW(rename("missing", "b"));
  SHOW(rename("b", "missing/b"));
  SHOW(rename("b", "b"));
  SHOW(rename("full", "d2/."));
  SHOW(rename("full", "d2"));
  SHOW_STRING(read_file("d2/x"));
  return 0;
}
