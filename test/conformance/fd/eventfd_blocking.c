// A blocking eventfd read waits for a write of another process; eventfd(2).
#include "../check.h"
#include <sys/eventfd.h>

int main(void) {
  int ping = eventfd(0, 0), pong = eventfd(0, 0);
  uint64_t value = 1, sum = 0;
  pid_t pid = fork();
  if (pid == 0) {
    for (int i = 0; i < 200; i++) {
      if (read(ping, &value, 8) != 8) _exit(1);
      value *= 2;
      if (write(pong, &value, 8) != 8) _exit(1);
    }
    _exit(0);
  }
  for (uint64_t i = 1; i <= 200; i++) {
    CHECK(write(ping, &i, 8) == 8);
    CHECK(read(pong, &value, 8) == 8);
    sum += value;
  }
  SHOW(sum);
  reap("partner", pid);
  return 0;
}
