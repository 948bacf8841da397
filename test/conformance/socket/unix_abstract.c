// Abstract names need no file, may contain NULs, and vanish with the socket; unix(7).
#include "../check.h"

int main(void) {
  enter_tmp();
  struct sockaddr_un name = {.sun_family = AF_UNIX}, got;
  snprintf(name.sun_path + 1, 60, "conformance%d", getpid());
  socklen_t size = offsetof(struct sockaddr_un, sun_path) + 40, length = sizeof got;
  int server = socket(AF_UNIX, SOCK_STREAM, 0), other = socket(AF_UNIX, SOCK_STREAM, 0);
  SHOW(bind(server, (struct sockaddr *)&name, size));
  SHOW(bind(other, (struct sockaddr *)&name, size));
  SHOW(listen(server, 1));
  SHOW(connect(other, (struct sockaddr *)&name, size - 1));
  SHOW(connect(other, (struct sockaddr *)&name, size));
  SHOW(getsockname(server, (struct sockaddr *)&got, &length));
  SHOW(length);
  SHOW(memcmp(&name, &got, size));
  int peer = accept(server, NULL, NULL);
  SHOW(write(peer, "x", 1));
  close(server);
  SHOW(connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&name, size));
  int again = socket(AF_UNIX, SOCK_STREAM, 0);
  SHOW(bind(again, (struct sockaddr *)&name, size));
  int autobound = socket(AF_UNIX, SOCK_DGRAM, 0);
  SHOW(bind(autobound, (struct sockaddr *)&name, sizeof(sa_family_t)));
  length = sizeof got;
  SHOW(getsockname(autobound, (struct sockaddr *)&got, &length));
  SHOW(length);
  SHOW(got.sun_path[0]);
  return 0;
}
