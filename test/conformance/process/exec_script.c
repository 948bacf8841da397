// "#!" runs the interpreter with one optional argument and the script's path; execve(2).
#include "../check.h"

int main(int argc, char **argv) {
  if (argc > 1) {
    for (int i = 1; i < argc; i++) printf("argv[%d] = \"%s\"\n", i, argv[i]);
    return 0;
  }
  char self[PATH_MAX] = {0}, script[PATH_MAX + 64];
  CHECK(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
  enter_tmp();
  snprintf(script, sizeof script, "#! %s  one argument only \t\nignored\n", self);
  write_file("script", script);
  snprintf(script, sizeof script, "#!%s", self);
  write_file("bare", script);
  write_file("nested", "#!./script\n");
  write_file("shell", "#!/bin/sh\necho \"shell: $0 $# $1\"\nexit 3\n");
  const char *names[] = {"./script", "./bare", "./nested", "./shell"};
  for (int i = 0; i < 4; i++) {
    CHECK(chmod(names[i], 0755) == 0);
    pid_t pid = fork();
    if (pid == 0) {
      execl(names[i], "replaced", "x y", "z", NULL);
      _exit(99);
    }
    reap(names[i], pid);
  }
  return 0;
}
