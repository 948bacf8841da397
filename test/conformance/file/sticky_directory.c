// In a sticky directory only owners delete or rename; unlink(2), rename(2).
#include "../check.h"

static int as_user(void) {
  CHECK(setresgid(1000, 1000, 1000) == 0 && setresuid(1000, 1000, 1000) == 0);
  write_file("sticky/mine", "x");
  SHOW(unlink("sticky/foreign"));
  SHOW(rename("sticky/foreign", "sticky/x"));
  SHOW(rename("sticky/mine", "sticky/foreign"));
  SHOW(rename("sticky/mine", "sticky/renamed"));
  SHOW(unlink("sticky/renamed"));
  SHOW(unlink("open/foreign"));
  return 0;
}

int main(void) {
  enter_tmp();
  CHECK(mkdir("sticky", 0755) == 0 && mkdir("open", 0755) == 0);
  CHECK(chmod("sticky", 01777) == 0 && chmod("open", 0777) == 0);
  write_file("sticky/foreign", "x");
  write_file("open/foreign", "x");
  show_status("user", in_child(as_user));
  return 0;
}
