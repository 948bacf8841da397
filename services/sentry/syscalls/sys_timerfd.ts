/** timerfd_create(2), timerfd_settime(2), timerfd_gettime(2). */
import { EINVAL, type Errno } from "../../../shared/abi/errno.ts";
import * as c from "../../../shared/abi/time.ts";
import { TFD_CLOEXEC, TFD_NONBLOCK, TFD_TIMER_ABSTIME, TFD_TIMER_CANCEL_ON_SET } from "../../../shared/abi/timerfd.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import type { Task } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import { TimerFile } from "../kernel/timerfd.ts";
import { formatBytes } from "./file_formats.ts";
import { fileOf } from "./paths.ts";
import { fd, flags, inStruct, int, outStruct, partial, type RowTable, supported } from "./row.ts";

const CLOCKS = [c.CLOCK_REALTIME, c.CLOCK_MONOTONIC, c.CLOCK_BOOTTIME, c.CLOCK_REALTIME_ALARM, c.CLOCK_BOOTTIME_ALARM];

/** timerfd_create(2). */
export function sysTimerfdCreate(task: Task, args: SyscallArgs): Result {
  const clock = args.int(0);
  const createFlags = args.int(1);
  if ((createFlags & ~(TFD_CLOEXEC | TFD_NONBLOCK)) !== 0 || !CLOCKS.includes(clock)) return -EINVAL;
  const file = new TimerFile(task.kernel, clock, createFlags);
  const descriptor = task.fdTable.install(file, (createFlags & TFD_CLOEXEC) !== 0);
  if (descriptor < 0) file.dropReference();
  return descriptor;
}

function timerOf(task: Task, descriptor: number): TimerFile | Errno {
  const file = fileOf(task, descriptor);
  if (typeof file === "number") return file;
  return file instanceof TimerFile ? file : -EINVAL;
}

/** timerfd_settime(2). */
export function sysTimerfdSettime(task: Task, args: SyscallArgs): Result {
  const failed = task.memory.copyInScratch(args.addr(2), 0, c.ItimerspecLayout.byteLength);
  if (failed < 0) return failed;
  const view = TaskMemory.scratchView;
  const intervalNs = readTime(
    c.ItimerspecLayout.intervalSec.read(view, 0),
    c.ItimerspecLayout.intervalNsec.read(view, 0),
  );
  const valueNs = readTime(c.ItimerspecLayout.valueSec.read(view, 0), c.ItimerspecLayout.valueNsec.read(view, 0));
  const setFlags = args.int(1);
  if ((setFlags & ~(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET)) !== 0) return -EINVAL;
  if (intervalNs < 0 || valueNs < 0) return -EINVAL;
  const timer = timerOf(task, args.int(0));
  if (typeof timer === "number") return timer;
  const oldAddress = args.addr(3);
  const remaining = timer.remainingNs;
  const oldInterval = timer.intervalNs;
  timer.set(valueNs, intervalNs, (setFlags & TFD_TIMER_ABSTIME) !== 0);
  return oldAddress === 0 ? 0 : sendTimes(task, oldAddress, oldInterval, remaining);
}

function readTime(sec: number, nsec: number): number {
  return sec < 0 || nsec < 0 || nsec >= 1e9 ? -1 : sec * 1e9 + nsec;
}

/** timerfd_gettime(2). */
export function sysTimerfdGettime(task: Task, args: SyscallArgs): Result {
  const timer = timerOf(task, args.int(0));
  if (typeof timer === "number") return timer;
  return sendTimes(task, args.addr(1), timer.intervalNs, timer.remainingNs);
}

function sendTimes(task: Task, address: number, intervalNs: number, valueNs: number): Result {
  const view = TaskMemory.scratchView;
  const intervalSec = Math.floor(intervalNs / 1e9);
  const valueSec = Math.floor(valueNs / 1e9);
  c.ItimerspecLayout.intervalSec.write(view, 0, intervalSec);
  c.ItimerspecLayout.intervalNsec.write(view, 0, intervalNs - intervalSec * 1e9);
  c.ItimerspecLayout.valueSec.write(view, 0, valueSec);
  c.ItimerspecLayout.valueNsec.write(view, 0, valueNs - valueSec * 1e9);
  return task.memory.copyOutScratch(address, 0, c.ItimerspecLayout.byteLength);
}

const CREATE_FLAGS = [
  [TFD_CLOEXEC, "TFD_CLOEXEC"],
  [TFD_NONBLOCK, "TFD_NONBLOCK"],
] as const;
const SET_FLAGS = [
  [TFD_TIMER_ABSTIME, "TFD_TIMER_ABSTIME"],
  [TFD_TIMER_CANCEL_ON_SET, "TFD_TIMER_CANCEL_ON_SET"],
] as const;
const times = outStruct(32, formatBytes);

export const timerfdRows: RowTable = {
  283: supported("timerfd_create", sysTimerfdCreate, [int, flags(CREATE_FLAGS)]),
  286: partial(
    "timerfd_settime",
    sysTimerfdSettime,
    [fd, flags(SET_FLAGS), inStruct(32, formatBytes), times],
    "TFD_TIMER_CANCEL_ON_SET is accepted and never cancels: nothing in a sandbox can set the clock",
  ),
  287: supported("timerfd_gettime", sysTimerfdGettime, [fd, times]),
};
