// mounts and mountinfo list the root and proc, and self/mounts is the same as /proc/mounts; proc(5).
#include "../check.h"

int main(void) {
  char line[4096], target[1024], type[128];
  FILE *mounts = fopen("/proc/mounts", "r");
  CHECK(mounts != NULL);
  int root = 0, proc = 0, bad = 0, dev = 0;
  while (fgets(line, sizeof line, mounts)) {
    bad += sscanf(line, "%*s %1023s %127s %*s %*d %*d", target, type) != 2;
    root += !strcmp(target, "/");
    proc += !strcmp(target, "/proc") && !strcmp(type, "proc");
    dev += !strcmp(target, "/dev");
  }
  printf("root %d proc %d dev %d bad %d\n", root > 0, proc > 0, dev > 0, bad);
  FILE *info = fopen("/proc/self/mountinfo", "r");
  CHECK(info != NULL);
  root = bad = proc = 0;
  while (fgets(line, sizeof line, info)) {
    int id, parent, major, minor;
    bad += sscanf(line, "%d %d %d:%d %*s %1023s", &id, &parent, &major, &minor, target) != 5;
    char *rest = strstr(line, " - ");
    bad += rest == NULL;
    root += !strcmp(target, "/");
    proc += rest && !strcmp(target, "/proc") && !strncmp(rest, " - proc ", 8);
  }
  printf("root %d proc %d bad %d\n", root > 0, proc > 0, bad);
  return 0;
}
