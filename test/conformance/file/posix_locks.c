// Record locks belong to a process: conflicts across processes, F_GETLK, splitting, loss at any close; fcntl(2).
#include "../check.h"

static int fd;

static int lock(int command, int type, off_t start, off_t length) {
  struct flock request = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
  return fcntl(fd, command, &request);
}

static int other_process(void) {
  struct flock found = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0};
  CHECK(fcntl(fd, F_GETLK, &found) == 0);
  if (found.l_type == F_UNLCK) printf("free\n");
  else printf("type %d from %ld for %ld, by the parent: %d\n", found.l_type, found.l_start, found.l_len,
              found.l_pid == getppid());
  SHOW(lock(F_SETLK, F_WRLCK, 12, 1));
  SHOW(lock(F_SETLK, F_RDLCK, 30, 1));
  SHOW(lock(F_SETLK, F_WRLCK, 30, 1));
  return 0;
}

int main(void) {
  enter_tmp();
  fd = open("f", O_RDWR | O_CREAT, 0644);
  CHECK(fd >= 0);
  SHOW(lock(F_SETLK, F_WRLCK, 10, 10));
  SHOW(lock(F_SETLK, F_RDLCK, 30, 5));
  in_child(other_process);
  SHOW(lock(F_SETLK, F_UNLCK, 10, 5));
  in_child(other_process);
  SHOW(lock(F_SETLK, F_RDLCK, 15, 5));
  SHOW(lock(F_SETLK, F_WRLCK, 0, -1));
  SHOW(lock(F_SETLK, 99, 0, 1));
  close(open("f", O_RDONLY));
  in_child(other_process);
  return 0;
}
