// A timer with SIGEV_THREAD_ID signals the thread it names; timer_create(2).
#include "../check.h"

static volatile pid_t receiver;
static void handler(int number) {
  (void)number;
  receiver = gettid();
}

static void *body(void *unused) {
  struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1};
  event._sigev_un._tid = gettid();
  timer_t timer;
  CHECK(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
  struct itimerspec soon = {{0, 0}, {0, 20000000}};
  CHECK(timer_settime(timer, 0, &soon, NULL) == 0);
  while (!receiver) sleep_ms(1);
  SHOW(receiver == gettid());
  return unused;
}

int main(void) {
  on_signal(SIGUSR1, handler, SA_RESTART);
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, body, NULL) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
  SHOW(receiver != getpid());
  return 0;
}
