// SO_PEERCRED and SCM_CREDENTIALS tell who is at the other end; unix(7).
#include "../check.h"

static int child_end;

static int child(void) {
  CHECK(setresgid(200, 200, 200) == 0 && setresuid(100, 100, 100) == 0);
  CHECK(write(child_end, "x", 1) == 1);
  struct ucred other = {getpid(), 0, 0};
  char control[CMSG_SPACE(sizeof other)] = {0};
  struct iovec iov = {"y", 1};
  struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  *header = (struct cmsghdr){CMSG_LEN(sizeof other), SOL_SOCKET, SCM_CREDENTIALS};
  memcpy(CMSG_DATA(header), &other, sizeof other);
  SHOW(sendmsg(child_end, &message, 0));
  return 0;
}

int main(void) {
  int pair[2], on = 1;
  struct ucred peer = {0};
  CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  SHOW(getsockopt(pair[0], SOL_SOCKET, SO_PEERCRED, &peer, (socklen_t[]){sizeof peer}));
  SHOW(peer.pid == getpid() && peer.uid == getuid() && peer.gid == getgid());
  SHOW(setsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on));
  child_end = pair[1];
  pid_t pid = fork();
  if (pid == 0) _exit(child());
  reap("child", pid);
  char control[CMSG_SPACE(sizeof peer)], byte;
  struct iovec iov = {&byte, 1};
  struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  SHOW(recvmsg(pair[0], &message, 0));
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  CHECK(header && header->cmsg_type == SCM_CREDENTIALS);
  memcpy(&peer, CMSG_DATA(header), sizeof peer);
  SHOW(peer.pid == pid);
  SHOW(peer.uid);
  SHOW(peer.gid);
  return 0;
}
