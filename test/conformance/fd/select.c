// select() and pselect() mark the ready descriptors, update the sets and time out; select(2).
#include "../check.h"
#include <sys/select.h>

int main(void) {
  int fds[2], high;
  CHECK(pipe(fds) == 0);
  CHECK((high = dup2(fds[0], 200)) == 200);
  fd_set reads, writes, errors;
  FD_ZERO(&reads);
  FD_ZERO(&writes);
  FD_ZERO(&errors);
  FD_SET(high, &reads), FD_SET(fds[1], &writes), FD_SET(high, &errors);
  struct timeval none = {0, 0};
  SHOW(select(201, &reads, &writes, &errors, &none));
  SHOW(FD_ISSET(high, &reads));
  SHOW(FD_ISSET(fds[1], &writes) != 0);
  CHECK(write(fds[1], "x", 1) == 1);
  FD_SET(high, &reads);
  SHOW(select(201, &reads, NULL, NULL, NULL));
  SHOW(FD_ISSET(high, &reads) != 0);
  SHOW(select(200, &reads, NULL, NULL, &none));
  close(fds[1]);
  char byte;
  CHECK(read(high, &byte, 1) == 1);
  FD_SET(high, &reads);
  SHOW(select(201, &reads, NULL, NULL, NULL));
  FD_ZERO(&reads);
  FD_SET(150, &reads);
  SHOW(select(201, &reads, NULL, NULL, &none));
  SHOW(select(-1, NULL, NULL, NULL, &none));
  struct timeval negative = {-1, 0}, brief = {0, 30000};
  SHOW(select(0, NULL, NULL, NULL, &negative));
  SHOW(select(0, NULL, NULL, NULL, &brief));
  SHOW(brief.tv_sec == 0 && brief.tv_usec == 0);
  return 0;
}
