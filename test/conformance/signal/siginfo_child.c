// SIGCHLD says how the child ended, stopped or continued; SA_NOCLDSTOP hides the last two; sigaction(2).
#include "../check.h"

static volatile int calls;
static siginfo_t info;
static void handler(int number, siginfo_t *received, void *context) {
  (void)number, (void)context;
  info = *received;
  calls++;
}

static void await(int wanted) {
  for (int i = 0; i < 5000 && calls < wanted; i++) sleep_ms(1);
  printf("calls %d code %d status %d\n", calls, info.si_code, info.si_status);
}

int main(void) {
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART};
  CHECK(sigaction(SIGCHLD, &action, NULL) == 0);
  pid_t pid = fork();
  if (pid == 0) _exit(33);
  await(1);
  SHOW(info.si_pid == pid);
  reap("exit", pid);
  pid = fork();
  if (pid == 0) for (;;) pause();
  kill(pid, SIGSTOP);
  await(2);
  kill(pid, SIGCONT);
  await(3);
  action.sa_flags |= SA_NOCLDSTOP;
  CHECK(sigaction(SIGCHLD, &action, NULL) == 0);
  int status;
  kill(pid, SIGSTOP);
  CHECK(waitpid(pid, &status, WUNTRACED) == pid);
  kill(pid, SIGCONT);
  sleep_ms(20);
  SHOW(calls);
  kill(pid, SIGTERM);
  await(4);
  reap("kill", pid);
  return 0;
}
