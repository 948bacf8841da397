// Descriptors with the close-on-exec flag are gone after exec, the others stay; fcntl(2).
#include "../check.h"

int main(int argc, char **argv) {
  if (argc > 1) {
    for (int fd = 20; fd < 26; fd++) {
      errno = 0;
      int flags = fcntl(fd, F_GETFD);
      printf("%d: %d %s\n", fd, flags, check_name(errno));
    }
    return 0;
  }
  int fd = open("/dev/null", O_RDONLY), fds[2];
  CHECK(dup2(fd, 20) == 20 && dup3(fd, 21, O_CLOEXEC) == 21 && fcntl(fd, F_DUPFD_CLOEXEC, 22) == 22);
  CHECK(dup2(fd, 23) == 23 && fcntl(23, F_SETFD, FD_CLOEXEC) == 0);
  CHECK(pipe2(fds, O_CLOEXEC) == 0 && dup2(fds[0], 24) == 24 && dup3(fds[1], 25, O_CLOEXEC) == 25);
  execl("/proc/self/exe", argv[0], "again", NULL);
  return 1;
}
