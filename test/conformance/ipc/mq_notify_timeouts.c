// Message queues signal the first message once, time out at absolute times and wake who waits; mq_notify(3), mq_receive(3).
#include "../check.h"
#include <mqueue.h>

static mqd_t queue;

static int sender(void) {
  sleep_ms(20);
  return mq_send(queue, "late", 5, 3);
}

static struct timespec after_ms(long ms) {
  struct timespec at;
  clock_gettime(CLOCK_REALTIME, &at);
  at.tv_nsec += ms * 1000000;
  at.tv_sec += at.tv_nsec / 1000000000;
  at.tv_nsec %= 1000000000;
  return at;
}

int main(void) {
  char name[64], buffer[16];
  unsigned priority;
  snprintf(name, sizeof name, "/conformance-notify-%d", getpid());
  struct mq_attr attributes = {.mq_maxmsg = 1, .mq_msgsize = 16};
  queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attributes);
  CHECK(queue != (mqd_t)-1);
  CHECK(fcntl(queue, F_GETFD) == FD_CLOEXEC);
  SHOW(mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, NULL));
  SHOW(mq_open("/conformance-none", O_RDWR));
  SHOW(mq_open("/a/b", O_RDWR | O_CREAT, 0600, NULL));
  struct mq_attr wrong = {.mq_maxmsg = 0, .mq_msgsize = 16};
  SHOW(mq_open("/conformance-wrong", O_RDWR | O_CREAT, 0600, &wrong));

  struct timespec soon = after_ms(20), bad = {0, 1000000000};
  SHOW(mq_timedreceive(queue, buffer, 16, NULL, &soon));
  SHOW(mq_timedreceive(queue, buffer, 16, NULL, &bad));

  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  CHECK(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 42};
  SHOW(mq_notify(queue, &event));
  SHOW(mq_notify(queue, &event));
  SHOW(mq_send(queue, "one", 4, 7));
  siginfo_t info;
  CHECK(sigwaitinfo(&set, &info) == SIGUSR1);
  SHOW(info.si_code == SI_MESGQ);
  SHOW(info.si_value.sival_int);
  SHOW(info.si_pid == getpid());
  soon = after_ms(20);
  SHOW(mq_timedsend(queue, "two", 4, 1, &soon));
  SHOW(mq_send(queue, "x", 1, 32768));
  SHOW(mq_receive(queue, buffer, 16, &priority));
  SHOW(priority);
  // The notification was for one message only.
  SHOW(mq_send(queue, "two", 4, 1));
  struct timespec none = {0, 0};
  SHOW(sigtimedwait(&set, &info, &none));
  SHOW(mq_receive(queue, buffer, 16, &priority));

  pid_t pid = fork();
  if (pid == 0) _exit(sender());
  SHOW(mq_receive(queue, buffer, 16, &priority));
  SHOW_STRING(buffer);
  reap("sender", pid);

  mqd_t reader = mq_open(name, O_RDONLY | O_NONBLOCK);
  CHECK(reader != (mqd_t)-1);
  SHOW(mq_send(reader, "x", 1, 0));
  SHOW(mq_receive(reader, buffer, 16, NULL));
  struct mq_attr old, blocking = {.mq_flags = 0};
  SHOW(mq_setattr(reader, &blocking, &old));
  SHOW(old.mq_flags == O_NONBLOCK);
  SHOW(fcntl(reader, F_GETFL) & O_NONBLOCK);
  SHOW(mq_receive(0, buffer, 16, NULL));
  SHOW(mq_close(reader));
  SHOW(mq_unlink(name));
  SHOW(mq_send(queue, "still", 6, 0));
  SHOW(mq_receive(queue, buffer, 16, NULL));
  return 0;
}
