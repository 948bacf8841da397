// exec keeps ignored signals, mask, directory and umask, resets handlers, and drops mappings; execve(2).
#include "../check.h"

static void handler(int number) { (void)number; }

int main(int argc, char **argv) {
  struct sigaction action;
  if (argc > 1) {
    sigaction(SIGUSR1, NULL, &action);
    SHOW(action.sa_handler == SIG_DFL);
    sigaction(SIGUSR2, NULL, &action);
    SHOW(action.sa_handler == SIG_IGN);
    sigset_t set;
    sigprocmask(SIG_BLOCK, NULL, &set);
    SHOW(sigismember(&set, SIGTERM));
    sigpending(&set);
    SHOW(sigismember(&set, SIGTERM));
    stack_t stack;
    sigaltstack(NULL, &stack);
    SHOW(stack.ss_flags == SS_DISABLE);
    char cwd[64];
    SHOW_STRING(getcwd(cwd, sizeof cwd));
    SHOW(atoi(argv[1]) == getpid());
    SHOW(alarm(0) > 900);
    errno = 0;
    SHOW(msync((void *)strtoul(argv[2], NULL, 16), 4096, MS_ASYNC));
    return 0;
  }
  on_signal(SIGUSR1, handler, 0);
  signal(SIGUSR2, SIG_IGN);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigprocmask(SIG_BLOCK, &set, NULL);
  raise(SIGTERM);
  stack_t stack = {.ss_sp = malloc(65536), .ss_size = 65536};
  CHECK(sigaltstack(&stack, NULL) == 0 && chdir("/usr") == 0);
  alarm(1000);
  void *map = mmap((void *)0x123450000000, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  CHECK(map != MAP_FAILED);
  char pid[16], address[32];
  snprintf(pid, sizeof pid, "%d", getpid());
  snprintf(address, sizeof address, "%lx", (long)map);
  execl("/proc/self/exe", "again", pid, address, NULL);
  return 1;
}
