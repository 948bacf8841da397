// SA_RESTART continues an interrupted read(), without it EINTR comes back; signal(7).
#include "../check.h"

static volatile int calls;
static void handler(int number) {
  (void)number;
  calls++;
}

static void run(int flags) {
  int fds[2];
  char byte;
  on_signal(SIGUSR1, handler, flags);
  CHECK(pipe(fds) == 0);
  calls = 0;
  pid_t parent = getpid(), pid = fork();
  if (pid == 0) {
    sleep_ms(100);
    kill(parent, SIGUSR1);
    sleep_ms(100);
    _exit(write(fds[1], "x", 1) == 1 ? 0 : 1);
  }
  SHOW(read(fds[0], &byte, 1));
  SHOW(calls);
  int status;
  while (waitpid(pid, &status, 0) < 0) continue;
}

int main(void) {
  run(0);
  run(SA_RESTART);
  return 0;
}
