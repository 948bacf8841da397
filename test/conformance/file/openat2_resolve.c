// openat2() refuses what its resolve flags forbid, and unknown flags; openat2(2).
#include "../check.h"
#include <linux/openat2.h>

static long at2(int dir, const char *path, uint64_t flags, uint64_t resolve) {
  struct open_how how = {.flags = flags, .resolve = resolve};
  return syscall(SYS_openat2, dir, path, &how, sizeof how);
}

int main(void) {
  enter_tmp();
  CHECK(mkdir("dir", 0755) == 0 && symlink("file", "dir/link") == 0 && symlink("/", "dir/root") == 0);
  write_file("dir/file", "x");
  int dir = open("dir", O_RDONLY | O_DIRECTORY);
  CHECK(dir >= 0);
  TRY(at2(dir, "file", O_RDONLY, 0));
  TRY(at2(dir, "link", O_RDONLY, RESOLVE_NO_SYMLINKS));
  TRY(at2(dir, "../dir/file", O_RDONLY, RESOLVE_BENEATH));
  TRY(at2(dir, "/dir", O_RDONLY, RESOLVE_BENEATH));
  TRY(at2(dir, "link", O_RDONLY, RESOLVE_BENEATH));
  TRY(at2(dir, "root", O_RDONLY, RESOLVE_BENEATH));
  TRY(at2(dir, "/file", O_RDONLY, RESOLVE_IN_ROOT));
  TRY(at2(dir, "root/../file", O_RDONLY, RESOLVE_IN_ROOT));
  TRY(at2(dir, "file", 1ULL << 40, 0));
  TRY(at2(dir, "file", O_RDONLY, 1ULL << 40));
  TRY(syscall(SYS_openat2, dir, "file", &dir, 1));
  return 0;
}
