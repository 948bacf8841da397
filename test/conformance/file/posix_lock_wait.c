// F_SETLKW waits for the holder, and a deadlock gives EDEADLK; fcntl(2).
#include "../check.h"

static int fd;

static int lock(int command, int type, off_t start) {
  struct flock request = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = 1};
  return fcntl(fd, command, &request);
}

int main(void) {
  enter_tmp();
  fd = open("f", O_RDWR | O_CREAT, 0644);
  Gate locked = gate_make();
  CHECK(lock(F_SETLK, F_WRLCK, 0) == 0);
  pid_t pid = fork();
  if (pid == 0) {
    CHECK(lock(F_SETLK, F_WRLCK, 1) == 0);
    gate_open(locked);
    SHOW(lock(F_SETLKW, F_WRLCK, 0));
    fflush(stdout);
    _exit(0);
  }
  gate_wait(locked);
  sleep_ms(200);
  SHOW(lock(F_SETLKW, F_WRLCK, 1));
  SHOW(lock(F_SETLK, F_UNLCK, 0));
  reap("child", pid);
  SHOW(lock(F_SETLKW, F_WRLCK, 1));
  return 0;
}
