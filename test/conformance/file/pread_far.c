// Reading far beyond the end gives nothing, a device gives its bytes, and only an end behind 2^63-1 is refused; pread(2).
#include "../check.h"

int main(void) {
  char byte;
  int file = open("f", O_RDWR | O_CREAT, 0644), zero = open("/dev/zero", O_RDONLY);
  CHECK(file >= 0 && zero >= 0 && write(file, "x", 1) == 1);
  SHOW(pread(file, &byte, 1, 1L << 53));
  SHOW(pread(zero, &byte, 1, 1L << 53));
  SHOW(pread(file, &byte, 1, LONG_MAX - 1));
  SHOW(pread(zero, &byte, 1, LONG_MAX - 1));
  SHOW(pread(file, &byte, 1, LONG_MAX));
  SHOW(pread(zero, &byte, 1, LONG_MAX));
  unlink("f");
  return 0;
}
