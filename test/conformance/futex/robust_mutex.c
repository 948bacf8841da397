// A robust mutex tells the next owner that its holder died: thread or process; pthread_mutex_consistent(3).
#include "../check.h"

static pthread_mutex_t *mutex;

static void *die_holding(void *unused) {
  pthread_mutex_lock(mutex);
  return unused;
}

static int child(void) {
  pthread_mutex_lock(mutex);
  return 0;
}

int main(void) {
  mutex = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  CHECK(pthread_mutex_init(mutex, &attributes) == 0);
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, die_holding, NULL) == 0 && pthread_join(thread, NULL) == 0);
  SHOW(pthread_mutex_lock(mutex) == EOWNERDEAD);
  SHOW(pthread_mutex_consistent(mutex));
  SHOW(pthread_mutex_unlock(mutex));
  show_status("child", in_child(child));
  SHOW(pthread_mutex_lock(mutex) == EOWNERDEAD);
  SHOW(pthread_mutex_unlock(mutex));
  SHOW(pthread_mutex_lock(mutex) == ENOTRECOVERABLE);
  return 0;
}
