// stat() tells type, permissions, size, links, owner and block size; stat(2).
#include "../check.h"

static void show(const char *path) {
  struct stat st;
  CHECK(lstat(path, &st) == 0);
  printf("%s: type %o mode %o size %ld uid %d gid %d\n", path, st.st_mode & S_IFMT, st.st_mode & 07777,
         S_ISDIR(st.st_mode) ? 0 : (long)st.st_size, st.st_uid, st.st_gid);
  CHECK(st.st_ino != 0 && st.st_blksize >= 512);
}

int main(void) {
  enter_tmp();
  write_file("file", "12345");
  CHECK(mkdir("dir", 0750) == 0 && symlink("file", "link") == 0 && mkfifo("fifo", 0600) == 0);
  show("file");
  show("dir");
  show("link");
  show("fifo");
  struct stat one, two, other;
  CHECK(link("file", "same") == 0);
  write_file("other", "");
  CHECK(stat("file", &one) == 0 && stat("same", &two) == 0 && stat("other", &other) == 0);
  SHOW(one.st_ino == two.st_ino && one.st_dev == two.st_dev);
  SHOW(one.st_ino == other.st_ino);
  SHOW(one.st_nlink);
  SHOW(stat("missing", &one));
  SHOW(stat("file/x", &one));
  SHOW(fstatat(AT_FDCWD, "file", &one, 0x80000));
  SHOW(fstatat(open("file", O_RDONLY), "", &one, AT_EMPTY_PATH));
  SHOW(one.st_size);
  return 0;
}
