// mknod() makes regular files, FIFOs and sockets, and rejects unknown kinds; mknod(2).
#include "../check.h"

static int type(const char *path) {
  struct stat st;
  CHECK(lstat(path, &st) == 0);
  return st.st_mode & S_IFMT;
}

int main(void) {
  enter_tmp();
  SHOW(mknod("plain", 0644, 0));
  SHOW_OCTAL(type("plain"));
  SHOW(mknod("regular", S_IFREG | 0644, 0));
  SHOW_OCTAL(type("regular"));
  SHOW(mknod("fifo", S_IFIFO | 0644, 0));
  SHOW_OCTAL(type("fifo"));
  SHOW(mknod("socket", S_IFSOCK | 0644, 0));
  SHOW_OCTAL(type("socket"));
  SHOW(mknod("dir", S_IFDIR | 0755, 0));
  SHOW(mknod("link", S_IFLNK | 0777, 0));
  SHOW(mknod("plain", 0644, 0));
  TRY(open("socket", O_RDONLY));
  return 0;
}
