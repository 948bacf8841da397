// Reads without line editing: VMIN, VTIME and O_NONBLOCK in all combinations; termios(3).
#include "../check.h"
#include <termios.h>

static int master, slave;

static void set(int vmin, int vtime) {
  struct termios settings;
  CHECK(tcgetattr(slave, &settings) == 0);
  cfmakeraw(&settings);
  settings.c_cc[VMIN] = vmin;
  settings.c_cc[VTIME] = vtime;
  CHECK(tcsetattr(slave, TCSANOW, &settings) == 0);
}

static long elapsed_tenths(struct timespec start) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return ((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000 + 30) / 100;
}

static void timed_read(int size) {
  char buffer[64];
  struct timespec start;
  clock_gettime(CLOCK_MONOTONIC, &start);
  errno = 0;
  int n = read(slave, buffer, size);
  printf("read %d: %d %d after %ld\n", size, n, n < 0 ? errno : 0, elapsed_tenths(start));
}

static void type(const char *text) {
  CHECK(write(master, text, strlen(text)) == (ssize_t)strlen(text));
  // On Linux a worker carries it over.
  usleep(20000);
}

static void type_later(const char *text, int times, int tenths) {
  if (fork() == 0) {
    for (int i = 0; i < times; i++) {
      usleep(tenths * 100000);
      write(master, text, strlen(text));
    }
    _exit(0);
  }
}

int main(void) {
  master = posix_openpt(O_RDWR | O_NOCTTY);
  CHECK(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
  slave = open(ptsname(master), O_RDWR | O_NOCTTY);
  CHECK(slave >= 0);
  set(0, 0);
  timed_read(8);
  type("ab");
  timed_read(1);
  timed_read(8);
  set(0, 2);
  timed_read(8);
  type_later("late", 1, 1);
  timed_read(8);
  wait(NULL);
  set(3, 0);
  type("ab");
  struct pollfd ready = {slave, POLLIN, 0};
  SHOW(poll(&ready, 1, 0));
  type("c");
  SHOW(poll(&ready, 1, 0));
  timed_read(8);
  type("de");
  timed_read(2);
  set(5, 2);
  type("xy");
  SHOW(poll(&ready, 1, 0));
  timed_read(8);
  type_later("z", 4, 1);
  timed_read(8);
  wait(NULL);
  type_later("1234567", 1, 4);
  timed_read(8);
  wait(NULL);
  SHOW(fcntl(slave, F_SETFL, O_NONBLOCK));
  timed_read(8);
  type("q");
  timed_read(8);
  set(0, 0);
  timed_read(8);
  set(0, 5);
  timed_read(8);
  return 0;
}
