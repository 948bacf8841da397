// /dev/null, zero, full and urandom behave as devices do; null(4), full(4), random(4).
#include "../check.h"

int main(void) {
  char buffer[64];
  struct stat st;
  CHECK(stat("/dev/null", &st) == 0);
  SHOW(S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3));
  int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDWR), full = open("/dev/full", O_RDWR);
  CHECK(null >= 0 && zero >= 0 && full >= 0);
  SHOW(read(null, buffer, 10));
  SHOW(write(null, buffer, 10));
  memset(buffer, 'x', sizeof buffer);
  SHOW(read(zero, buffer, 10));
  SHOW(memcmp(buffer, "\0\0\0\0\0\0\0\0\0\0x", 11));
  SHOW(write(full, buffer, 10));
  SHOW(read(full, buffer, 10));
  SHOW(lseek(null, 100, SEEK_SET));
  int random = open("/dev/urandom", O_RDONLY);
  char other[64];
  SHOW(read(random, buffer, 64));
  SHOW(read(random, other, 64));
  SHOW(memcmp(buffer, other, 64) != 0);
  TRY(open("/dev/null", O_RDWR | O_TRUNC));
  TRY(open("/dev/null", O_RDWR | O_CREAT | O_EXCL, 0644));
  SHOW(isatty(null));
  return 0;
}
