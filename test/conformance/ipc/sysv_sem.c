// System V semaphores: operations on sets, waiting, undo at exit, removal; semop(2).
#include "../check.h"
#include <sys/ipc.h>
#include <sys/sem.h>

static int id;

static int operate(int number, int change, int flags) {
  struct sembuf operation = {number, change, flags};
  return semop(id, &operation, 1);
}

static int with_undo(void) { return operate(0, -1, SEM_UNDO); }

int main(void) {
  id = semget(IPC_PRIVATE, 3, IPC_CREAT | 0600);
  CHECK(id >= 0);
  unsigned short values[] = {1, 0, 5}, now[3];
  SHOW(semctl(id, 0, SETALL, values));
  SHOW(operate(0, -1, 0));
  SHOW(operate(0, -1, IPC_NOWAIT));
  SHOW(operate(1, 0, 0));
  struct sembuf both[] = {{0, 2, 0}, {2, -6, IPC_NOWAIT}};
  SHOW(semop(id, both, 2));
  SHOW(semctl(id, 0, GETVAL));
  both[1].sem_op = -5;
  SHOW(semop(id, both, 2));
  SHOW(semctl(id, 0, GETALL, now));
  printf("%d %d %d\n", now[0], now[1], now[2]);
  show_status("undo", in_child(with_undo));
  SHOW(semctl(id, 0, GETVAL));
  pid_t pid = fork();
  if (pid == 0) _exit(operate(1, -1, 0) == 0 ? 5 : 1);
  while (semctl(id, 1, GETNCNT) == 0) sleep_ms(1);
  SHOW(operate(1, 1, 0));
  reap("waiter", pid);
  struct timespec brief = {0, 20000000};
  struct sembuf operation = {1, -1, 0};
  SHOW(semtimedop(id, &operation, 1, &brief));
  pid = fork();
  if (pid == 0) _exit(operate(1, -1, 0) == -1 && errno == EIDRM ? 6 : 1);
  while (semctl(id, 1, GETNCNT) == 0) sleep_ms(1);
  SHOW(operate(9, 1, 0));
  SHOW(semctl(id, 0, IPC_RMID));
  reap("removed", pid);
  SHOW(operate(0, 1, 0));
  return 0;
}
