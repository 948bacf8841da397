// A private file mapping sees the file, its writes don't reach it, and it needs read access; mmap(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  write_file("f", "0123456789");
  int fd = open("f", O_RDWR), wo = open("f", O_WRONLY), ro = open("f", O_RDONLY);
  char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, ro, 0);
  CHECK(map != MAP_FAILED);
  SHOW(memcmp(map, "0123456789", 11));
  SHOW(pwrite(fd, "A", 1, 0));
  SHOW(map[0]);
  map[1] = 'B';
  SHOW_STRING(read_file("f"));
  SHOW(pwrite(fd, "C", 1, 1));
  SHOW(map[1]);
  SHOW(map[4095]);
  close(fd);
  close(ro);
  SHOW(map[2]);
  TRY(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, wo, 0));
  TRY(mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, open("f", O_RDONLY), 0));
  TRY(mmap(NULL, 4096, PROT_READ, MAP_SHARED, open("f", O_RDONLY), 0));
  TRY(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, open("f", O_RDONLY), 100));
  TRY(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, open(".", O_RDONLY), 0));
  int fds[2];
  CHECK(pipe(fds) == 0);
  TRY(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fds[0], 0));
  return 0;
}
