// Moving a directory to another parent takes its tree and its ".." along; rename(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  CHECK(mkdir("p", 0755) == 0 && mkdir("p/d", 0755) == 0 && mkdir("q", 0755) == 0);
  write_file("p/d/f", "deep");
  write_file("q/mark", "q");
  int fd = open("p/d", O_RDONLY | O_DIRECTORY);
  CHECK(fd >= 0);
  SHOW(rename("p/d", "q/e"));
  SHOW_STRING(read_file("q/e/f"));
  SHOW(faccessat(fd, "../mark", F_OK, 0));
  SHOW(faccessat(fd, "f", F_OK, 0));
  SHOW(fchdir(fd));
  SHOW(access("../e/f", F_OK));
  SHOW(chdir("../.."));
  SHOW(rmdir("p"));
  return 0;
}
