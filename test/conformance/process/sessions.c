// setsid() makes a session and group; setpgid() moves within a session and checks; setsid(2), setpgid(2).
#include "../check.h"

static int child(void) {
  SHOW(setsid() == getpid());
  SHOW(getsid(0) == getpid() && getpgid(0) == getpid());
  SHOW(setsid());
  SHOW(setpgid(0, 0));
  Gate ready = gate_make(), go = gate_make();
  pid_t pid = fork();
  if (pid == 0) {
    SHOW(getpgid(0) == getppid());
    SHOW(setpgid(0, 0));
    SHOW(getpgid(0) == getpid());
    gate_open(ready);
    gate_wait(go);
    _exit(0);
  }
  gate_wait(ready);
  SHOW(getpgid(pid) == pid);
  SHOW(setpgid(pid, getpgid(0)));
  SHOW(getpgid(pid) == getpid());
  SHOW(setpgid(pid, 999999999));
  SHOW(setpgid(pid, -1));
  gate_open(go);
  reap("grandchild", pid);
  SHOW(setpgid(999999999, 0));
  SHOW(getpgid(999999999));
  SHOW(getsid(999999999));
  pid = fork();
  if (pid == 0) {
    execl("/bin/sleep", "sleep", "10", NULL);
    _exit(1);
  }
  char path[64], link[64] = "";
  snprintf(path, sizeof path, "/proc/%d/exe", pid);
  while (readlink(path, link, sizeof link - 1) > 0 && !strstr(link, "sleep")) sleep_ms(1), memset(link, 0, sizeof link);
  SHOW(setpgid(pid, pid));
  kill(pid, SIGKILL);
  reap("sleeper", pid);
  return 0;
}

int main(void) {
  show_status("leader", in_child(child));
  return 0;
}
