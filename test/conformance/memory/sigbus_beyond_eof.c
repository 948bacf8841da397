// Touching a file mapping past the file's last page gives SIGBUS, also after a truncation; mmap(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  write_file("f", "short");
  int fd = open("f", O_RDWR);
  char *map = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  CHECK(map != MAP_FAILED);
  printf("last page: %s\n", fault_at(map + 4095, 0));
  printf("beyond: %s\n", fault_at(map + 4096, 0));
  SHOW(ftruncate(fd, 2 * 4096));
  printf("grown: %s\n", fault_at(map + 4096, 1));
  printf("beyond: %s\n", fault_at(map + 8192, 1));
  SHOW(ftruncate(fd, 100));
  printf("shrunk: %s\n", fault_at(map + 4096, 0));
  printf("first: %s\n", fault_at(map + 200, 0));
  SHOW(map[200]);
  char *private = mmap(NULL, 2 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  printf("private: %s\n", fault_at(private + 4096, 1));
  SHOW(write(fd, map + 4096, 1));
  return 0;
}
