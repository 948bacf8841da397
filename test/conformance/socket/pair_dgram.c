// A datagram socket pair keeps messages apart and truncates long ones; unix(7).
#include "../check.h"

int main(void) {
  int pair[2];
  char buffer[16] = {0};
  SHOW(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair));
  SHOW(send(pair[0], "first", 5, 0));
  SHOW(send(pair[0], "", 0, 0));
  SHOW(send(pair[0], "third message", 13, 0));
  SHOW(recv(pair[1], buffer, 16, 0));
  SHOW_STRING(buffer);
  SHOW(recv(pair[1], buffer, 16, 0));
  SHOW(recv(pair[1], buffer, 4, MSG_TRUNC | MSG_PEEK));
  struct iovec iov = {buffer, 5};
  struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};
  SHOW(recvmsg(pair[1], &message, 0));
  SHOW(message.msg_flags == MSG_TRUNC);
  SHOW_STRING(buffer);
  SHOW(recv(pair[1], buffer, 16, 0));
  close(pair[1]);
  SHOW(send(pair[0], "x", 1, 0));
  return 0;
}
