// A seqpacket pair keeps messages apart and ends with EOF; unix(7).
#include "../check.h"

int main(void) {
  int pair[2];
  char buffer[16] = {0};
  SHOW(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair));
  SHOW(write(pair[0], "one", 3));
  SHOW(write(pair[0], "two two", 7));
  SHOW(read(pair[1], buffer, 16));
  SHOW_STRING(buffer);
  SHOW(read(pair[1], buffer, 3));
  SHOW(recv(pair[1], buffer, 16, MSG_DONTWAIT));
  close(pair[0]);
  SHOW(read(pair[1], buffer, 16));
  SHOW(send(pair[1], "x", 1, MSG_NOSIGNAL));
  int type = 0;
  SHOW(getsockopt(pair[1], SOL_SOCKET, SO_TYPE, &type, (socklen_t[]){sizeof type}));
  SHOW(type == SOCK_SEQPACKET);
  return 0;
}
