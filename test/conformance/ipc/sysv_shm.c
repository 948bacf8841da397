// System V shared memory: attach, share over fork, remove while attached, errors; shmget(2).
#include "../check.h"
#include <sys/shm.h>

static char *memory;

static int child(void) {
  SHOW_STRING(memory);
  strcpy(memory, "from child");
  return 0;
}

int main(void) {
  key_t key = 0x7e000000 + getpid() % 0xffffff;
  int id = shmget(IPC_PRIVATE, 5000, IPC_CREAT | 0600);
  CHECK(id >= 0);
  memory = shmat(id, NULL, 0);
  CHECK(memory != (void *)-1);
  SHOW(memory[4999]);
  strcpy(memory, "from parent");
  show_status("child", in_child(child));
  SHOW_STRING(memory);
  char *readonly = shmat(id, NULL, SHM_RDONLY);
  SHOW_STRING(readonly);
  printf("%s\n", fault_at(readonly, 1));
  struct shmid_ds info;
  SHOW(shmctl(id, IPC_STAT, &info));
  SHOW(info.shm_segsz);
  SHOW(info.shm_nattch);
  SHOW_OCTAL(info.shm_perm.mode & 0777);
  SHOW(info.shm_cpid == getpid());
  SHOW(shmctl(id, IPC_RMID, NULL));
  SHOW_STRING(memory);
  SHOW(shmdt(readonly));
  SHOW(shmdt(memory));
  SHOW(shmdt(memory));
  TRY(shmat(id, NULL, 0));
  SHOW(shmget(IPC_PRIVATE, 0, IPC_CREAT | 0600));
  SHOW(shmget(key, 100, 0));
  id = shmget(key, 100, IPC_CREAT | IPC_EXCL | 0600);
  CHECK(id >= 0);
  SHOW(shmget(key, 100, IPC_CREAT | IPC_EXCL | 0600));
  SHOW(shmget(key, 9000, 0));
  SHOW(shmget(key, 50, 0) == id);
  SHOW(shmctl(id, IPC_RMID, NULL));
  return 0;
}
