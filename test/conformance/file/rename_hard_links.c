// Renaming one name onto another of the same file does nothing; rename(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  write_file("a", "text");
  SHOW(link("a", "b"));
  SHOW(rename("a", "b"));
  SHOW(access("a", F_OK));
  SHOW(access("b", F_OK));
  struct stat st;
  CHECK(stat("a", &st) == 0);
  SHOW(st.st_nlink);
  CHECK(symlink("a", "s") == 0);
  SHOW(rename("s", "moved"));
  CHECK(lstat("moved", &st) == 0);
  SHOW(S_ISLNK(st.st_mode));
  int fd = open("a", O_RDONLY);
  SHOW(rename("a", "c"));
  char buffer[8] = {0};
  SHOW(read(fd, buffer, 4));
  SHOW_STRING(buffer);
  return 0;
}
