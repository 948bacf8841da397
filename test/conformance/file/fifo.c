// A FIFO: nonblocking opens, a reader and a writer that meet, EOF, stat type; fifo(7).
#include "../check.h"

int main(void) {
  enter_tmp();
  SHOW(mkfifo("p", 0644));
  SHOW(mkfifo("p", 0644));
  TRY(open("p", O_WRONLY | O_NONBLOCK));
  int reader = open("p", O_RDONLY | O_NONBLOCK);
  CHECK(reader >= 0);
  char buffer[8] = {0};
  SHOW(read(reader, buffer, 8));
  int writer = open("p", O_WRONLY | O_NONBLOCK);
  CHECK(writer >= 0);
  SHOW(read(reader, buffer, 8));
  SHOW(write(writer, "hello", 5));
  SHOW(read(reader, buffer, 8));
  SHOW_STRING(buffer);
  close(writer);
  SHOW(read(reader, buffer, 8));
  close(reader);
  pid_t pid = fork();
  if (pid == 0) {
    int fd = open("p", O_WRONLY);
    _exit(fd >= 0 && write(fd, "child", 5) == 5 ? 0 : 1);
  }
  int fd = open("p", O_RDONLY);
  SHOW(read(fd, buffer, 8));
  SHOW_STRING(buffer);
  reap("writer", pid);
  SHOW(read(fd, buffer, 8));
  SHOW(lseek(fd, 0, SEEK_SET));
  return 0;
}
