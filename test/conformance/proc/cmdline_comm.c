// cmdline and environ are the exec's strings with their NULs, comm the file's name; proc(5).
#include "../check.h"

int main(int argc, char **argv) {
  if (argc == 1) {
    char *arguments[] = {"zero", "one", "", "two words", NULL}, *environment[] = {"A=1", "B=2", NULL};
    execve("/proc/self/exe", arguments, environment);
    return 1;
  }
  char buffer[256];
  int fd = open("/proc/self/cmdline", O_RDONLY);
  SHOW(read(fd, buffer, sizeof buffer));
  SHOW(memcmp(buffer, "zero\0one\0\0two words", 20));
  SHOW(pread(fd, buffer, 3, 5));
  SHOW(memcmp(buffer, "one", 3));
  fd = open("/proc/self/environ", O_RDONLY);
  SHOW(read(fd, buffer, sizeof buffer));
  SHOW(memcmp(buffer, "A=1\0B=2", 8));
  SHOW_STRING(read_file("/proc/self/comm"));
  memset(argv[0], 'X', 4);
  fd = open("/proc/self/cmdline", O_RDONLY);
  SHOW(read(fd, buffer, sizeof buffer));
  SHOW(memcmp(buffer, "XXXX", 5));
  return 0;
}
