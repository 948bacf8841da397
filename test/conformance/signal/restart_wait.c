// waitpid() restarts after a handler with SA_RESTART; a timed futex wait gives EINTR all the same; signal(7).
#include "../check.h"
#include <linux/futex.h>

static void handler(int number) { (void)number; }

static void run(int flags) {
  on_signal(SIGALRM, handler, flags);
  struct itimerval timer = {{0, 0}, {0, 50000}};
  pid_t pid = fork();
  if (pid == 0) {
    sleep_ms(200);
    _exit(3);
  }
  CHECK(setitimer(ITIMER_REAL, &timer, NULL) == 0);
  int status = 0;
  SHOW(waitpid(pid, &status, 0) == pid);
  if (status == 0) waitpid(pid, &status, 0);
  show_status("child", status);
  int word = 0;
  struct timespec limit = {0, 150000000};
  CHECK(setitimer(ITIMER_REAL, &timer, NULL) == 0);
  SHOW(syscall(SYS_futex, &word, FUTEX_WAIT, 0, &limit, NULL, 0));
}

int main(void) {
  run(SA_RESTART);
  run(0);
  return 0;
}
