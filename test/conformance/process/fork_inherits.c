// A child inherits directory, umask, mask, handlers, limits and groups, but no pending signal or alarm; fork(2).
#include "../check.h"

static void handler(int number) { (void)number; }

static int child(void) {
  char cwd[PATH_MAX];
  CHECK(getcwd(cwd, sizeof cwd) != NULL);
  SHOW(strcmp(cwd, check_tmp));
  SHOW_OCTAL(umask(0));
  sigset_t set;
  sigprocmask(SIG_BLOCK, NULL, &set);
  SHOW(sigismember(&set, SIGUSR1));
  sigpending(&set);
  SHOW(sigismember(&set, SIGUSR1));
  struct sigaction action;
  sigaction(SIGUSR2, NULL, &action);
  SHOW(action.sa_handler == handler);
  struct rlimit limit;
  getrlimit(RLIMIT_CORE, &limit);
  SHOW(limit.rlim_cur);
  SHOW(alarm(0));
  SHOW(getpgid(0) == getpgid(getppid()));
  SHOW(getsid(0) == getsid(getppid()));
  SHOW(getpid() != getppid());
  return 0;
}

int main(void) {
  enter_tmp();
  umask(0123);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigprocmask(SIG_BLOCK, &set, NULL);
  raise(SIGUSR1);
  on_signal(SIGUSR2, handler, 0);
  struct rlimit limit = {0, 0};
  CHECK(setrlimit(RLIMIT_CORE, &limit) == 0);
  alarm(1000);
  show_status("child", in_child(child));
  SHOW(alarm(0) > 900);
  return 0;
}
