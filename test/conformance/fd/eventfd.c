// eventfd() counts: reads take all or, as a semaphore, one; overflow gives EAGAIN; eventfd(2).
#include "../check.h"
#include <sys/eventfd.h>

static uint64_t value;
#define PUT(fd, number) (value = (number), write(fd, &value, 8))
#define GET(fd) (value = 0, read(fd, &value, 8))

int main(void) {
  int fd = eventfd(3, EFD_NONBLOCK);
  SHOW(PUT(fd, 4));
  SHOW(GET(fd));
  SHOW(value);
  SHOW(GET(fd));
  SHOW(PUT(fd, UINT64_MAX));
  SHOW(PUT(fd, UINT64_MAX - 1));
  SHOW(PUT(fd, 1));
  struct pollfd poller = {.fd = fd, .events = POLLIN | POLLOUT};
  SHOW(poll(&poller, 1, 0));
  SHOW(poller.revents == POLLIN);
  SHOW(GET(fd));
  SHOW(value == UINT64_MAX - 1);
  SHOW(poll(&poller, 1, 0));
  SHOW(poller.revents == POLLOUT);
  SHOW(write(fd, &value, 4));
  SHOW(read(fd, &value, 4));
  int semaphore = eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK);
  SHOW(GET(semaphore));
  SHOW(value);
  SHOW(GET(semaphore));
  SHOW(GET(semaphore));
  SHOW(eventfd(0, 0x10));
  return 0;
}
