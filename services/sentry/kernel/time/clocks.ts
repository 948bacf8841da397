/** The clocks of clock_gettime(2), the dynamic ones of other processes and threads included. */
import { EINVAL, type Errno } from "../../../../shared/abi/errno.ts";
import {
  CLOCK_BOOTTIME,
  CLOCK_BOOTTIME_ALARM,
  CLOCK_MONOTONIC,
  CLOCK_MONOTONIC_COARSE,
  CLOCK_MONOTONIC_RAW,
  CLOCK_PROCESS_CPUTIME_ID,
  CLOCK_REALTIME,
  CLOCK_REALTIME_ALARM,
  CLOCK_REALTIME_COARSE,
  CLOCK_TAI,
  CLOCK_THREAD_CPUTIME_ID,
} from "../../../../shared/abi/time.ts";
import type { Task } from "../task.ts";

/** CPUCLOCK_PERTHREAD_MASK of a dynamic clock: it is a thread's. */
const PER_THREAD = 4;
const CPU_CLOCK_KINDS = 3;

/** Nanoseconds on `clock`, or -EINVAL for an unknown one. */
export function readClockNs(task: Task, clock: number): number | Errno {
  switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_REALTIME_ALARM:
    case CLOCK_TAI:
      return task.kernel.timekeeper.realtimeNs();
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
    case CLOCK_BOOTTIME_ALARM:
      return task.kernel.timekeeper.monotonicNs();
    case CLOCK_PROCESS_CPUTIME_ID:
      return task.threadGroup.cpuTimeNs();
    case CLOCK_THREAD_CPUTIME_ID:
      return task.cpuTimeNs();
    default:
      return clock < 0 ? readDynamicClock(task, clock) : -EINVAL;
  }
}

/** pid_to_clockid() and pthread_getcpuclockid(3) make negative numbers: ~pid << 3 | kind. */
function readDynamicClock(task: Task, clock: number): number | Errno {
  const kind = clock & 7;
  if ((kind & 3) === CPU_CLOCK_KINDS) return -EINVAL;
  const id = ~(clock >> 3);
  const target = id === 0 ? task : task.threadGroup.pidNamespace.task(id);
  if (target === undefined) return -EINVAL;
  if ((kind & PER_THREAD) !== 0) return target.threadGroup === task.threadGroup ? target.cpuTimeNs() : -EINVAL;
  return target.threadGroup.cpuTimeNs();
}

export function isCpuClock(clock: number): boolean {
  return clock < 0 || clock === CLOCK_PROCESS_CPUTIME_ID || clock === CLOCK_THREAD_CPUTIME_ID;
}
