// sendmsg() gathers, recvmsg() scatters, MSG_WAITALL waits, sendmmsg() and recvmmsg() do many; sendmsg(2).
#include "../check.h"

int main(void) {
  int stream[2], dgram[2];
  CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, stream) == 0 && socketpair(AF_UNIX, SOCK_DGRAM, 0, dgram) == 0);
  struct iovec out[] = {{"abc", 3}, {"defg", 4}};
  struct msghdr message = {.msg_iov = out, .msg_iovlen = 2};
  SHOW(sendmsg(stream[0], &message, 0));
  char a[3] = {0}, b[8] = {0};
  struct iovec in[] = {{a, 2}, {b, 7}};
  message.msg_iov = in;
  SHOW(recvmsg(stream[1], &message, 0));
  SHOW_STRING(a);
  SHOW_STRING(b);
  pid_t pid = fork();
  if (pid == 0) {
    for (int i = 0; i < 5; i++) {
      sleep_ms(10);
      CHECK(write(stream[0], "x", 1) == 1);
    }
    _exit(0);
  }
  SHOW(recv(stream[1], b, 5, MSG_WAITALL));
  reap("sender", pid);
  struct mmsghdr many[3] = {0};
  for (int i = 0; i < 3; i++) many[i].msg_hdr = (struct msghdr){.msg_iov = out, .msg_iovlen = i};
  SHOW(sendmmsg(dgram[0], many, 3, 0));
  for (int i = 0; i < 3; i++) many[i].msg_hdr = (struct msghdr){.msg_iov = in, .msg_iovlen = 2};
  SHOW(recvmmsg(dgram[1], many, 3, MSG_DONTWAIT, NULL));
  for (int i = 0; i < 3; i++) SHOW(many[i].msg_len);
  SHOW(recvmmsg(dgram[1], many, 3, MSG_DONTWAIT, NULL));
  return 0;
}
