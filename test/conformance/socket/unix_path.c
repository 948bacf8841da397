// A path-name socket: bind makes the file, connect needs a listener, accept names the peer; unix(7).
#include "../check.h"

static struct sockaddr_un at(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strcpy(address.sun_path, path);
  return address;
}
#define ADDRESS(variable) (struct sockaddr *)&variable, sizeof variable

int main(void) {
  enter_tmp();
  struct sockaddr_un where = at("socket"), nowhere = at("missing"), file = at("file"), from = {0};
  socklen_t length = sizeof from;
  write_file("file", "x");
  int server = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
  SHOW(connect(client, ADDRESS(nowhere)));
  SHOW(connect(client, ADDRESS(file)));
  SHOW(listen(server, 5));
  SHOW(bind(server, ADDRESS(where)));
  SHOW(bind(server, ADDRESS(nowhere)));
  SHOW(bind(client, ADDRESS(where)));
  SHOW(connect(client, ADDRESS(where)));
  SHOW(listen(server, 5));
  SHOW(connect(client, ADDRESS(where)));
  int peer = accept4(server, (struct sockaddr *)&from, &length, SOCK_CLOEXEC);
  CHECK(peer >= 0);
  SHOW(length);
  SHOW(from.sun_family == AF_UNIX);
  length = sizeof from;
  SHOW(getpeername(client, (struct sockaddr *)&from, &length));
  SHOW_STRING(from.sun_path);
  SHOW(length);
  struct stat st;
  CHECK(stat("socket", &st) == 0);
  SHOW(S_ISSOCK(st.st_mode));
  char buffer[8] = {0};
  SHOW(write(client, "hello", 5));
  SHOW(read(peer, buffer, 8));
  SHOW(connect(client, ADDRESS(where)));
  SHOW(accept(client, NULL, NULL));
  CHECK(unlink("socket") == 0);
  SHOW(connect(socket(AF_UNIX, SOCK_STREAM, 0), ADDRESS(where)));
  SHOW(write(peer, "still", 5));
  return 0;
}
