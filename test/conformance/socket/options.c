// SO_TYPE, SO_DOMAIN, SO_ACCEPTCONN, SO_ERROR and buffer sizes of Unix sockets; socket(7).
#include "../check.h"

static int get(int fd, int option) {
  int value = -77;
  socklen_t length = sizeof value;
  if (getsockopt(fd, SOL_SOCKET, option, &value, &length) < 0) return -1;
  return value;
}

int main(void) {
  enter_tmp();
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), value = 1;
  struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "s"};
  SHOW(fcntl(fd, F_GETFD));
  SHOW((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
  SHOW(get(fd, SO_TYPE));
  SHOW(get(fd, SO_DOMAIN));
  SHOW(get(fd, SO_PROTOCOL));
  SHOW(get(fd, SO_ACCEPTCONN));
  SHOW(get(fd, SO_ERROR));
  CHECK(bind(fd, (struct sockaddr *)&name, sizeof name) == 0 && listen(fd, 1) == 0);
  SHOW(get(fd, SO_ACCEPTCONN));
  SHOW(accept(fd, NULL, NULL));
  SHOW(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, sizeof value));
  SHOW(get(fd, SO_REUSEADDR));
  value = 10000;
  SHOW(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &value, sizeof value));
  SHOW(get(fd, SO_SNDBUF));
  SHOW(get(fd, 9999));
  SHOW(setsockopt(fd, SOL_SOCKET, SO_TYPE, &value, sizeof value));
  SHOW(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &value, 1));
  SHOW(socket(9999, SOCK_STREAM, 0));
  SHOW(socket(AF_UNIX, SOCK_STREAM | 0x100000, 0));
  SHOW(get(0, SO_TYPE));
  return 0;
}
