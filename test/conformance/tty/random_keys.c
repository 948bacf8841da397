// The line discipline under random settings and keys: what is echoed and what is read; termios(3).
#include "../check.h"
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>

static unsigned seed = 12345;

static unsigned next(unsigned bound) {
  seed = seed * 1103515245 + 12345;
  return (seed >> 8) % bound;
}

static void print(const char *what, const char *bytes, int n) {
  printf("%s %d:", what, n);
  for (int i = 0; i < n; i++) {
    unsigned char c = bytes[i];
    if (c > 32 && c < 127) putchar(c);
    else printf("<%02x>", c);
  }
  putchar('\n');
}

static int wait_readable(int fd, int milliseconds) {
  struct pollfd ready = {fd, POLLIN, 0};
  return poll(&ready, 1, milliseconds) > 0 && (ready.revents & POLLIN);
}

// On Linux a worker carries bytes between the two sides: nothing may come for a while, and what comes belongs together.
static void show_screen(const char *what, int master) {
  static char buffer[16384];
  int length = 0;
  while (wait_readable(master, length == 0 ? 120 : 30)) {
    int n = read(master, buffer + length, sizeof buffer - length);
    CHECK(n > 0);
    length += n;
  }
  print(what, buffer, length);
}

static void show_reads(int slave) {
  static char buffer[8192];
  while (wait_readable(slave, 0)) {
    int n = read(slave, buffer, sizeof buffer);
    CHECK(n >= 0);
    print("read", buffer, n);
  }
}

int main(void) {
  static const unsigned iflags[] = {ICRNL, INLCR, IGNCR, ISTRIP, IUTF8, IUCLC, IXON, IXANY, PARMRK, IMAXBEL};
  static const unsigned oflags[] = {OPOST, ONLCR, OCRNL, ONOCR, ONLRET, XTABS, OLCUC};
  static const unsigned lflags[] = {ICANON, ECHO, ECHOE, ECHOK, ECHOCTL, ECHOKE, ECHONL, ECHOPRT, IEXTEN, ISIG, NOFLSH};
  static const char keys[] = "ab z\t\t\n\r\x7f\x7f\x15\x17\x16\x12\x04\x03\x01\x1b\xc3\xa9_9Q\x11\xff";
  signal(SIGINT, SIG_IGN);
  int master = posix_openpt(O_RDWR | O_NOCTTY);
  CHECK(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
  int slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_NONBLOCK);
  CHECK(slave >= 0);
  struct termios initial, settings;
  CHECK(tcgetattr(slave, &initial) == 0);
  for (int round = 0; round < 20; round++) {
    settings = initial;
    if (next(4) > 0) {
      settings.c_iflag = settings.c_oflag = settings.c_lflag = 0;
      for (unsigned i = 0; i < sizeof iflags / sizeof *iflags; i++) if (next(3) == 0) settings.c_iflag |= iflags[i];
      for (unsigned i = 0; i < sizeof oflags / sizeof *oflags; i++) if (next(3) == 0) settings.c_oflag |= oflags[i];
      for (unsigned i = 0; i < sizeof lflags / sizeof *lflags; i++) if (next(3) > 0) settings.c_lflag |= lflags[i];
      if (next(4) == 0) settings.c_cc[VEOL] = 'z';
      if (next(4) == 0) settings.c_cc[VEOL2] = 'a';
      settings.c_iflag &= ~IXOFF;
    }
    CHECK(tcsetattr(slave, next(3) ? TCSANOW : TCSAFLUSH, &settings) == 0);
    printf("%d: %o %o %o\n", round, settings.c_iflag, settings.c_oflag, settings.c_lflag);
    for (int part = 0; part < 3; part++) {
      char typed[64];
      int n = 1 + next(24);
      for (int i = 0; i < n; i++) typed[i] = keys[next(sizeof keys - 1)];
      CHECK(write(master, typed, n) == n);
      show_screen("echo", master);
      if (next(3) == 0) {
        CHECK(write(slave, "p\t\nq\r", 5) >= 0);
        show_screen("print", master);
      }
      int waiting;
      CHECK(ioctl(slave, FIONREAD, &waiting) == 0);
      printf("waiting %d\n", waiting);
      if (next(2)) show_reads(slave);
    }
  }
  return 0;
}
