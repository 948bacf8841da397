// CLONE_FILES shares the descriptor table, CLONE_FS directory and umask; without them they are copies; clone(2).
#include "../check.h"

static int body(void *unused) {
  (void)unused;
  CHECK(dup2(0, 100) == 100);
  CHECK(chdir("/usr") == 0);
  umask(077);
  return 3;
}

static void run(const char *what, int flags) {
  static char stack[65536] __attribute__((aligned(16)));
  CHECK(chdir("/") == 0);
  umask(022);
  close(100);
  pid_t pid = clone(body, stack + sizeof stack, flags | SIGCHLD, NULL);
  CHECK(pid > 0);
  reap(what, pid);
  char cwd[64];
  printf("descriptor %s, cwd %s, umask %o\n", fcntl(100, F_GETFD) < 0 ? "separate" : "shared", getcwd(cwd, sizeof cwd),
         umask(022));
}

int main(void) {
  run("nothing", 0);
  run("CLONE_FILES", CLONE_FILES);
  run("CLONE_FS", CLONE_FS);
  run("CLONE_FILES | CLONE_FS", CLONE_FILES | CLONE_FS);
  return 0;
}
