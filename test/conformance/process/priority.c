// Nice values are set, clamped, inherited, and scheduling policies reported; setpriority(2), sched(7).
#include "../check.h"

int main(void) {
  SHOW(getpriority(PRIO_PROCESS, 0));
  SHOW(setpriority(PRIO_PROCESS, 0, 5));
  SHOW(getpriority(PRIO_PROCESS, 0));
  SHOW(nice(3));
  pid_t pid = fork();
  if (pid == 0) _exit(getpriority(PRIO_PROCESS, 0));
  reap("child inherits", pid);
  SHOW(setpriority(PRIO_PROCESS, 0, 100));
  SHOW(getpriority(PRIO_PROCESS, 0));
  SHOW(getpriority(99, 0));
  SHOW(getpriority(PRIO_PROCESS, 999999999));
  SHOW(sched_getscheduler(0));
  struct sched_param param = {.sched_priority = 99};
  SHOW(sched_getparam(0, &param));
  SHOW(param.sched_priority);
  SHOW(sched_get_priority_max(SCHED_FIFO));
  SHOW(sched_get_priority_min(SCHED_OTHER));
  SHOW(sched_get_priority_max(77));
  SHOW(sched_setscheduler(0, SCHED_BATCH, &param));
  SHOW(sched_getscheduler(0));
  return 0;
}
