// signalfd reads blocked signals as records with their origin; signalfd(2).
#include "../check.h"
#include <sys/signalfd.h>

int main(void) {
  sigset_t mask;
  sigemptyset(&mask);
  sigaddset(&mask, SIGUSR1);
  sigaddset(&mask, SIGRTMIN);
  CHECK(sigprocmask(SIG_BLOCK, &mask, NULL) == 0);
  int fd = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
  struct signalfd_siginfo info[4];
  SHOW(read(fd, info, sizeof info));
  kill(getpid(), SIGUSR1);
  kill(getpid(), SIGUSR1);
  union sigval value = {.sival_int = 1234};
  sigqueue(getpid(), SIGRTMIN, value);
  struct pollfd poller = {.fd = fd, .events = POLLIN};
  SHOW(poll(&poller, 1, 0));
  SHOW(read(fd, info, sizeof info) / (long)sizeof info[0]);
  SHOW(info[0].ssi_signo == SIGUSR1);
  SHOW(info[0].ssi_code == SI_USER);
  SHOW(info[0].ssi_pid == (uint32_t)getpid());
  SHOW(info[1].ssi_signo == (uint32_t)SIGRTMIN);
  SHOW(info[1].ssi_code == SI_QUEUE);
  SHOW(info[1].ssi_int);
  sigdelset(&mask, SIGUSR1);
  SHOW(signalfd(fd, &mask, 0) == fd);
  raise(SIGUSR1);
  SHOW(read(fd, info, sizeof info));
  SHOW(read(fd, info, 8));
  SHOW(signalfd(0, &mask, 0));
  return 0;
}
