// Lengths and offsets at the edges of their types are cut or refused; read(2), lseek(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  int fd = open("f", O_RDWR | O_CREAT, 0644), zero = open("/dev/zero", O_RDONLY);
  char byte = 'x';
  struct iovec iov[] = {{&byte, (size_t)SSIZE_MAX}, {&byte, (size_t)SSIZE_MAX}};
  SHOW(read(fd, &byte, SSIZE_MAX));
  SHOW(readv(fd, iov, 2));
  SHOW(pread(fd, &byte, 1, LONG_MAX));
  SHOW(pwrite(fd, &byte, 1, LONG_MAX));
  SHOW(lseek(fd, LONG_MAX, SEEK_SET) == LONG_MAX || errno == EINVAL);
  SHOW(ftruncate(fd, LONG_MAX) == 0 || errno == EFBIG);
  SHOW(fallocate(fd, 0, LONG_MAX, 1));
  SHOW(fallocate(fd, 0, 0, LONG_MIN));
  SHOW(read(zero, &byte, 0));
  SHOW(poll(NULL, 1000000000, 0));
  SHOW(getdomainname(&byte, 0));
  TRY(mmap(NULL, SIZE_MAX, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  TRY(mmap(NULL, 1UL << 50, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  TRY(munmap(NULL, SIZE_MAX));
  TRY(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, -4096));
  return 0;
}
