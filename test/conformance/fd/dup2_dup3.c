// dup2() replaces the target silently; onto itself it does nothing; dup3() has flags and refuses itself; dup(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  write_file("a", "aaaa");
  write_file("b", "bbbb");
  int a = open("a", O_RDONLY), b = open("b", O_RDONLY);
  char buffer[8] = {0};
  SHOW(dup2(a, b) == b);
  SHOW(read(b, buffer, 2));
  SHOW_STRING(buffer);
  SHOW(dup2(a, 100));
  SHOW(fcntl(100, F_GETFD));
  SHOW(dup2(a, a) == a);
  SHOW(dup2(77, 77));
  SHOW(dup2(77, a));
  SHOW(fcntl(a, F_GETFD));
  SHOW(dup2(a, -1));
  SHOW(dup3(a, 101, O_CLOEXEC));
  SHOW(fcntl(101, F_GETFD));
  SHOW(dup3(a, a, 0));
  SHOW(dup3(a, 102, O_NONBLOCK));
  return 0;
}
