// Modes and owners of System V objects decide who may read, change and remove them; sysvipc(7).
#include "../check.h"
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

static int shm, sem, msg;

static int as_stranger(void) {
  CHECK(setgroups(0, NULL) == 0);
  CHECK(setresgid(12345, 12345, 12345) == 0);
  CHECK(setresuid(12345, 12345, 12345) == 0);
  struct shmid_ds segment;
  struct semid_ds set;
  char *memory = shmat(shm, NULL, SHM_RDONLY);
  SHOW(memory != (char *)-1);
  TRY(shmat(shm, NULL, 0));
  SHOW(shmctl(shm, IPC_STAT, &segment));
  SHOW(shmctl(shm, IPC_SET, &segment));
  SHOW(shmctl(shm, IPC_RMID, NULL));
  SHOW(shmctl(shm, SHM_LOCK, NULL));
  SHOW(semctl(sem, 0, GETVAL));
  SHOW(semctl(sem, 0, SETVAL, 1));
  SHOW(semctl(sem, 0, IPC_STAT, &set));
  SHOW(semctl(sem, 0, IPC_RMID));
  struct sembuf wait_zero = {0, 0, IPC_NOWAIT}, up = {0, 1, IPC_NOWAIT};
  SHOW(semop(sem, &wait_zero, 1));
  SHOW(semop(sem, &up, 1));
  struct {
    long type;
    char text[8];
  } message = {1, "text"};
  SHOW(msgsnd(msg, &message, 5, IPC_NOWAIT));
  SHOW(msgrcv(msg, &message, 8, 0, IPC_NOWAIT));
  SHOW(msgctl(msg, IPC_RMID, NULL));
  return 0;
}

int main(void) {
  shm = shmget(IPC_PRIVATE, 4096, 0644);
  sem = semget(IPC_PRIVATE, 1, 0644);
  msg = msgget(IPC_PRIVATE, 0622);
  CHECK(shm >= 0 && sem >= 0 && msg >= 0);
  show_status("stranger", in_child(as_stranger));
  struct semid_ds set;
  CHECK(semctl(sem, 0, IPC_STAT, &set) == 0);
  set.sem_perm.uid = 12345;
  set.sem_perm.mode = 0600;
  SHOW(semctl(sem, 0, IPC_SET, &set));
  CHECK(semctl(sem, 0, IPC_STAT, &set) == 0);
  SHOW(set.sem_perm.uid);
  SHOW(set.sem_perm.cuid);
  SHOW_OCTAL(set.sem_perm.mode);
  struct msqid_ds queue;
  CHECK(msgctl(msg, IPC_STAT, &queue) == 0);
  SHOW(queue.msg_qbytes);
  queue.msg_qbytes = 8;
  SHOW(msgctl(msg, IPC_SET, &queue));
  struct {
    long type;
    char text[9];
  } message = {1, "12345678"};
  SHOW(msgsnd(msg, &message, 9, IPC_NOWAIT));
  SHOW(msgsnd(msg, &message, 8, IPC_NOWAIT));
  SHOW(shmctl(shm, IPC_RMID, NULL));
  SHOW(semctl(sem, 0, IPC_RMID));
  SHOW(msgctl(msg, IPC_RMID, NULL));
  return 0;
}
