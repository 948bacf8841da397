// Read-write locks and unnamed semaphores, also timed and shared by processes; sem_init(3).
#include "../check.h"
#include <semaphore.h>

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static int readers, most, value, torn;

static void *reader(void *unused) {
  for (int i = 0; i < 200; i++) {
    pthread_rwlock_rdlock(&lock);
    int now = __atomic_add_fetch(&readers, 1, __ATOMIC_SEQ_CST);
    if (now > most) most = now;
    torn += value % 2;
    __atomic_sub_fetch(&readers, 1, __ATOMIC_SEQ_CST);
    pthread_rwlock_unlock(&lock);
  }
  return unused;
}

static void *writer(void *unused) {
  for (int i = 0; i < 200; i++) {
    pthread_rwlock_wrlock(&lock);
    value++;
    if (i % 20 == 0) sched_yield();
    value++;
    pthread_rwlock_unlock(&lock);
  }
  return unused;
}

int main(void) {
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) CHECK(pthread_create(&threads[i], NULL, i % 2 ? reader : writer, NULL) == 0);
  for (int i = 0; i < 4; i++) CHECK(pthread_join(threads[i], NULL) == 0);
  SHOW(value);
  SHOW(torn);
  sem_t *semaphore = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  SHOW(sem_init(semaphore, 1, 0));
  SHOW(sem_trywait(semaphore));
  pid_t pid = fork();
  if (pid == 0) {
    for (int i = 0; i < 100; i++) sem_post(semaphore);
    _exit(0);
  }
  for (int i = 0; i < 100; i++) CHECK(sem_wait(semaphore) == 0);
  reap("poster", pid);
  struct timespec past = {1, 0};
  SHOW(sem_timedwait(semaphore, &past));
  int left = -1;
  SHOW(sem_getvalue(semaphore, &left));
  SHOW(left);
  return 0;
}
