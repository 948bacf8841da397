// SCM_RIGHTS passes open files with their offset, close-on-exec if asked; unix(7).
#include "../check.h"

static int pass(int socket, int fd) {
  char control[CMSG_SPACE(sizeof(int))] = {0};
  struct iovec iov = {"x", 1};
  struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(header), &fd, sizeof fd);
  return sendmsg(socket, &message, 0);
}

static int take(int socket, int flags, size_t room, int *message_flags) {
  char control[CMSG_SPACE(sizeof(int))] = {0}, byte;
  struct iovec iov = {&byte, 1};
  struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = room};
  if (recvmsg(socket, &message, flags) != 1) return -1;
  *message_flags = message.msg_flags;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  int fd = -2;
  if (header && header->cmsg_type == SCM_RIGHTS) memcpy(&fd, CMSG_DATA(header), sizeof fd);
  return fd;
}

int main(void) {
  enter_tmp();
  write_file("f", "0123456789");
  int pair[2], flags, fd = open("f", O_RDONLY);
  CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  char buffer[8] = {0};
  CHECK(read(fd, buffer, 3) == 3);
  SHOW(pass(pair[0], fd));
  close(fd);
  int got = take(pair[1], MSG_CMSG_CLOEXEC, CMSG_SPACE(sizeof(int)), &flags);
  CHECK(got >= 0);
  SHOW(fcntl(got, F_GETFD));
  SHOW(read(got, buffer, 3));
  SHOW_STRING(buffer);
  SHOW(pass(pair[0], got));
  SHOW(take(pair[1], 0, 0, &flags));
  SHOW((flags & MSG_CTRUNC) != 0);
  SHOW(pass(pair[0], 999));
  SHOW(pass(pair[0], pair[0]));
  SHOW(pass(pair[0], got));
  int first = take(pair[1], 0, CMSG_SPACE(sizeof(int)), &flags), second = take(pair[1], 0, CMSG_SPACE(sizeof(int)), &flags);
  SHOW(write(first, "loop", 4));
  SHOW(read(pair[1], buffer, 8));
  SHOW(pread(second, buffer, 3, 0));
  return 0;
}
