// readlink() truncates silently, adds no NUL, and fails on what is no symlink; readlink(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  CHECK(symlink("0123456789", "s") == 0);
  write_file("f", "x");
  char buffer[16];
  memset(buffer, '.', sizeof buffer);
  buffer[15] = 0;
  SHOW(readlink("s", buffer, 4));
  SHOW_STRING(buffer);
  SHOW(readlink("s", buffer, 15));
  SHOW_STRING(buffer);
  SHOW(readlink("s", buffer, 0));
  SHOW(readlink("f", buffer, 15));
  SHOW(readlink("missing", buffer, 15));
  SHOW(symlink("x", "s"));
  SHOW(symlink("", "empty"));
  SHOW(symlink("x", ""));
  struct stat st;
  CHECK(lstat("s", &st) == 0);
  SHOW(st.st_size);
  SHOW_OCTAL(st.st_mode & 0777);
  return 0;
}
