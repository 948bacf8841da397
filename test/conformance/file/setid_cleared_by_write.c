// A write by an unprivileged user clears the set-user-ID and set-group-ID bits; write(2).
#include "../check.h"

static int as_user(void) {
  CHECK(setresgid(1000, 1000, 1000) == 0 && setresuid(1000, 1000, 1000) == 0);
  int fd = open("f", O_WRONLY);
  CHECK(fd >= 0);
  SHOW(write(fd, "y", 1));
  return 0;
}

int main(void) {
  enter_tmp();
  write_file("f", "x");
  CHECK(chmod("f", 06777) == 0);
  struct stat st;
  CHECK(stat("f", &st) == 0);
  SHOW_OCTAL(st.st_mode & 07777);
  show_status("user", in_child(as_user));
  CHECK(stat("f", &st) == 0);
  SHOW_OCTAL(st.st_mode & 07777);
  return 0;
}
