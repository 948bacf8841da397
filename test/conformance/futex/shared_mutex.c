// A process-shared mutex in shared memory excludes processes; pthread_mutexattr_setpshared(3).
#include "../check.h"

struct shared {
  pthread_mutex_t mutex;
  int counter, inside, broken;
};

int main(void) {
  struct shared *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(shared != MAP_FAILED);
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  SHOW(pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED));
  SHOW(pthread_mutex_init(&shared->mutex, &attributes));
  for (int i = 0; i < 4; i++)
    if (fork() == 0) {
      for (int j = 0; j < 500; j++) {
        pthread_mutex_lock(&shared->mutex);
        shared->broken += shared->inside++ != 0;
        if (j % 50 == 0) sched_yield();
        shared->counter++;
        shared->inside--;
        pthread_mutex_unlock(&shared->mutex);
      }
      _exit(0);
    }
  while (wait(NULL) > 0) continue;
  SHOW(shared->counter);
  SHOW(shared->broken);
  return 0;
}
