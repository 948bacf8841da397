// Canonical mode hands out lines, with echo, erase, kill and end of file; termios(3).
#include "../check.h"
#include <termios.h>

static int master, slave;
static char buffer[64];

static void drain(const char *what, int fd) {
  memset(buffer, 0, sizeof buffer);
  errno = 0;
  ssize_t n = read(fd, buffer, sizeof buffer - 1);
  printf("%s: %zd %s", what, n, n < 0 ? check_name(errno) : "");
  for (ssize_t i = 0; i < n; i++) printf(buffer[i] >= ' ' && buffer[i] < 127 ? "%c" : "\\%o", (unsigned char)buffer[i]);
  printf("\n");
}

int main(void) {
  master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
  CHECK(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
  slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_NONBLOCK);
  CHECK(slave >= 0);
  SHOW(write(master, "incomplete", 10));
  drain("before newline", slave);
  drain("echo", master);
  SHOW(write(master, "\n", 1));
  drain("line", slave);
  drain("echo", master);
  SHOW(write(master, "abx\177c\n", 6));
  drain("erased", slave);
  drain("echo", master);
  SHOW(write(master, "gone\025kept\n", 10));
  drain("killed", slave);
  drain("echo", master);
  SHOW(write(master, "one\ntwo\n", 8));
  drain("first", slave);
  drain("second", slave);
  drain("echo", master);
  SHOW(write(master, "\004", 1));
  drain("end of file", slave);
  SHOW(write(master, "part\004", 5));
  drain("pushed", slave);
  drain("echo", master);
  SHOW(write(slave, "a\nb\tc", 5));
  drain("output", master);
  SHOW(write(master, "return\r", 7));
  drain("carriage return", slave);
  return 0;
}
