// Condition variables and barriers order threads; pthread_cond_wait(3), pthread_barrier_wait(3).
#include "../check.h"

enum { ROUNDS = 100, THREADS = 4 };
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static int turn, slots[THREADS], bad, serial;

static void *body(void *argument) {
  int self = (long)argument;
  for (int round = 0; round < ROUNDS; round++) {
    pthread_mutex_lock(&mutex);
    while (turn % THREADS != self) pthread_cond_wait(&changed, &mutex);
    turn++;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
  }
  for (int round = 0; round < ROUNDS; round++) {
    slots[self] = round;
    if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD) __atomic_add_fetch(&serial, 1, __ATOMIC_SEQ_CST);
    for (int i = 0; i < THREADS; i++)
      if (slots[i] != round) __atomic_add_fetch(&bad, 1, __ATOMIC_SEQ_CST);
    pthread_barrier_wait(&barrier);
  }
  return NULL;
}

int main(void) {
  pthread_t threads[THREADS];
  CHECK(pthread_barrier_init(&barrier, NULL, THREADS) == 0);
  for (long i = 0; i < THREADS; i++) CHECK(pthread_create(&threads[i], NULL, body, (void *)i) == 0);
  for (int i = 0; i < THREADS; i++) CHECK(pthread_join(threads[i], NULL) == 0);
  SHOW(turn);
  SHOW(serial);
  SHOW(bad);
  return 0;
}
