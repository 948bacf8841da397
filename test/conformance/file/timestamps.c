// Writing moves mtime and ctime, chmod only ctime, making a name the directory's mtime; inode(7).
#include "../check.h"

static struct timespec old[] = {{1000000000, 0}, {1000000000, 0}};

static void show(const char *what, const char *path) {
  struct stat st;
  CHECK(stat(path, &st) == 0);
  printf("%s: mtime %s, ctime %s\n", what, st.st_mtim.tv_sec == 1000000000 ? "old" : "new",
         st.st_ctim.tv_sec == 1000000000 ? "old" : "new");
}

int main(void) {
  enter_tmp();
  write_file("f", "x");
  CHECK(mkdir("d", 0755) == 0);
  CHECK(utimensat(AT_FDCWD, "f", old, 0) == 0);
  show("set", "f");
  CHECK(chmod("f", 0600) == 0);
  show("chmod", "f");
  int fd = open("f", O_RDWR);
  CHECK(write(fd, "y", 1) == 1);
  show("write", "f");
  CHECK(utimensat(AT_FDCWD, "f", old, 0) == 0 && truncate("f", 0) == 0);
  show("truncate", "f");
  CHECK(utimensat(AT_FDCWD, "d", old, 0) == 0);
  write_file("d/f", "x");
  show("create in directory", "d");
  CHECK(utimensat(AT_FDCWD, "d", old, 0) == 0);
  write_file("d/f", "y");
  show("write in directory", "d");
  CHECK(unlink("d/f") == 0);
  show("unlink in directory", "d");
  struct stat before, after;
  CHECK(stat("f", &before) == 0);
  sleep_ms(20);
  CHECK(link("f", "g") == 0 && stat("f", &after) == 0);
  SHOW(before.st_ctim.tv_sec != after.st_ctim.tv_sec || before.st_ctim.tv_nsec != after.st_ctim.tv_nsec);
  return 0;
}
