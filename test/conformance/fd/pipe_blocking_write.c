// A blocking write larger than the pipe waits for the reader and writes everything; pipe(7).
#include "../check.h"

enum { TOTAL = 1 << 20 };

int main(void) {
  int fds[2];
  CHECK(pipe(fds) == 0);
  pid_t pid = fork();
  if (pid == 0) {
    char *data = malloc(TOTAL);
    for (int i = 0; i < TOTAL; i++) data[i] = i % 251;
    _exit(write(fds[1], data, TOTAL) == TOTAL ? 0 : 1);
  }
  close(fds[1]);
  static char buffer[10000];
  long total = 0, wrong = 0;
  ssize_t n;
  while ((n = read(fds[0], buffer, sizeof buffer)) > 0)
    for (ssize_t i = 0; i < n; i++) wrong += buffer[i] != (char)(total++ % 251);
  SHOW(total);
  SHOW(wrong);
  reap("writer", pid);
  return 0;
}
