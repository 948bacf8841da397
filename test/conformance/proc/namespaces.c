// /proc/self/ns names the namespaces; parent and child are in the same ones; namespaces(7).
#include "../check.h"

static char text[10][64];
static const char *names[] = {"cgroup", "ipc", "mnt", "net", "pid", "user", "uts"};

static int child(void) {
  char path[64], link[64] = {0};
  int same = 0;
  for (int i = 0; i < 7; i++) {
    snprintf(path, sizeof path, "/proc/self/ns/%s", names[i]);
    memset(link, 0, sizeof link);
    CHECK(readlink(path, link, sizeof link - 1) > 0);
    same += !strcmp(link, text[i]);
  }
  return same;
}

int main(void) {
  char path[64];
  for (int i = 0; i < 7; i++) {
    snprintf(path, sizeof path, "/proc/self/ns/%s", names[i]);
    CHECK(readlink(path, text[i], 63) > 0);
    printf("%.*s\n", (int)(strchr(text[i], '[') - text[i]), text[i]);
  }
  show_status("child", in_child(child));
  return 0;
}
