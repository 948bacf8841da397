// After fork() the writes of parent, child and grandchild never mix: heap, stack, data, file memory; fork(2).
#include "../check.h"

enum { PAGES = 64 };
static int data = 1;

int main(void) {
  enter_tmp();
  write_file("f", "original");
  int fd = open("f", O_RDONLY), stack = 1;
  char *file = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  unsigned char *heap = malloc(PAGES * 4096);
  for (int i = 0; i < PAGES; i++) heap[i * 4096] = i;
  file[0] = 'P';
  for (int depth = 1; depth <= 2; depth++) {
    pid_t pid = fork();
    CHECK(pid >= 0);
    if (pid == 0) {
      data += depth, stack += depth, file[depth] = 'C';
      for (int i = 0; i < PAGES; i += 2) heap[i * 4096]++;
      continue;
    }
    data *= 10, stack *= 10, file[7] = 'L';
    for (int i = 1; i < PAGES; i += 2) heap[i * 4096] = 0;
    reap("child", pid);
    int sum = 0;
    for (int i = 0; i < PAGES; i++) sum += heap[i * 4096];
    printf("depth %d: data %d stack %d file %.8s sum %d\n", depth, data, stack, file, sum);
    fflush(stdout);
    if (depth == 2) _exit(0);
    return 0;
  }
  int sum = 0;
  for (int i = 0; i < PAGES; i++) sum += heap[i * 4096];
  printf("leaf: data %d stack %d file %.8s sum %d\n", data, stack, file, sum);
  fflush(stdout);
  _exit(0);
}
