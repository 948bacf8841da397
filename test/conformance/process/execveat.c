// execveat() runs a file by directory or by descriptor alone; execveat(2).
#include "../check.h"

int main(int argc, char **argv) {
  (void)argv;
  if (argc > 1) {
    printf("running\n");
    return 5;
  }
  char *arguments[] = {"x", "y", NULL}, *environment[] = {NULL};
  int bin = open("/bin", O_RDONLY | O_DIRECTORY), self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  char *true_arguments[] = {"true", NULL};
  pid_t pid = fork();
  if (pid == 0) _exit(syscall(SYS_execveat, bin, "true", true_arguments, environment, 0) + 99);
  reap("in a directory", pid);
  pid = fork();
  if (pid == 0) _exit(syscall(SYS_execveat, self, "", arguments, environment, AT_EMPTY_PATH) + 99);
  reap("descriptor", pid);
  SHOW(syscall(SYS_execveat, self, "", arguments, environment, 0));
  SHOW(syscall(SYS_execveat, bin, "missing", arguments, environment, 0));
  SHOW(syscall(SYS_execveat, self, "x", arguments, environment, 0));
  SHOW(syscall(SYS_execveat, bin, "true", arguments, environment, 0x8000000));
  SHOW(syscall(SYS_execveat, -1, "true", arguments, environment, 0));
  return 0;
}
