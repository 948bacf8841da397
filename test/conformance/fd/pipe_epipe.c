// Writing to a pipe without readers raises SIGPIPE, or gives EPIPE if that is ignored or handled; pipe(7).
#include "../check.h"

static int dies(void) {
  int fds[2];
  CHECK(pipe(fds) == 0);
  close(fds[0]);
  write(fds[1], "x", 1);
  return 9;
}

static volatile int caught;
static void handler(int number) { caught = number; }

int main(void) {
  signal(SIGPIPE, SIG_DFL);
  show_status("default", in_child(dies));
  int fds[2];
  CHECK(pipe(fds) == 0);
  close(fds[0]);
  signal(SIGPIPE, SIG_IGN);
  SHOW(write(fds[1], "x", 1));
  on_signal(SIGPIPE, handler, 0);
  SHOW(write(fds[1], "x", 1));
  SHOW(caught == SIGPIPE);
  SHOW(write(fds[1], "", 0));
  return 0;
}
