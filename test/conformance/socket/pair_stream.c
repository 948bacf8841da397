// A stream socket pair carries bytes both ways and joins writes; EOF after close; socketpair(2), unix(7).
#include "../check.h"

int main(void) {
  int pair[2];
  char buffer[16] = {0};
  SHOW(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
  SHOW(write(pair[0], "abc", 3));
  SHOW(send(pair[0], "def", 3, 0));
  SHOW(recv(pair[1], buffer, 4, MSG_PEEK));
  SHOW_STRING(buffer);
  SHOW(read(pair[1], buffer, 16));
  SHOW_STRING(buffer);
  SHOW(recv(pair[1], buffer, 16, MSG_DONTWAIT));
  SHOW(write(pair[1], "back", 4));
  SHOW(close(pair[1]));
  SHOW(read(pair[0], buffer, 16));
  SHOW(read(pair[0], buffer, 16));
  SHOW(send(pair[0], "x", 1, MSG_NOSIGNAL));
  signal(SIGPIPE, SIG_IGN);
  SHOW(write(pair[0], "x", 1));
  SHOW(socketpair(AF_UNIX, 99, 0, pair));
  SHOW(socketpair(AF_UNIX, SOCK_STREAM, 99, pair));
  SHOW(lseek(pair[0], 0, SEEK_SET));
  return 0;
}
