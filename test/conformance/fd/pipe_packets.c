// A pipe opened with O_DIRECT keeps write boundaries; pipe(2).
#include "../check.h"

int main(void) {
  int fds[2];
  CHECK(pipe2(fds, O_DIRECT | O_NONBLOCK) == 0);
  char buffer[16] = {0};
  SHOW(write(fds[1], "abc", 3));
  SHOW(write(fds[1], "defgh", 5));
  SHOW(write(fds[1], "ij", 2));
  SHOW(read(fds[0], buffer, 16));
  SHOW(read(fds[0], buffer, 2));
  SHOW_STRING(buffer);
  SHOW(read(fds[0], buffer, 16));
  SHOW_STRING(buffer);
  SHOW(read(fds[0], buffer, 16));
  return 0;
}
