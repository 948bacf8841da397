// O_NOFOLLOW fails with ELOOP when the last component is a symlink, only then; open(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  CHECK(mkdir("dir", 0755) == 0);
  write_file("dir/file", "x");
  CHECK(symlink("dir", "dirlink") == 0 && symlink("dir/file", "filelink") == 0);
  TRY(open("filelink", O_RDONLY));
  TRY(open("filelink", O_RDONLY | O_NOFOLLOW));
  TRY(open("dirlink/file", O_RDONLY | O_NOFOLLOW));
  TRY(open("dirlink", O_RDONLY | O_NOFOLLOW));
  TRY(open("dir/file", O_RDONLY | O_NOFOLLOW));
  TRY(open("dirlink/", O_RDONLY | O_NOFOLLOW));
  return 0;
}
