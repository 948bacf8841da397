// utimensat() sets times to the nanosecond, with UTIME_NOW and UTIME_OMIT; utimensat(2).
#include "../check.h"

static void show(const char *path) {
  struct stat st;
  CHECK(lstat(path, &st) == 0);
  printf("%s: atime %ld.%09ld mtime %ld.%09ld\n", path, st.st_atim.tv_sec, st.st_atim.tv_nsec, st.st_mtim.tv_sec,
         st.st_mtim.tv_nsec);
}

int main(void) {
  enter_tmp();
  write_file("f", "x");
  CHECK(symlink("f", "s") == 0);
  struct timespec both[] = {{1000000000, 123456789}, {1100000000, 987654321}};
  SHOW(utimensat(AT_FDCWD, "f", both, 0));
  show("f");
  struct timespec one[] = {{0, UTIME_OMIT}, {1200000000, 5}};
  SHOW(utimensat(AT_FDCWD, "f", one, 0));
  show("f");
  SHOW(utimensat(AT_FDCWD, "s", both, AT_SYMLINK_NOFOLLOW));
  show("s");
  show("f");
  int fd = open("f", O_RDWR);
  SHOW(futimens(fd, both));
  show("f");
  struct timespec now[] = {{0, UTIME_NOW}, {0, UTIME_OMIT}};
  SHOW(futimens(fd, now));
  struct stat st;
  CHECK(fstat(fd, &st) == 0);
  SHOW(labs(st.st_atim.tv_sec - time(NULL)) < 60);
  SHOW(st.st_mtim.tv_sec);
  struct timespec bad[] = {{0, 1000000000}, {0, 0}};
  SHOW(utimensat(AT_FDCWD, "f", bad, 0));
  SHOW(utimensat(AT_FDCWD, "missing", both, 0));
  return 0;
}
