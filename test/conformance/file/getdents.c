// getdents64() gives every entry once with its type, also over small buffers; getdents(2).
#include "../check.h"

struct entry64 {
  uint64_t ino;
  int64_t off;
  uint16_t reclen;
  uint8_t type;
  char name[];
};

int main(void) {
  enter_tmp();
  char name[16];
  for (int i = 0; i < 60; i++) {
    snprintf(name, sizeof name, "file%02d", i);
    write_file(name, "");
  }
  CHECK(mkdir("dir", 0755) == 0 && symlink("x", "link") == 0 && mkfifo("fifo", 0644) == 0);
  int fd = open(".", O_RDONLY | O_DIRECTORY);
  char buffer[256];
  int seen[60] = {0}, dots = 0, types = 0;
  long n;
  while ((n = syscall(SYS_getdents64, fd, buffer, sizeof buffer)) > 0)
    for (long at = 0; at < n;) {
      struct entry64 *e = (struct entry64 *)(buffer + at);
      int number;
      if (sscanf(e->name, "file%d", &number) == 1) seen[number] += e->type == DT_REG;
      dots += (!strcmp(e->name, ".") || !strcmp(e->name, "..")) && e->type == DT_DIR;
      types += !strcmp(e->name, "dir") && e->type == DT_DIR;
      types += !strcmp(e->name, "link") && e->type == DT_LNK;
      types += !strcmp(e->name, "fifo") && e->type == DT_FIFO;
      at += e->reclen;
    }
  SHOW(n);
  int once = 0;
  for (int i = 0; i < 60; i++) once += seen[i] == 1;
  SHOW(once);
  SHOW(dots);
  SHOW(types);
  SHOW(lseek(fd, 0, SEEK_SET));
  SHOW(syscall(SYS_getdents64, fd, buffer, 8));
  SHOW(syscall(SYS_getdents64, fd, buffer, sizeof buffer) > 0);
  SHOW(syscall(SYS_getdents64, open("file00", O_RDONLY), buffer, sizeof buffer));
  return 0;
}
