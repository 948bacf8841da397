// Hard links share a file; it lives until the last name and descriptor are gone; link(2), unlink(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  write_file("a", "text");
  CHECK(mkdir("dir", 0755) == 0);
  int fd = open("a", O_RDWR);
  struct stat st;
  SHOW(link("a", "b"));
  SHOW(link("a", "b"));
  SHOW(link("dir", "c"));
  SHOW(link("missing", "c"));
  SHOW(link("a", "missing/c"));
  CHECK(fstat(fd, &st) == 0);
  SHOW(st.st_nlink);
  SHOW(unlink("a"));
  SHOW(unlink("a"));
  SHOW(unlink("dir"));
  SHOW(unlink("b/"));
  SHOW(unlink("b"));
  CHECK(fstat(fd, &st) == 0);
  SHOW(st.st_nlink);
  char buffer[8] = {0};
  SHOW(pread(fd, buffer, 8, 0));
  SHOW_STRING(buffer);
  SHOW(unlinkat(AT_FDCWD, "dir", 0x40000));
  SHOW(unlinkat(AT_FDCWD, "dir", AT_REMOVEDIR));
  return 0;
}
