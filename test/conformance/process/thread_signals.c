// tgkill() reaches one thread; a process signal goes to a thread that doesn't block it; tgkill(2), signal(7).
#include "../check.h"

static volatile pid_t receiver;
static Gate ready, done;
static pid_t thread_tid;

static void handler(int number) {
  (void)number;
  receiver = gettid();
}

static void *body(void *unused) {
  sigset_t set;
  sigemptyset(&set);
  pthread_sigmask(SIG_SETMASK, &set, NULL);
  thread_tid = gettid();
  gate_open(ready);
  gate_wait(done);
  return unused;
}

static void await_receiver(void) {
  for (int i = 0; i < 5000 && !receiver; i++) sleep_ms(1);
}

int main(void) {
  ready = gate_make(), done = gate_make();
  on_signal(SIGUSR1, handler, SA_RESTART);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, body, NULL) == 0);
  gate_wait(ready);
  kill(getpid(), SIGUSR1);
  await_receiver();
  SHOW(receiver == thread_tid);
  receiver = 0;
  SHOW(syscall(SYS_tgkill, getpid(), gettid(), SIGUSR1));
  sleep_ms(20);
  SHOW(receiver);
  sigpending(&set);
  SHOW(sigismember(&set, SIGUSR1));
  sigemptyset(&set);
  pthread_sigmask(SIG_SETMASK, &set, NULL);
  SHOW(receiver == getpid());
  receiver = 0;
  SHOW(pthread_kill(thread, SIGUSR1));
  await_receiver();
  SHOW(receiver == thread_tid);
  gate_open(done);
  pthread_join(thread, NULL);
  // A joined thread may still be on its way out.
  for (int i = 0; i < 1000 && syscall(SYS_tgkill, getpid(), thread_tid, 0) == 0; i++) sleep_ms(1);
  SHOW(syscall(SYS_tgkill, getpid(), thread_tid, 0));
  SHOW(syscall(SYS_tgkill, getpid(), -1, 0));
  return 0;
}
