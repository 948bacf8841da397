// O_PATH descriptors name a file without opening it: no reads, but fstat, fchdir and *at() work; open(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  CHECK(mkdir("dir", 0755) == 0);
  write_file("dir/file", "text");
  CHECK(symlink("dir/file", "link") == 0);
  int dir = open("dir", O_PATH), file = open("dir/file", O_PATH), link = open("link", O_PATH | O_NOFOLLOW);
  CHECK(dir >= 0 && file >= 0 && link >= 0);
  char byte;
  SHOW(read(file, &byte, 1));
  SHOW(write(file, "x", 1));
  SHOW(lseek(file, 0, SEEK_SET));
  SHOW(fchmod(file, 0600));
  SHOW(ftruncate(file, 0));
  TRY(mmap(NULL, 1, PROT_READ, MAP_PRIVATE, file, 0));
  struct stat st;
  CHECK(fstat(file, &st) == 0);
  SHOW(st.st_size);
  CHECK(fstat(link, &st) == 0);
  SHOW(S_ISLNK(st.st_mode));
  char target[32] = {0};
  SHOW(readlinkat(link, "", target, sizeof target));
  SHOW_STRING(target);
  TRY(openat(dir, "file", O_RDONLY));
  SHOW(fcntl(file, F_GETFL) & O_PATH ? 1 : 0);
  SHOW(fchdir(dir));
  TRY(access("file", F_OK));
  return 0;
}
