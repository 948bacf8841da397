// linkat() links a symlink itself unless AT_SYMLINK_FOLLOW; linkat(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  write_file("f", "text");
  CHECK(symlink("f", "s") == 0);
  SHOW(linkat(AT_FDCWD, "s", AT_FDCWD, "plain", 0));
  SHOW(linkat(AT_FDCWD, "s", AT_FDCWD, "followed", AT_SYMLINK_FOLLOW));
  struct stat st;
  CHECK(lstat("plain", &st) == 0);
  SHOW(S_ISLNK(st.st_mode));
  SHOW(st.st_nlink);
  CHECK(lstat("followed", &st) == 0);
  SHOW(S_ISREG(st.st_mode));
  SHOW(st.st_nlink);
  SHOW(linkat(AT_FDCWD, "s", AT_FDCWD, "x", 0x8000));
  int fd = open("f", O_RDONLY);
  SHOW(linkat(fd, "", AT_FDCWD, "empty", AT_EMPTY_PATH));
  SHOW(linkat(fd, "", AT_FDCWD, "empty2", 0));
  return 0;
}
