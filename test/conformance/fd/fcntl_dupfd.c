// F_DUPFD takes the lowest number from a minimum on, F_DUPFD_CLOEXEC with the flag; fcntl(2).
#include "../check.h"

int main(void) {
  int fd = open("/dev/null", O_RDONLY);
  SHOW(fcntl(fd, F_DUPFD, 50));
  SHOW(fcntl(fd, F_DUPFD, 50));
  SHOW(fcntl(fd, F_DUPFD_CLOEXEC, 50));
  SHOW(fcntl(51, F_GETFD));
  SHOW(fcntl(52, F_GETFD));
  SHOW(fcntl(51, F_SETFD, FD_CLOEXEC));
  SHOW(fcntl(51, F_GETFD));
  SHOW(fcntl(fd, F_DUPFD, -1));
  SHOW(fcntl(fd, F_DUPFD, 1 << 30));
  SHOW(fcntl(fd, 9999));
  SHOW(fcntl(-1, F_GETFD));
  return 0;
}
