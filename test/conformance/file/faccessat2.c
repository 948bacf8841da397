// faccessat2() knows AT_SYMLINK_NOFOLLOW and AT_EMPTY_PATH and rejects other flags; faccessat2(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  write_file("f", "x");
  CHECK(symlink("missing", "s") == 0);
  int fd = open("f", O_RDONLY);
  SHOW(syscall(SYS_faccessat2, AT_FDCWD, "s", F_OK, 0));
  SHOW(syscall(SYS_faccessat2, AT_FDCWD, "s", F_OK, AT_SYMLINK_NOFOLLOW));
  SHOW(syscall(SYS_faccessat2, fd, "", R_OK, AT_EMPTY_PATH));
  SHOW(syscall(SYS_faccessat2, fd, "", R_OK, 0));
  SHOW(syscall(SYS_faccessat2, AT_FDCWD, "f", R_OK, 0x40000));
  SHOW(syscall(SYS_faccessat2, AT_FDCWD, "f", 16, 0));
  SHOW(syscall(SYS_faccessat2, -1, "f", R_OK, 0));
  return 0;
}
