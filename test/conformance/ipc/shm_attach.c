// Where and how System V segments are attached, and what becomes of parts of an attachment; shmop(2).
#include "../check.h"
#include <sys/ipc.h>
#include <sys/shm.h>

static int id;

static long attached(void) {
  struct shmid_ds info;
  CHECK(shmctl(id, IPC_STAT, &info) == 0);
  return info.shm_nattch;
}

static int attached_in_child(void) {
  SHOW(attached());
  return 0;
}

int main(void) {
  long page = sysconf(_SC_PAGESIZE);
  id = shmget(IPC_PRIVATE, 4 * page, 0700);
  CHECK(id >= 0);
  SHOW(attached());
  char *first = shmat(id, NULL, 0);
  CHECK(first != (char *)-1);
  strcpy(first + page, "text");
  SHOW(shmat(id, first, 0) == (void *)-1 && errno == EINVAL);
  SHOW(shmat(id, first + 1, 0) == (void *)-1 && errno == EINVAL);
  SHOW(shmat(id, NULL, SHM_REMAP) == (void *)-1 && errno == EINVAL);
  SHOW(shmat(id, first + 1, SHM_RND | SHM_REMAP) == first);
  SHOW(attached());
  char *room = mmap(NULL, 8 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(room != MAP_FAILED);
  CHECK(munmap(room, 8 * page) == 0);
  SHOW(shmat(id, room, SHM_RDONLY) == room);
  SHOW_STRING(room + page);
  SHOW(mprotect(room, page, PROT_READ | PROT_WRITE));
  SHOW(attached());
  show_status("child", in_child(attached_in_child));
  SHOW(attached());
  // A hole in an attachment: shmdt() takes the rest.
  SHOW(munmap(first + page, page));
  SHOW(attached());
  SHOW(shmdt(first + 2 * page));
  SHOW(shmdt(first));
  SHOW(attached());
  printf("%s\n", fault_at(first, 0));
  SHOW(shmctl(id, IPC_RMID, NULL));
  struct shmid_ds info;
  SHOW(shmctl(id, IPC_STAT, &info));
  SHOW_OCTAL(info.shm_perm.mode);
  char *again = shmat(id, NULL, 0);
  SHOW(again != (char *)-1);
  SHOW_STRING(again + page);
  SHOW(shmdt(again));
  SHOW(shmdt(room));
  SHOW(shmctl(id, IPC_STAT, &info));
  SHOW(shmget(IPC_PRIVATE, (size_t)-1, 0600));
  return 0;
}
