// A nonblocking connect to a full backlog gives EAGAIN and works after an accept; unix(7).
#include "../check.h"

int main(void) {
  enter_tmp();
  struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "s"};
  int server = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
  CHECK(bind(server, (struct sockaddr *)&name, sizeof name) == 0 && listen(server, 1) == 0);
  for (int i = 0; i < 3; i++)
    TRY(connect(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0), (struct sockaddr *)&name, sizeof name));
  struct pollfd poller = {.fd = server, .events = POLLIN};
  SHOW(poll(&poller, 1, 0));
  TRY(accept(server, NULL, NULL));
  TRY(connect(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0), (struct sockaddr *)&name, sizeof name));
  TRY(accept(server, NULL, NULL));
  TRY(accept(server, NULL, NULL));
  TRY(accept(server, NULL, NULL));
  return 0;
}
