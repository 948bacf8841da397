// shutdown() closes one direction: EOF for the peer, EPIPE for the writer; shutdown(2).
#include "../check.h"

int main(void) {
  int pair[2];
  char buffer[8];
  signal(SIGPIPE, SIG_IGN);
  CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  SHOW(write(pair[0], "ab", 2));
  SHOW(shutdown(pair[0], SHUT_WR));
  SHOW(read(pair[1], buffer, 8));
  SHOW(read(pair[1], buffer, 8));
  SHOW(write(pair[0], "x", 1));
  SHOW(write(pair[1], "back", 4));
  SHOW(read(pair[0], buffer, 8));
  SHOW(shutdown(pair[0], SHUT_RD));
  SHOW(read(pair[0], buffer, 8));
  SHOW(write(pair[1], "x", 1));
  struct pollfd poller = {.fd = pair[0], .events = POLLIN | POLLRDHUP};
  SHOW(poll(&poller, 1, 0));
  printf("revents %#x\n", poller.revents);
  SHOW(shutdown(pair[0], 9));
  SHOW(shutdown(0, SHUT_RD));
  SHOW(shutdown(socket(AF_UNIX, SOCK_STREAM, 0), SHUT_RD));
  return 0;
}
