// Several processes accept from one listening socket; each connection is served once; accept(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "s"};
  int server = socket(AF_UNIX, SOCK_STREAM, 0);
  CHECK(bind(server, (struct sockaddr *)&name, sizeof name) == 0 && listen(server, 8) == 0);
  pid_t pids[2];
  for (int i = 0; i < 2; i++)
    if ((pids[i] = fork()) == 0)
      for (;;) {
        int peer = accept(server, NULL, NULL), number;
        CHECK(peer >= 0 && read(peer, &number, 4) == 4);
        if (number < 0) _exit(0);
        number *= number;
        CHECK(write(peer, &number, 4) == 4 && close(peer) == 0);
      }
  int sum = 0;
  for (int i = 1; i <= 50; i++) {
    int client = socket(AF_UNIX, SOCK_STREAM, 0), answer;
    CHECK(connect(client, (struct sockaddr *)&name, sizeof name) == 0);
    CHECK(write(client, &i, 4) == 4 && read(client, &answer, 4) == 4);
    char byte;
    CHECK(read(client, &byte, 1) == 0 && close(client) == 0);
    sum += answer;
  }
  SHOW(sum);
  for (int i = 0; i < 2; i++) {
    int client = socket(AF_UNIX, SOCK_STREAM, 0), stop = -1;
    CHECK(connect(client, (struct sockaddr *)&name, sizeof name) == 0 && write(client, &stop, 4) == 4);
  }
  for (int i = 0; i < 2; i++) reap("server", pids[i]);
  return 0;
}
