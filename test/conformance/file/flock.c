// flock() locks belong to the open file description: shared, exclusive, converted, inherited by dup; flock(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  int one = open("f", O_RDONLY | O_CREAT, 0644), two = open("f", O_RDONLY);
  SHOW(flock(one, LOCK_SH | LOCK_NB));
  SHOW(flock(two, LOCK_SH | LOCK_NB));
  SHOW(flock(two, LOCK_EX | LOCK_NB));
  SHOW(flock(one, LOCK_UN));
  SHOW(flock(two, LOCK_EX | LOCK_NB));
  SHOW(flock(one, LOCK_SH | LOCK_NB));
  int copy = dup(two);
  close(two);
  SHOW(flock(one, LOCK_SH | LOCK_NB));
  SHOW(flock(copy, LOCK_UN));
  SHOW(flock(one, LOCK_SH | LOCK_NB));
  SHOW(flock(one, 99));
  Gate locked = gate_make();
  pid_t pid = fork();
  if (pid == 0) {
    int own = open("f", O_RDONLY);
    gate_open(locked);
    _exit(flock(own, LOCK_EX) == 0 ? 7 : 1);
  }
  gate_wait(locked);
  sleep_ms(50);
  SHOW(flock(one, LOCK_UN));
  reap("waiter", pid);
  return 0;
}
