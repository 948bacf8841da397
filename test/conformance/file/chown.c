// chown() sets owners, -1 leaves them, and the set-id bits of a file are lost; chown(2).
#include "../check.h"

static void show(const char *path) {
  struct stat st;
  CHECK(lstat(path, &st) == 0);
  printf("%s: %d:%d %o\n", path, (int)st.st_uid, (int)st.st_gid, st.st_mode & 07777);
}

int main(void) {
  enter_tmp();
  write_file("f", "x");
  CHECK(symlink("f", "s") == 0);
  SHOW(chown("f", 1000, 2000));
  show("f");
  SHOW(chown("f", -1, 3000));
  show("f");
  SHOW(chown("f", 4000, -1));
  show("f");
  CHECK(chmod("f", 06755) == 0);
  SHOW(chown("f", 1, 1));
  show("f");
  SHOW(lchown("s", 5, 6));
  show("s");
  show("f");
  SHOW(chown("s", 7, 8));
  show("s");
  show("f");
  int fd = open("f", O_RDONLY);
  SHOW(fchown(fd, 0, 0));
  show("f");
  SHOW(fchownat(fd, "", 9, 9, AT_EMPTY_PATH));
  show("f");
  SHOW(fchownat(AT_FDCWD, "s", 10, 10, AT_SYMLINK_NOFOLLOW));
  show("s");
  SHOW(chown("missing", 0, 0));
  return 0;
}
