// PR_SET_NAME names a thread in fifteen bytes; threads inherit it, exec replaces it; prctl(2).
#include "../check.h"
#include <sys/prctl.h>

static void *body(void *unused) {
  char name[17] = {0};
  prctl(PR_GET_NAME, name);
  SHOW_STRING(name);
  prctl(PR_SET_NAME, "a thread");
  return unused;
}

int main(void) {
  char name[17] = {0};
  SHOW(prctl(PR_SET_NAME, "conformance program"));
  SHOW(prctl(PR_GET_NAME, name));
  SHOW_STRING(name);
  SHOW_STRING(read_file("/proc/self/comm"));
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, body, NULL) == 0 && pthread_join(thread, NULL) == 0);
  prctl(PR_GET_NAME, name);
  SHOW_STRING(name);
  write_file("/proc/self/comm", "other");
  prctl(PR_GET_NAME, name);
  SHOW_STRING(name);
  SHOW(prctl(9999, 0, 0, 0, 0));
  SHOW(prctl(PR_GET_NAME, 8));
  fflush(stdout);
  execl("/bin/cat", "cat", "/proc/self/comm", NULL);
  return 1;
}
