// statm has seven numbers that agree with status, and limits shows each resource; proc(5).
#include "../check.h"

int main(void) {
  struct rlimit limit = {123, 456};
  CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
  long size, resident, shared, text, lib, data, dirty;
  SHOW(sscanf(read_file("/proc/self/statm"), "%ld %ld %ld %ld %ld %ld %ld", &size, &resident, &shared, &text, &lib, &data, &dirty));
  SHOW(size > resident && resident > 0 && size > data);
  const char *limits = read_file("/proc/self/limits");
  const char *names[] = {"Max cpu time", "Max stack size", "Max open files", "Max address space", "Max processes"};
  for (int i = 0; i < 5; i++) printf("%s: %d\n", names[i], strstr(limits, names[i]) != NULL);
  const char *line = strstr(limits, "Max open files");
  long soft = 0, hard = 0;
  SHOW(sscanf(line, "Max open files %ld %ld", &soft, &hard));
  printf("%ld %ld\n", soft, hard);
  SHOW(atoi(read_file("/proc/self/oom_score_adj")));
  write_file("/proc/self/oom_score_adj", "100");
  SHOW(atoi(read_file("/proc/self/oom_score_adj")));
  return 0;
}
