// Canonical mode hands out lines, with echo, erase, kill and end of file; termios(3).
#include "../check.h"
#include <termios.h>

static int master, slave;
static char buffer[64];

static void show(const char *what, ssize_t n) {
  printf("%s: %zd ", what, n);
  for (ssize_t i = 0; i < n; i++) printf(buffer[i] >= ' ' && buffer[i] < 127 ? "%c" : "\\%o", (unsigned char)buffer[i]);
  printf("\n");
}

// What the terminal sends arrives a little later, possibly in pieces.
static void master_gets(const char *what, ssize_t wanted) {
  ssize_t have = 0, n;
  struct pollfd poller = {.fd = master, .events = POLLIN};
  while (have < wanted && poll(&poller, 1, 5000) == 1 && (n = read(master, buffer + have, sizeof buffer - have)) > 0) have += n;
  show(what, have);
}

static void slave_gets(const char *what) {
  struct pollfd poller = {.fd = slave, .events = POLLIN};
  CHECK(poll(&poller, 1, 5000) == 1);
  show(what, read(slave, buffer, sizeof buffer));
}

int main(void) {
  master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
  CHECK(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
  slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_NONBLOCK);
  CHECK(slave >= 0);
  SHOW(write(master, "incomplete", 10));
  master_gets("echo", 10);
  SHOW(read(slave, buffer, 1));
  SHOW(write(master, "\n", 1));
  slave_gets("line");
  master_gets("echo", 2);
  SHOW(write(master, "abx\177c\n", 6));
  slave_gets("erased");
  master_gets("echo", 9);
  SHOW(write(master, "gone\025kept\n", 10));
  slave_gets("killed");
  master_gets("echo", 22);
  SHOW(write(master, "one\ntwo\n", 8));
  slave_gets("first");
  slave_gets("second");
  master_gets("echo", 10);
  SHOW(write(master, "\004", 1));
  slave_gets("end of file");
  SHOW(write(master, "part\004", 5));
  slave_gets("pushed");
  master_gets("echo", 4);
  SHOW(write(slave, "a\nb\tc", 5));
  master_gets("output", 6);
  SHOW(write(master, "return\r", 7));
  slave_gets("carriage return");
  return 0;
}
