// execve() passes argv and envp byte by byte, empty ones too; execve(2).
#include "../check.h"

extern char **environ;

int main(int argc, char **argv) {
  if (argc > 2) {
    for (int i = 1; i < argc; i++) printf("argv[%d] = \"%s\"\n", i, argv[i]);
    for (int i = 0; environ[i]; i++) printf("environ[%d] = \"%s\"\n", i, environ[i]);
    SHOW(argv[argc] == NULL);
    return 0;
  }
  char *arguments[] = {"name of its own", "one", "", "two words", "\xff\xfe", "new\nline", NULL};
  char *environment[] = {"A=1", "EMPTY=", "no equals sign", "A=2", NULL};
  execve("/proc/self/exe", arguments, environment);
  return 1;
}
