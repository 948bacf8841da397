// A new IPC namespace has no objects, and those made in it stay there; ipc_namespaces(7).
#include "../check.h"
#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/sem.h>

static key_t key;

static int apart(void) {
  char before[64] = {0}, after[64] = {0};
  CHECK(readlink("/proc/self/ns/ipc", before, 63) > 0);
  SHOW(unshare(CLONE_NEWIPC));
  CHECK(readlink("/proc/self/ns/ipc", after, 63) > 0);
  SHOW(strcmp(before, after) != 0);
  SHOW(semget(key, 1, 0600));
  SHOW(semget(key, 1, IPC_CREAT | IPC_EXCL | 0600) >= 0);
  TRY(mq_open("/conformance-namespace", O_RDWR));
  return 0;
}

int main(void) {
  key = 0x6e000000 + getpid() % 0xffffff;
  int id = semget(key, 1, IPC_CREAT | IPC_EXCL | 0600);
  CHECK(id >= 0);
  mqd_t queue = mq_open("/conformance-namespace", O_RDWR | O_CREAT, 0600, NULL);
  CHECK(queue != (mqd_t)-1);
  show_status("apart", in_child(apart));
  SHOW(semget(key, 1, 0600) == id);
  SHOW(semctl(id, 0, IPC_RMID));
  SHOW(semget(key, 1, 0600));
  SHOW(mq_unlink("/conformance-namespace"));
  return 0;
}
