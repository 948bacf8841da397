// meminfo, cpuinfo, stat, uptime, loadavg, version and filesystems have their keys; proc(5).
#include "../check.h"

static void has(const char *path, const char *key) {
  const char *text = read_file(path), *at = strstr(text, key);
  printf("%s: %s %s\n", path, key, at && (at == text || at[-1] == '\n' || at[-1] == '\t' || at[-1] == ' ') ? "there" : "missing");
}

int main(void) {
  const char *memory[] = {"MemTotal:", "MemFree:", "MemAvailable:", "Buffers:", "Cached:", "SwapTotal:", "Active:", "Shmem:"};
  for (int i = 0; i < 8; i++) has("/proc/meminfo", memory[i]);
  const char *cpu[] = {"processor", "vendor_id", "model name", "flags", "cpu MHz", "fpu"};
  for (int i = 0; i < 6; i++) has("/proc/cpuinfo", cpu[i]);
  const char *stat[] = {"cpu ", "cpu0", "intr", "ctxt", "btime", "processes", "procs_running"};
  for (int i = 0; i < 7; i++) has("/proc/stat", stat[i]);
  has("/proc/version", "Linux version");
  has("/proc/filesystems", "proc");
  has("/proc/filesystems", "tmpfs");
  double up, idle, load[3];
  int running, total, last;
  SHOW(sscanf(read_file("/proc/uptime"), "%lf %lf", &up, &idle));
  SHOW(up > 0);
  SHOW(sscanf(read_file("/proc/loadavg"), "%lf %lf %lf %d/%d %d", load, load + 1, load + 2, &running, &total, &last));
  SHOW(running >= 1 && total >= running);
  return 0;
}
