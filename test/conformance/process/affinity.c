// CPU masks are read and set, an empty one is refused, and sched_getcpu() stays inside; sched_setaffinity(2).
#include "../check.h"

int main(void) {
  cpu_set_t all, one;
  SHOW(sched_getaffinity(0, sizeof all, &all));
  SHOW(CPU_COUNT(&all) >= 1);
  SHOW(CPU_COUNT(&all) == sysconf(_SC_NPROCESSORS_ONLN));
  int first = 0;
  while (!CPU_ISSET(first, &all)) first++;
  CPU_ZERO(&one);
  CPU_SET(first, &one);
  SHOW(sched_setaffinity(0, sizeof one, &one));
  SHOW(sched_getaffinity(0, sizeof all, &all));
  SHOW(CPU_COUNT(&all));
  SHOW(sched_getcpu() == first);
  CPU_ZERO(&one);
  SHOW(sched_setaffinity(0, sizeof one, &one));
  SHOW(sched_getaffinity(0, 1, &all));
  SHOW(sched_getaffinity(999999999, sizeof all, &all));
  SHOW(sched_yield());
  return 0;
}
