// Open file description locks conflict between descriptions of one process and are inherited; fcntl(2).
#include "../check.h"

static int lock(int fd, int type, off_t start, off_t length) {
  struct flock request = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
  return fcntl(fd, F_OFD_SETLK, &request);
}

int main(void) {
  enter_tmp();
  int one = open("f", O_RDWR | O_CREAT, 0644), two = open("f", O_RDWR);
  SHOW(lock(one, F_WRLCK, 0, 10));
  SHOW(lock(two, F_WRLCK, 5, 10));
  SHOW(lock(two, F_RDLCK, 5, 10));
  SHOW(lock(two, F_WRLCK, 10, 10));
  struct flock found = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  SHOW(fcntl(two, F_OFD_GETLK, &found));
  SHOW(found.l_type == F_WRLCK && found.l_start == 0 && found.l_len == 10);
  SHOW(found.l_pid);
  struct flock with_pid = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_pid = 1};
  SHOW(fcntl(two, F_OFD_SETLK, &with_pid));
  int copy = dup(one);
  close(one);
  SHOW(lock(two, F_WRLCK, 0, 5));
  close(copy);
  SHOW(lock(two, F_WRLCK, 0, 5));
  return 0;
}
