// sendfile() copies between descriptors, from the offset given or the file's own; sendfile(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  write_file("in", "0123456789");
  int in = open("in", O_RDONLY), out = open("out", O_RDWR | O_CREAT, 0644), fds[2];
  CHECK(in >= 0 && out >= 0 && pipe(fds) == 0);
  off_t offset = 2;
  SHOW(sendfile(out, in, &offset, 4));
  SHOW(offset);
  SHOW(lseek(in, 0, SEEK_CUR));
  SHOW(sendfile(out, in, NULL, 3));
  SHOW(lseek(in, 0, SEEK_CUR));
  SHOW(sendfile(fds[1], in, NULL, 100));
  SHOW(sendfile(fds[1], in, NULL, 100));
  char buffer[16] = {0};
  SHOW(read(fds[0], buffer, 16));
  SHOW_STRING(buffer);
  SHOW_STRING(read_file("out"));
  SHOW(sendfile(in, out, NULL, 1));
  SHOW(sendfile(out, fds[0], NULL, 1));
  SHOW(sendfile(out, -1, NULL, 1));
  offset = -1;
  SHOW(sendfile(out, in, &offset, 1));
  int append = open("out", O_WRONLY | O_APPEND);
  SHOW(sendfile(append, in, NULL, 1));
  return 0;
}
