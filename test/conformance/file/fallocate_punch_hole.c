// FALLOC_FL_PUNCH_HOLE zeroes a range of a memory file and keeps its size; fallocate(2).
#include "../check.h"

int main(void) {
  int fd = memfd_create("f", 0);
  CHECK(fd >= 0);
  static char buffer[16384];
  memset(buffer, 'x', sizeof buffer);
  SHOW(write(fd, buffer, sizeof buffer));
  SHOW(fallocate(fd, FALLOC_FL_PUNCH_HOLE, 4096, 4096));
  SHOW(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4000, 4292));
  SHOW(pread(fd, buffer, sizeof buffer, 0));
  int first = -1, last = -1;
  for (int i = 0; i < (int)sizeof buffer; i++)
    if (buffer[i] == 0) {
      if (first < 0) first = i;
      last = i;
    }
  SHOW(first);
  SHOW(last);
  struct stat st;
  CHECK(fstat(fd, &st) == 0);
  SHOW(st.st_size);
  SHOW(st.st_blocks);
  return 0;
}
