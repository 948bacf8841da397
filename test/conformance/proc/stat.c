// /proc/PID/stat has 52 fields; name, state, parent, group, session and threads are right; proc(5).
#include "../check.h"

static char line[4096];

static char *field(int number) {
  static char copy[4096];
  strcpy(copy, strrchr(line, ')') + 2);
  char *at = strtok(copy, " \n");
  for (int i = 3; i < number; i++) at = strtok(NULL, " \n");
  return at;
}

static void *body(void *unused) {
  pause();
  return unused;
}

int main(void) {
  strcpy(line, read_file("/proc/self/stat"));
  int fields = 2;
  for (char *p = strrchr(line, ')'); *p; p++) fields += *p == ' ';
  SHOW(fields);
  SHOW(atoi(line) == getpid());
  printf("%.*s\n", (int)(strrchr(line, ')') - strchr(line, '(') + 1), strchr(line, '('));
  SHOW_STRING(field(3));
  SHOW(atoi(field(4)) == getppid());
  SHOW(atoi(field(5)) == getpgid(0));
  SHOW(atoi(field(6)) == getsid(0));
  SHOW(atoi(field(20)));
  SHOW(atol(field(23)) > 100000);
  SHOW(atol(field(24)) > 10);
  SHOW(atol(field(22)) > 0);
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, body, NULL) == 0);
  strcpy(line, read_file("/proc/self/stat"));
  SHOW(atoi(field(20)));
  char path[64];
  pid_t pid = fork();
  if (pid == 0) for (;;) pause();
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  do strcpy(line, read_file(path));
  while (*field(3) == 'R');
  SHOW_STRING(field(3));
  kill(pid, SIGSTOP);
  waitpid(pid, NULL, WUNTRACED);
  strcpy(line, read_file(path));
  SHOW_STRING(field(3));
  SHOW(atoi(field(4)) == getpid());
  kill(pid, SIGKILL);
  reap("child", pid);
  return 0;
}
