// A priority-inheriting mutex locks, contends, detects deadlock, and times out; futex(2).
#include "../check.h"

static pthread_mutex_t mutex;
static int counter;

static void *body(void *unused) {
  for (int i = 0; i < 300; i++) {
    pthread_mutex_lock(&mutex);
    counter++;
    if (i % 30 == 0) sched_yield();
    pthread_mutex_unlock(&mutex);
  }
  return unused;
}

static void *timed(void *unused) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_nsec += 30000000;
  if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
  SHOW(pthread_mutex_timedlock(&mutex, &until) == ETIMEDOUT);
  SHOW(pthread_mutex_trylock(&mutex) == EBUSY);
  return unused;
}

int main(void) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
  SHOW(pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT));
  SHOW(pthread_mutex_init(&mutex, &attributes));
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) CHECK(pthread_create(&threads[i], NULL, body, NULL) == 0);
  for (int i = 0; i < 4; i++) CHECK(pthread_join(threads[i], NULL) == 0);
  SHOW(counter);
  SHOW(pthread_mutex_lock(&mutex));
  SHOW(pthread_mutex_lock(&mutex) == EDEADLK);
  CHECK(pthread_create(&threads[0], NULL, timed, NULL) == 0 && pthread_join(threads[0], NULL) == 0);
  SHOW(pthread_mutex_unlock(&mutex));
  return 0;
}
