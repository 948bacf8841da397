// Files made in a set-group-ID directory get its group, and directories the bit as well; inode(7).
#include "../check.h"

static void show(const char *path) {
  struct stat st;
  CHECK(stat(path, &st) == 0);
  printf("%s: gid %d mode %o\n", path, (int)st.st_gid, st.st_mode & 07777);
}

int main(void) {
  enter_tmp();
  CHECK(mkdir("d", 0755) == 0 && chown("d", -1, 4321) == 0 && chmod("d", 02775) == 0);
  write_file("d/f", "x");
  CHECK(mkdir("d/sub", 0755) == 0);
  show("d/f");
  show("d/sub");
  write_file("plain", "x");
  show("plain");
  return 0;
}
