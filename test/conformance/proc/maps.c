// /proc/self/maps lists every mapping in order with access, offset and name; proc(5).
#include "../check.h"

int main(void) {
  enter_tmp();
  write_file("mapped", "x");
  int fd = open("mapped", O_RDWR);
  CHECK(ftruncate(fd, 3 * 4096) == 0);
  char *file = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 4096);
  char *shared = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  char *anon = mmap(NULL, 3 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(mprotect(anon + 4096, 4096, PROT_READ | PROT_EXEC) == 0);
  char *wanted[] = {file, shared, anon + 4096};
  malloc(10000);
  FILE *maps = fopen("/proc/self/maps", "r");
  char line[1024], access[8], name[512];
  unsigned long start, end, offset, last = 0, bad = 0;
  char found[3][600] = {"", "", ""};
  int stack = 0, heap = 0, self = 0, here = 0;
  while (fgets(line, sizeof line, maps)) {
    name[0] = 0;
    if (sscanf(line, "%lx-%lx %7s %lx %*x:%*x %*u %511s", &start, &end, access, &offset, name) < 4) bad++;
    bad += start < last || end <= start || start % 4096;
    last = end;
    stack += !strcmp(name, "[stack]");
    heap += !strcmp(name, "[heap]");
    self += strstr(name, "maps") != NULL;
    here += (unsigned long)main >= start && (unsigned long)main < end && access[2] == 'x';
    for (int i = 0; i < 3; i++)
      if (start == (unsigned long)wanted[i])
        sprintf(found[i], "%s %lx %ld \"%s\"", access, offset, (end - start) / 4096,
                strncmp(name, check_tmp, strlen(check_tmp)) ? name : name + strlen(check_tmp));
  }
  for (int i = 0; i < 3; i++) printf("%s\n", found[i]);
  SHOW(bad);
  SHOW(stack);
  SHOW(heap >= 1);
  SHOW(self > 0);
  SHOW(here);
  return 0;
}
