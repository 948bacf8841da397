// mlock() and mlockall() accept mapped memory and report holes; mlock(2).
#include "../check.h"

int main(void) {
  char *map = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  SHOW(mlock(map, 4096));
  SHOW(mlock(map + 100, 5000));
  SHOW(mlock2(map, 4096, MLOCK_ONFAULT));
  SHOW(mlock2(map, 4096, 0x100));
  SHOW(munlock(map, 3 * 4096));
  CHECK(munmap(map + 4096, 4096) == 0);
  SHOW(mlock(map, 3 * 4096));
  SHOW(munlock(map, 3 * 4096));
  SHOW(mlockall(0));
  SHOW(mlockall(0x100));
  SHOW(munlockall());
  return 0;
}
