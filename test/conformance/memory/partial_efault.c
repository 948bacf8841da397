// A copy that meets unmapped memory half-way counts what was done before; read(2), write(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  char *area = mmap(NULL, 2 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(munmap(area + 4096, 4096) == 0);
  char *end = area + 4096;
  int fd = open("f", O_RDWR | O_CREAT, 0644);
  memcpy(end - 4, "tail", 4);
  SHOW(write(fd, end - 4, 8));
  SHOW(lseek(fd, 0, SEEK_CUR));
  struct iovec out[] = {{end - 4, 4}, {end, 4}};
  SHOW(pwritev(fd, out, 2, 0));
  struct iovec gap[] = {{end - 4, 4}, {end, 0}, {"more", 4}};
  SHOW(pwritev(fd, gap, 3, 0));
  SHOW_STRING(read_file("f"));
  SHOW(pread(fd, end - 2, 8, 2));
  SHOW(memcmp(end - 2, "il", 2));
  struct iovec into[] = {{end - 3, 3}, {end, 2}};
  SHOW(preadv(fd, into, 2, 4));
  SHOW(memcmp(end - 3, "mor", 3));
  SHOW(pread(fd, end, 1, 0));
  SHOW(pread(fd, end, 1, 100));
  SHOW(pwrite(fd, end, 0, 0));
  return 0;
}
