// Offsets beyond 4 GiB work, up to the limit of the file system; RLIMIT_FSIZE gives EFBIG; lseek(2).
#include "../check.h"

int main(void) {
  signal(SIGXFSZ, SIG_IGN);
  int fd = memfd_create("large", 0);
  CHECK(fd >= 0);
  char buffer[8] = {0};
  SHOW(pwrite(fd, "far", 3, 5L << 30));
  SHOW(pread(fd, buffer, 8, 5L << 30));
  SHOW_STRING(buffer);
  SHOW(lseek(fd, 0, SEEK_END));
  SHOW(ftruncate(fd, 1L << 40));
  SHOW(lseek(fd, 0, SEEK_END));
  struct rlimit limit = {100, RLIM_INFINITY};
  enter_tmp();
  int file = open("f", O_CREAT | O_RDWR, 0644);
  CHECK(getrlimit(RLIMIT_FSIZE, &limit) == 0);
  limit.rlim_cur = 100;
  CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  SHOW(pwrite(file, "0123456789", 10, 95));
  SHOW(pwrite(file, "0123456789", 10, 100));
  SHOW(ftruncate(file, 101));
  return 0;
}
