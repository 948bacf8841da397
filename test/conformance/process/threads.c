// Threads share memory and descriptors, have own errno and thread-local data, and hand back a result; pthreads(7).
#include "../check.h"

static __thread int local = 10;
static int shared;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void *body(void *argument) {
  long number = (long)argument;
  local += number;
  for (int i = 0; i < 1000; i++) {
    pthread_mutex_lock(&mutex);
    shared++;
    pthread_mutex_unlock(&mutex);
  }
  errno = number;
  sched_yield();
  return (void *)(long)(local * 100 + errno);
}

int main(void) {
  pthread_t threads[8];
  errno = 77;
  for (long i = 0; i < 8; i++) CHECK(pthread_create(&threads[i], NULL, body, (void *)i) == 0);
  for (int i = 0; i < 8; i++) {
    void *result;
    CHECK(pthread_join(threads[i], &result) == 0);
    printf("thread %d: %ld\n", i, (long)result);
  }
  SHOW(shared);
  SHOW(local);
  SHOW(getpid() == gettid());
  return 0;
}
