// siginfo tells a kill() from a tgkill() and a sigqueue(), with sender and value; sigaction(2).
#include "../check.h"

static siginfo_t info;
static void handler(int number, siginfo_t *received, void *context) {
  (void)number, (void)context;
  info = *received;
}

static void show(const char *what) {
  printf("%s: signo %d code %d pid %d uid %d\n", what, info.si_signo, info.si_code, info.si_pid == getpid(), info.si_uid);
  memset(&info, 0, sizeof info);
}

int main(void) {
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
  CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
  kill(getpid(), SIGUSR1);
  show("kill");
  raise(SIGUSR1);
  show("raise");
  union sigval value = {.sival_int = 4711};
  sigqueue(getpid(), SIGUSR1, value);
  SHOW(info.si_int);
  show("sigqueue");
  siginfo_t own = {.si_signo = SIGUSR1, .si_code = -50};
  SHOW(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, &own));
  SHOW(info.si_code);
  pid_t pid = fork();
  if (pid == 0) {
    SHOW(kill(getppid(), SIGUSR1));
    _exit(0);
  }
  int status;
  while (waitpid(pid, &status, 0) < 0) CHECK(errno == EINTR);
  SHOW(info.si_pid == pid && info.si_code == SI_USER);
  own.si_code = 5;
  pid = fork();
  if (pid == 0) for (;;) pause();
  SHOW(syscall(SYS_rt_sigqueueinfo, pid, SIGUSR2, &own));
  kill(pid, SIGKILL);
  reap("end", pid);
  return 0;
}
