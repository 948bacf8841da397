// O_TRUNC empties an existing file at open and other descriptors see it; open(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  write_file("f", "0123456789");
  int old = open("f", O_RDWR);
  CHECK(old >= 0 && lseek(old, 8, SEEK_SET) == 8);
  int fd = open("f", O_WRONLY | O_TRUNC);
  CHECK(fd >= 0);
  struct stat st;
  CHECK(fstat(old, &st) == 0);
  SHOW(st.st_size);
  char buffer[4];
  SHOW(read(old, buffer, 4));
  SHOW(write(old, "ab", 2));
  CHECK(fstat(old, &st) == 0);
  SHOW(st.st_size);
  SHOW(pread(fd, buffer, 4, 0));
  TRY(open(".", O_WRONLY | O_TRUNC));
  return 0;
}
