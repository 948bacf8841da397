// Datagrams to a name carry the sender's name; a full or missing receiver is reported; unix(7).
#include "../check.h"

static struct sockaddr_un at(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strcpy(address.sun_path, path);
  return address;
}
#define ADDRESS(variable) (struct sockaddr *)&variable, sizeof variable

int main(void) {
  enter_tmp();
  struct sockaddr_un a = at("a"), b = at("b"), from;
  socklen_t length = sizeof from;
  int one = socket(AF_UNIX, SOCK_DGRAM, 0), two = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  SHOW(sendto(one, "x", 1, 0, ADDRESS(b)));
  SHOW(send(one, "x", 1, 0));
  SHOW(bind(one, ADDRESS(a)));
  SHOW(bind(two, ADDRESS(b)));
  SHOW(sendto(one, "hello", 5, 0, ADDRESS(b)));
  char buffer[16] = {0};
  SHOW(recvfrom(two, buffer, 16, 0, (struct sockaddr *)&from, &length));
  SHOW_STRING(buffer);
  SHOW_STRING(from.sun_path);
  SHOW(recvfrom(two, buffer, 16, 0, NULL, NULL));
  SHOW(connect(one, ADDRESS(b)));
  SHOW(send(one, "again", 5, 0));
  SHOW(read(two, buffer, 16));
  SHOW(connect(socket(AF_UNIX, SOCK_STREAM, 0), ADDRESS(b)));
  close(two);
  SHOW(send(one, "x", 1, 0));
  return 0;
}
