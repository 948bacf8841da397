// Files of /proc that have no write method can't be written, made or removed; proc(5).
#include "../check.h"

int main(void) {
  TRY(open("/proc/new", O_CREAT | O_RDWR, 0644));
  SHOW(mkdir("/proc/new", 0755));
  SHOW(unlink("/proc/version"));
  SHOW(rmdir("/proc/self/task"));
  SHOW(symlink("x", "/proc/s"));
  int fd = open("/proc/version", O_RDONLY);
  CHECK(fd >= 0);
  SHOW(write(fd, "x", 1));
  SHOW(access("/proc/self/nothing", F_OK));
  SHOW(access("/proc/999999999", F_OK));
  return 0;
}
