// POSIX message queues order by priority, report full and empty, and notify; mq_overview(7).
#include "../check.h"
#include <mqueue.h>

int main(void) {
  char name[64], buffer[16] = {0};
  unsigned priority;
  snprintf(name, sizeof name, "/conformance-%d", getpid());
  struct mq_attr attributes = {.mq_maxmsg = 3, .mq_msgsize = 16}, now;
  mqd_t queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK, 0600, &attributes);
  CHECK(queue != (mqd_t)-1);
  SHOW(mq_receive(queue, buffer, 16, NULL));
  SHOW(mq_send(queue, "low", 4, 1));
  SHOW(mq_send(queue, "high", 5, 9));
  SHOW(mq_send(queue, "low2", 5, 1));
  SHOW(mq_send(queue, "more", 5, 1));
  SHOW(mq_getattr(queue, &now));
  printf("%ld %ld %ld\n", now.mq_maxmsg, now.mq_msgsize, now.mq_curmsgs);
  for (int i = 0; i < 3; i++) {
    SHOW(mq_receive(queue, buffer, 16, &priority));
    printf("%u \"%s\"\n", priority, buffer);
  }
  SHOW(mq_receive(queue, buffer, 8, NULL));
  SHOW(mq_send(queue, buffer, 17, 0));
  struct pollfd poller = {.fd = queue, .events = POLLIN | POLLOUT};
  SHOW(poll(&poller, 1, 0));
  SHOW(poller.revents == POLLOUT);
  SHOW(mq_unlink(name));
  SHOW(mq_unlink(name));
  SHOW(mq_close(queue));
  return 0;
}
