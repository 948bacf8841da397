// /proc/self/status shows ids, groups, masks, threads and memory; proc(5).
#include "../check.h"

static char value[256];

static const char *get(const char *key) {
  const char *text = read_file("/proc/self/status");
  size_t length = strlen(key);
  for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
    if (!strncmp(line, key, length) && line[length] == ':') {
      int n = 0;
      for (line += length + 1; *line == '\t' || *line == ' '; line++) continue;
      while (line[n] && line[n] != '\n') n++;
      snprintf(value, sizeof value, "%.*s", n, line);
      return value;
    }
  return "missing";
}

static void handler(int number) { (void)number; }

static int child(void) {
  gid_t groups[] = {10, 20};
  CHECK(setgroups(2, groups) == 0 && setresgid(4, 5, 6) == 0 && setresuid(1, 2, 3) == 0);
  SHOW_STRING(get("Uid"));
  SHOW_STRING(get("Gid"));
  SHOW_STRING(get("CapEff"));
  return 0;
}

int main(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigprocmask(SIG_BLOCK, &set, NULL);
  raise(SIGUSR1);
  on_signal(SIGUSR2, handler, 0);
  signal(SIGTERM, SIG_IGN);
  SHOW_STRING(get("Name"));
  SHOW_STRING(get("Umask"));
  SHOW(atoi(get("Pid")) == getpid() && atoi(get("Tgid")) == getpid() && atoi(get("PPid")) == getppid());
  SHOW_STRING(get("Uid"));
  SHOW_STRING(get("Threads"));
  SHOW_STRING(get("SigBlk"));
  SHOW_STRING(get("ShdPnd"));
  SHOW(strtoul(get("SigCgt"), NULL, 16) >> (SIGUSR2 - 1) & 1);
  SHOW(strtoul(get("SigIgn"), NULL, 16) >> (SIGTERM - 1) & 1);
  SHOW(atol(get("VmSize")) > 100 && atol(get("VmRSS")) > 10);
  SHOW(atol(get("VmPeak")) >= atol(get("VmSize")));
  SHOW(strstr(get("VmSize"), " kB") != NULL);
  SHOW_STRING(get("NoNewPrivs"));
  show_status("child", in_child(child));
  return 0;
}
