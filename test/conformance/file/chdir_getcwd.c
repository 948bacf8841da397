// The working directory follows chdir(), fchdir() and renames, and is inherited; chdir(2), getcwd(2).
#include "../check.h"

static const char *here(void) {
  static char path[PATH_MAX];
  CHECK(getcwd(path, sizeof path) != NULL);
  return path + strlen(check_tmp);
}

static int child(void) {
  SHOW_STRING(here());
  return chdir("/");
}

int main(void) {
  enter_tmp();
  CHECK(mkdir("a", 0755) == 0 && mkdir("a/b", 0755) == 0 && symlink("a/b", "s") == 0);
  write_file("f", "x");
  SHOW(chdir("s"));
  SHOW_STRING(here());
  SHOW(chdir(".."));
  SHOW_STRING(here());
  SHOW(rename("../a", "../renamed"));
  SHOW_STRING(here());
  in_child(child);
  SHOW_STRING(here());
  char small[4];
  TRY(syscall(SYS_getcwd, small, sizeof small));
  SHOW(chdir("../f"));
  SHOW(chdir("missing"));
  SHOW(fchdir(open("../f", O_RDONLY)));
  SHOW(fchdir(open("..", O_RDONLY)));
  SHOW_STRING(here());
  return 0;
}
