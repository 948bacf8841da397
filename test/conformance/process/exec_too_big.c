// Arguments beyond the limits give E2BIG: one string of 128 KiB, or all of them together; execve(2).
#include "../check.h"

int main(int argc, char **argv) {
  if (argc > 1) {
    long total = 0;
    for (int i = 1; i < argc; i++) total += strlen(argv[i]);
    printf("%d arguments, %ld bytes\n", argc - 1, total);
    return 0;
  }
  static char string[131073], *arguments[2002];
  memset(string, 'a', 131072);
  char *one[] = {argv[0], string, NULL};
  SHOW(execv("/proc/self/exe", one));
  string[131071] = 0;
  pid_t pid = fork();
  if (pid == 0) _exit(execv("/proc/self/exe", one));
  reap("longest string", pid);
  arguments[0] = argv[0];
  for (int i = 1; i <= 2000; i++) arguments[i] = string + 131071 - 10000;
  SHOW(execv("/proc/self/exe", arguments));
  for (int i = 1; i <= 2000; i++) arguments[i] = string + 131071 - 500;
  pid = fork();
  if (pid == 0) _exit(execv("/proc/self/exe", arguments));
  reap("a megabyte", pid);
  return 0;
}
