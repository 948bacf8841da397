// A fork in a threaded process copies only the calling thread, and its thread-local data; fork(2).
#include "../check.h"

static __thread int local;
static Gate go;

static void *other(void *unused) {
  gate_wait(go);
  return unused;
}

static void *forker(void *unused) {
  local = 55;
  pid_t pid = fork();
  if (pid == 0) {
    DIR *dir = opendir("/proc/self/task");
    int threads = 0;
    for (struct dirent *e; (e = readdir(dir));) threads += e->d_name[0] != '.';
    printf("child: %d thread, local %d, leader %d\n", threads, local, getpid() == gettid());
    fflush(stdout);
    _exit(0);
  }
  reap("child", pid);
  return unused;
}

int main(void) {
  go = gate_make();
  pthread_t one, two;
  CHECK(pthread_create(&one, NULL, other, NULL) == 0 && pthread_create(&two, NULL, forker, NULL) == 0);
  CHECK(pthread_join(two, NULL) == 0);
  gate_open(go);
  CHECK(pthread_join(one, NULL) == 0);
  return 0;
}
