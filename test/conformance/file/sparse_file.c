// A write far past the end leaves a hole that reads as zeroes and takes few blocks; lseek(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  int fd = open("f", O_RDWR | O_CREAT, 0644);
  CHECK(fd >= 0);
  SHOW(pwrite(fd, "end", 3, 64 << 20));
  struct stat st;
  CHECK(fstat(fd, &st) == 0);
  SHOW(st.st_size);
  SHOW(st.st_blocks * 512 < 1 << 20);
  static char buffer[65536];
  memset(buffer, 'x', sizeof buffer);
  SHOW(pread(fd, buffer, sizeof buffer, 32 << 20));
  size_t nonzero = 0;
  for (size_t i = 0; i < sizeof buffer; i++) nonzero += buffer[i] != 0;
  SHOW(nonzero);
  SHOW(pread(fd, buffer, sizeof buffer, (64 << 20) - 2));
  SHOW(memcmp(buffer, "\0\0end", 5));
  return 0;
}
