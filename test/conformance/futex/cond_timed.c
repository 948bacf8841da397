// A timed condition wait ends with ETIMEDOUT and holds the mutex again; pthread_cond_timedwait(3).
#include "../check.h"

int main(void) {
  pthread_mutex_t mutex;
  pthread_cond_t cond;
  pthread_condattr_t monotonic;
  pthread_mutexattr_t checking;
  pthread_mutexattr_init(&checking);
  pthread_mutexattr_settype(&checking, PTHREAD_MUTEX_ERRORCHECK);
  pthread_mutex_init(&mutex, &checking);
  pthread_condattr_init(&monotonic);
  SHOW(pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC));
  pthread_cond_init(&cond, &monotonic);
  int64_t target = now_ns(CLOCK_MONOTONIC) + 40000000;
  struct timespec until = {target / 1000000000, target % 1000000000};
  CHECK(pthread_mutex_lock(&mutex) == 0);
  SHOW(pthread_cond_timedwait(&cond, &mutex, &until) == ETIMEDOUT);
  SHOW(now_ns(CLOCK_MONOTONIC) >= target);
  SHOW(pthread_mutex_unlock(&mutex));
  SHOW(pthread_mutex_unlock(&mutex) == EPERM);
  return 0;
}
