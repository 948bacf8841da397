// Endless symlinks end in ELOOP, forty in a row are still followed; path_resolution(7).
#include "../check.h"

int main(void) {
  enter_tmp();
  CHECK(symlink("self", "self") == 0 && symlink("b", "a") == 0 && symlink("a", "b") == 0);
  TRY(open("self", O_RDONLY));
  TRY(open("a", O_RDONLY));
  TRY(open("a/b", O_RDONLY));
  struct stat st;
  SHOW(stat("self", &st));
  SHOW(lstat("self", &st));
  SHOW(st.st_size);
  write_file("l0", "end");
  char name[16], target[16];
  for (int i = 1; i <= 41; i++) {
    snprintf(name, sizeof name, "l%d", i);
    snprintf(target, sizeof target, "l%d", i - 1);
    CHECK(symlink(target, name) == 0);
  }
  TRY(open("l40", O_RDONLY));
  TRY(open("l41", O_RDONLY));
  return 0;
}
