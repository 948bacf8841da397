// poll() reports data, room, hang-ups, closed descriptors, and passes over negative ones; poll(2).
#include "../check.h"

static void show(const char *what, int fd, int events) {
  struct pollfd entry = {.fd = fd, .events = events, .revents = -1};
  int n = poll(&entry, 1, 0);
  printf("%s: %d %#x\n", what, n, (unsigned short)entry.revents);
}

int main(void) {
  int fds[2];
  CHECK(pipe(fds) == 0);
  show("empty pipe, in", fds[0], POLLIN);
  show("empty pipe, out", fds[1], POLLOUT);
  CHECK(write(fds[1], "x", 1) == 1);
  show("data", fds[0], POLLIN | POLLRDNORM);
  show("wrong end", fds[0], POLLOUT);
  close(fds[1]);
  show("data and no writer", fds[0], POLLIN);
  char byte;
  CHECK(read(fds[0], &byte, 1) == 1);
  show("no writer", fds[0], POLLIN);
  show("no writer, nothing asked", fds[0], 0);
  CHECK(pipe(fds) == 0);
  close(fds[0]);
  show("no reader", fds[1], POLLOUT);
  show("closed", 999, POLLIN);
  show("negative", -1, POLLIN);
  show("file", open("/dev/null", O_RDWR), POLLIN | POLLOUT);
  SHOW(poll(NULL, 0, 1));
  SHOW(poll((struct pollfd *)8, 1, 0));
  int64_t start = now_ns(CLOCK_MONOTONIC);
  CHECK(pipe(fds) == 0);
  struct pollfd entry = {.fd = fds[0], .events = POLLIN};
  SHOW(poll(&entry, 1, 60));
  SHOW(now_ns(CLOCK_MONOTONIC) - start >= 60000000);
  return 0;
}
