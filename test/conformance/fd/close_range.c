// close_range() closes a range or marks it close-on-exec; close_range(2).
#include "../check.h"

int main(void) {
  int fd = open("/dev/null", O_RDONLY);
  for (int i = 30; i < 40; i++) CHECK(dup2(fd, i) == i);
  SHOW(close_range(32, 35, 0));
  for (int i = 30; i < 40; i++) printf("%d %s\n", i, fcntl(i, F_GETFD) < 0 ? "closed" : "open");
  SHOW(close_range(36, 37, CLOSE_RANGE_CLOEXEC));
  SHOW(fcntl(36, F_GETFD));
  SHOW(fcntl(38, F_GETFD));
  SHOW(close_range(38, ~0U, CLOSE_RANGE_UNSHARE));
  SHOW(fcntl(39, F_GETFD));
  SHOW(close_range(5, 4, 0));
  SHOW(close_range(50, 60, 0x100));
  SHOW(close_range(50, 60, 0));
  return 0;
}
