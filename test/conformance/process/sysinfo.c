// sysinfo() and sysconf() agree about memory, and times() counts ticks; sysinfo(2), times(2).
#include "../check.h"
#include <sys/sysinfo.h>
#include <sys/times.h>

int main(void) {
  struct sysinfo info;
  SHOW(sysinfo(&info));
  SHOW(info.uptime >= 0);
  SHOW(info.procs > 0);
  SHOW(info.freeram <= info.totalram && info.totalram > 0);
  SHOW(info.mem_unit > 0);
  long pages = sysconf(_SC_PHYS_PAGES), total = info.totalram * info.mem_unit / 4096;
  SHOW(labs(pages - total) <= total / 100);
  SHOW(sysconf(_SC_PAGESIZE));
  SHOW(sysconf(_SC_CLK_TCK));
  struct tms first, second;
  clock_t start = times(&first);
  int64_t end = now_ns(CLOCK_MONOTONIC) + 100000000;
  while (now_ns(CLOCK_MONOTONIC) < end) getppid();
  SHOW(times(&second) - start >= 9);
  SHOW(second.tms_utime + second.tms_stime >= first.tms_utime + first.tms_stime);
  return 0;
}
