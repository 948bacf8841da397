// MADV_DONTNEED zeroes anonymous memory and rereads files; unknown advice and holes fail; madvise(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  write_file("f", "file");
  char *anon = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  char *file = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, open("f", O_RDONLY), 0);
  char *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  memset(anon, 'x', 3 * 4096);
  strcpy(file, "changed");
  strcpy(shared, "kept");
  SHOW(madvise(anon + 4096, 4096, MADV_DONTNEED));
  printf("%d %d %d\n", anon[0], anon[4096], anon[8192]);
  SHOW(madvise(file, 4096, MADV_DONTNEED));
  SHOW(memcmp(file, "file", 5));
  SHOW(madvise(shared, 4096, MADV_DONTNEED));
  SHOW_STRING(shared);
  SHOW(madvise(anon, 4096, MADV_WILLNEED));
  SHOW(madvise(anon, 4096, MADV_RANDOM));
  SHOW(madvise(anon, 4096, 9999));
  SHOW(madvise(anon + 1, 4096, MADV_DONTNEED));
  SHOW(madvise(anon, 0, MADV_DONTNEED));
  CHECK(munmap(anon + 4096, 4096) == 0);
  SHOW(madvise(anon, 3 * 4096, MADV_DONTNEED));
  printf("%d %d\n", anon[0], anon[8192]);
  SHOW(madvise(shared, 4096, MADV_REMOVE));
  SHOW(shared[0]);
  return 0;
}
