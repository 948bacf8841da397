// Named semaphores are shared by name between processes; sem_open(3).
#include "../check.h"
#include <semaphore.h>

int main(void) {
  char name[64];
  snprintf(name, sizeof name, "/conformance-%d", getpid());
  sem_t *first = sem_open(name, O_CREAT | O_EXCL, 0600, 2);
  CHECK(first != SEM_FAILED);
  SHOW(sem_open(name, O_CREAT | O_EXCL, 0600, 2) == SEM_FAILED && errno == EEXIST);
  SHOW(sem_wait(first));
  SHOW(sem_wait(first));
  SHOW(sem_trywait(first));
  pid_t pid = fork();
  if (pid == 0) {
    sem_t *own = sem_open(name, 0);
    sleep_ms(30);
    _exit(own != SEM_FAILED && sem_post(own) == 0 ? 0 : 1);
  }
  SHOW(sem_wait(first));
  reap("poster", pid);
  SHOW(sem_unlink(name));
  SHOW(sem_open(name, 0) == SEM_FAILED && errno == ENOENT);
  SHOW(sem_close(first));
  return 0;
}
