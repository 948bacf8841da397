// chroot() moves the root: absolute paths, symlinks and ".." stay inside; chroot(2).
#include "../check.h"

static int inside(void) {
  CHECK(chroot("jail") == 0 && chdir("/") == 0);
  SHOW_STRING(read_file("/f"));
  SHOW_STRING(read_file("/../../f"));
  SHOW_STRING(read_file("s"));
  TRY(open("/proc/self/exe", O_RDONLY));
  char cwd[64];
  CHECK(getcwd(cwd, sizeof cwd) != NULL);
  SHOW_STRING(cwd);
  CHECK(setresuid(1000, 1000, 1000) == 0);
  SHOW(chroot("/"));
  return 0;
}

int main(void) {
  enter_tmp();
  CHECK(mkdir("jail", 0755) == 0 && symlink("/f", "jail/s") == 0);
  write_file("jail/f", "inner");
  write_file("f", "outer");
  show_status("jailed", in_child(inside));
  SHOW(chroot("f"));
  SHOW(chroot("missing"));
  SHOW_STRING(read_file("f"));
  return 0;
}
