// fallocate() extends a file with zeroes unless told to keep the size, and checks its arguments; fallocate(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  int fd = open("f", O_RDWR | O_CREAT, 0644), ro = open("f", O_RDONLY);
  struct stat st;
  SHOW(write(fd, "abc", 3));
  SHOW(fallocate(fd, 0, 0, 10000));
  CHECK(fstat(fd, &st) == 0);
  SHOW(st.st_size);
  SHOW(fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 20000));
  CHECK(fstat(fd, &st) == 0);
  SHOW(st.st_size);
  SHOW(fallocate(fd, 0, 0, 100));
  CHECK(fstat(fd, &st) == 0);
  SHOW(st.st_size);
  char buffer[8] = {0};
  SHOW(pread(fd, buffer, 6, 0));
  SHOW(memcmp(buffer, "abc\0\0\0", 6));
  SHOW(fallocate(fd, 0, 0, 0));
  SHOW(fallocate(fd, 0, -1, 10));
  SHOW(fallocate(ro, 0, 0, 10));
  SHOW(fallocate(fd, 0x4000, 0, 10));
  SHOW(posix_fallocate(fd, 10000, 10));
  int fds[2];
  CHECK(pipe(fds) == 0);
  SHOW(fallocate(fds[1], 0, 0, 10));
  return 0;
}
