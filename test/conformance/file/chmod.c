// chmod(), fchmod() and fchmodat() set the twelve permission bits and nothing else; chmod(2).
#include "../check.h"

static int mode(const char *path) {
  struct stat st;
  CHECK(lstat(path, &st) == 0);
  return st.st_mode & 07777;
}

int main(void) {
  enter_tmp();
  write_file("f", "x");
  CHECK(symlink("f", "s") == 0 && mkdir("d", 0755) == 0);
  SHOW(chmod("f", 0));
  SHOW_OCTAL(mode("f"));
  SHOW(chmod("f", 07777));
  SHOW_OCTAL(mode("f"));
  SHOW(chmod("f", 0100644));
  SHOW_OCTAL(mode("f"));
  SHOW(chmod("s", 0600));
  SHOW_OCTAL(mode("f"));
  SHOW_OCTAL(mode("s"));
  int fd = open("f", O_RDONLY);
  SHOW(fchmod(fd, 0644));
  SHOW_OCTAL(mode("f"));
  SHOW(fchmodat(AT_FDCWD, "d", 01777, 0));
  SHOW_OCTAL(mode("d"));
  SHOW(fchmodat(AT_FDCWD, "f", 0640, 0));
  SHOW_OCTAL(mode("f"));
  SHOW(chmod("missing", 0644));
  SHOW(chmod("f/x", 0644));
  return 0;
}
