// /proc/self/task has a directory per thread with its own name and numbers; proc(5).
#include "../check.h"
#include <sys/prctl.h>

static Gate ready, done;
static pid_t tid;

static void *body(void *unused) {
  prctl(PR_SET_NAME, "worker");
  tid = gettid();
  gate_open(ready);
  gate_wait(done);
  return unused;
}

int main(void) {
  ready = gate_make(), done = gate_make();
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, body, NULL) == 0);
  gate_wait(ready);
  DIR *dir = opendir("/proc/self/task");
  int count = 0, main_seen = 0, thread_seen = 0;
  for (struct dirent *e; (e = readdir(dir));) {
    count += e->d_name[0] != '.';
    main_seen += atoi(e->d_name) == getpid();
    thread_seen += atoi(e->d_name) == tid;
  }
  printf("%d %d %d\n", count, main_seen, thread_seen);
  char path[64];
  snprintf(path, sizeof path, "/proc/self/task/%d/comm", tid);
  SHOW_STRING(read_file(path));
  snprintf(path, sizeof path, "/proc/self/task/%d/stat", tid);
  SHOW(atoi(read_file(path)) == tid);
  snprintf(path, sizeof path, "/proc/%d/comm", tid);
  SHOW_STRING(read_file(path));
  gate_open(done);
  pthread_join(thread, NULL);
  snprintf(path, sizeof path, "/proc/self/task/%d", tid);
  for (int i = 0; i < 1000 && access(path, F_OK) == 0; i++) sleep_ms(1);
  SHOW(access(path, F_OK));
  return 0;
}
