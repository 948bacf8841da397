// exec from a thread ends the others and takes the process's number; execve(2).
#include "../check.h"

static char number[16];

static void *spin(void *unused) {
  for (;;) pause();
  return unused;
}

static void *exec(void *unused) {
  sleep_ms(10);
  execl("/proc/self/exe", "again", number, NULL);
  _exit(1);
  return unused;
}

int main(int argc, char **argv) {
  if (argc > 1) {
    SHOW(atoi(argv[1]) == getpid());
    SHOW(getpid() == gettid());
    DIR *dir = opendir("/proc/self/task");
    int threads = 0;
    for (struct dirent *e; (e = readdir(dir));) threads += e->d_name[0] != '.';
    SHOW(threads);
    return 0;
  }
  snprintf(number, sizeof number, "%d", getpid());
  pthread_t thread;
  for (int i = 0; i < 3; i++) CHECK(pthread_create(&thread, NULL, spin, NULL) == 0);
  CHECK(pthread_create(&thread, NULL, exec, NULL) == 0);
  pause();
  return 1;
}
