// Supplementary groups are set, read, and count for access; setgroups(2).
#include "../check.h"

static int as_user(void) {
  CHECK(setgid(50) == 0 && setuid(1000) == 0);
  TRY(open("f", O_RDONLY));
  TRY(open("g", O_RDONLY));
  return 0;
}

int main(void) {
  enter_tmp();
  gid_t want[] = {300, 100, 200}, got[10];
  SHOW(setgroups(3, want));
  SHOW(getgroups(0, NULL));
  SHOW(getgroups(2, got));
  SHOW(getgroups(10, got));
  long sum = 0;
  for (int i = 0; i < 3; i++) sum += got[i];
  SHOW(sum);
  write_file("f", "x");
  write_file("g", "x");
  CHECK(chown("f", 0, 200) == 0 && chmod("f", 0640) == 0 && chown("g", 0, 400) == 0 && chmod("g", 0640) == 0);
  show_status("member", in_child(as_user));
  SHOW(setgroups(65537, want));
  SHOW(setgroups(0, NULL));
  SHOW(getgroups(0, NULL));
  show_status("nobody", in_child(as_user));
  return 0;
}
