// posix_spawn() with file actions and attributes; posix_spawn(3).
#include "../check.h"
#include <spawn.h>

extern char **environ;

int main(void) {
  enter_tmp();
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  CHECK(posix_spawn_file_actions_init(&actions) == 0 && posix_spawnattr_init(&attributes) == 0);
  posix_spawn_file_actions_addopen(&actions, 1, "out", O_WRONLY | O_CREAT, 0644);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  posix_spawn_file_actions_addclose(&actions, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
  sigset_t all;
  sigfillset(&all);
  posix_spawnattr_setsigdefault(&attributes, &all);
  char *arguments[] = {"sh", "-c", "echo out; echo err >&2; exit 6", NULL}, *missing[] = {"missing", NULL};
  pid_t pid;
  SHOW(posix_spawn(&pid, "/bin/sh", &actions, &attributes, arguments, environ));
  reap("shell", pid);
  SHOW_STRING(read_file("out"));
  SHOW(posix_spawn(&pid, "/missing", NULL, NULL, missing, environ) == ENOENT);
  SHOW(posix_spawnp(&pid, "true", NULL, NULL, missing, environ));
  reap("true", pid);
  int status = system("exit 9");
  show_status("system", status);
  FILE *pipe = popen("echo from popen", "r");
  char line[32] = {0};
  CHECK(fgets(line, sizeof line, pipe) != NULL);
  SHOW_STRING(line);
  SHOW(pclose(pipe));
  return 0;
}
