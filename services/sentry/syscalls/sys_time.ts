/** Clocks and sleeping: clock_gettime(2), clock_nanosleep(2), gettimeofday(2), times(2). */
import {
  EINVAL,
  EOPNOTSUPP,
  EPERM,
  ERESTART_RESTARTBLOCK,
  ERESTARTNOHAND,
  type Errno,
  isErrno,
} from "../../../shared/abi/errno.ts";
import {
  CLK_TCK,
  CLOCK_BOOTTIME,
  CLOCK_MONOTONIC,
  CLOCK_MONOTONIC_COARSE,
  CLOCK_MONOTONIC_RAW,
  CLOCK_PROCESS_CPUTIME_ID,
  CLOCK_REALTIME,
  CLOCK_REALTIME_COARSE,
  CLOCK_TAI,
  CLOCK_THREAD_CPUTIME_ID,
  STA_UNSYNC,
  TIME_ERROR,
  TIMER_ABSTIME,
  TimespecLayout,
  TimevalLayout,
  TimexLayout,
  TimezoneLayout,
  TmsLayout,
} from "../../../shared/abi/time.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import { type Task, WAKE_SIGNAL, WAKE_TIMEOUT } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import { clockTicks } from "../kernel/time/clock_ticks.ts";
import { isCpuClock, readClockNs } from "../kernel/time/clocks.ts";
import { isRealtimeClock } from "../kernel/time/posix_timers.ts";
import { addr, flags, inStruct, oneOf, partial, type RowTable, supported } from "./row.ts";

const TIMESPEC_BYTES = TimespecLayout.byteLength;
const COARSE_RESOLUTION_NS = 4_000_000;

/** A timespec that was copied in to `scratch` at `at`, in nanoseconds; -EINVAL if it isn't one. */
export function timespecNs(at: number): number | Errno {
  const sec = TimespecLayout.sec.read(TaskMemory.scratchView, at);
  const nsec = TimespecLayout.nsec.read(TaskMemory.scratchView, at);
  return sec < 0 || nsec < 0 || nsec >= 1e9 ? -EINVAL : sec * 1e9 + nsec;
}

function storeTimespec(task: Task, address: number, ns: number): 0 | Errno {
  const sec = Math.floor(ns / 1e9);
  TimespecLayout.sec.write(TaskMemory.scratchView, 0, sec);
  TimespecLayout.nsec.write(TaskMemory.scratchView, 0, Math.floor(ns - sec * 1e9));
  return task.memory.queueOut(address, TaskMemory.scratch, 0, TIMESPEC_BYTES);
}

/** clock_gettime(2): most calls never come here, but are answered by the vDSO. */
export function sysClockGettime(task: Task, args: SyscallArgs): Result {
  const now = readClockNs(task, args.int(0));
  return isErrno(now) ? now : storeTimespec(task, args.addr(1), now);
}

/** clock_getres(2). */
export function sysClockGetres(task: Task, args: SyscallArgs): Result {
  const clock = args.int(0);
  const address = args.addr(1);
  const now = readClockNs(task, clock);
  if (isErrno(now)) return now;
  const isCoarse = clock === CLOCK_REALTIME_COARSE || clock === CLOCK_MONOTONIC_COARSE;
  return address === 0 ? 0 : storeTimespec(task, address, isCoarse ? COARSE_RESOLUTION_NS : 1);
}

/** clock_settime(2), settimeofday(2): the clocks are the host's. */
export function sysClockSettime(task: Task, args: SyscallArgs): Result {
  return isErrno(readClockNs(task, args.int(0))) ? -EINVAL : -EPERM;
}

/** gettimeofday(2). */
export function sysGettimeofday(task: Task, args: SyscallArgs): Result {
  const timeAddr = args.addr(0);
  const zoneAddr = args.addr(1);
  const view = TaskMemory.scratchView;
  if (timeAddr !== 0) {
    const micros = Math.floor(task.kernel.timekeeper.realtimeNs() / 1000);
    TimevalLayout.sec.write(view, 0, Math.floor(micros / 1e6));
    TimevalLayout.usec.write(view, 0, micros % 1e6);
    const copied = task.memory.copyOutScratch(timeAddr, 0, TimevalLayout.byteLength);
    if (copied < 0) return copied;
  }
  if (zoneAddr === 0) return 0;
  TimezoneLayout.zero(view, 0);
  return task.memory.copyOutScratch(zoneAddr, 0, TimezoneLayout.byteLength);
}

/** settimeofday(2). */
export function sysSettimeofday(): Result {
  return -EPERM;
}

/** time(2). */
export function sysTime(task: Task, args: SyscallArgs): Result {
  const address = args.addr(0);
  const seconds = Math.floor(task.kernel.timekeeper.realtimeNs() / 1e9);
  if (address === 0) return seconds;
  const copied = task.memory.copyOutU64(address, seconds);
  return copied < 0 ? copied : seconds;
}

/** times(2). */
export function sysTimes(task: Task, args: SyscallArgs): Result {
  const address = args.addr(0);
  const group = task.threadGroup;
  if (address !== 0) {
    const view = TaskMemory.scratchView;
    TmsLayout.utime.write(view, 0, clockTicks(group.cpuTimeNs()));
    TmsLayout.stime.write(view, 0, 0);
    TmsLayout.cutime.write(view, 0, clockTicks(group.childrenUsage.cpuTimeNs));
    TmsLayout.cstime.write(view, 0, 0);
    const copied = task.memory.copyOutScratch(address, 0, TmsLayout.byteLength);
    if (copied < 0) return copied;
  }
  return Math.floor(task.kernel.timekeeper.monotonicNs() / (1e9 / CLK_TCK));
}

/** What a sleep remembers: when it ends on CLOCK_MONOTONIC. */
interface Sleep {
  readonly deadlineNs: number;
}

/** nanosleep(2). */
export function sysNanosleep(task: Task, args: SyscallArgs): Result {
  return sleep(task, CLOCK_MONOTONIC, 0, args.addr(0), args.addr(1));
}

/** clock_nanosleep(2). */
export function sysClockNanosleep(task: Task, args: SyscallArgs): Result {
  const clock = args.int(0);
  if (clock === CLOCK_THREAD_CPUTIME_ID) return -EINVAL;
  const now = readClockNs(task, clock);
  if (isErrno(now)) return -EINVAL;
  const isTimer = clock === CLOCK_REALTIME_COARSE || clock === CLOCK_MONOTONIC_COARSE || clock === CLOCK_MONOTONIC_RAW;
  if (isTimer) return -EOPNOTSUPP;
  return sleep(task, clock, args.int(1), args.addr(2), args.addr(3));
}

function sleep(task: Task, clock: number, sleepFlags: number, requestAddr: number, remainAddr: number): Result {
  let state = task.callState as Sleep | null;
  const isAbsolute = (sleepFlags & TIMER_ABSTIME) !== 0;
  if (state === null) {
    const copied = task.memory.copyInScratch(requestAddr, 0, TIMESPEC_BYTES);
    if (copied < 0) return copied;
    const ns = timespecNs(0);
    if (isErrno(ns)) return ns;
    state = { deadlineNs: deadlineOf(task, clock, ns, isAbsolute) };
    task.callState = state;
    if (state.deadlineNs <= task.nowNs()) return 0;
  }
  if (task.wakeReason === WAKE_TIMEOUT) {
    // A CPU clock may not have got there: it runs slower than the wait.
    const isOver = !isCpuClock(clock) || isAbsolute === false;
    if (isOver) return 0;
  }
  if (task.wakeReason === WAKE_SIGNAL) {
    if (isAbsolute) return -ERESTARTNOHAND;
    const left = Math.max(0, state.deadlineNs - task.nowNs());
    if (left === 0) return 0;
    // Linux stores what is left only if the call really ends; a restart overwrites it.
    if (remainAddr !== 0) {
      const stored = storeTimespec(task, remainAddr, left);
      if (stored < 0) return stored;
    }
    return -ERESTART_RESTARTBLOCK;
  }
  return task.block(state.deadlineNs);
}

function deadlineOf(task: Task, clock: number, ns: number, isAbsolute: boolean): number {
  const { timekeeper } = task.kernel;
  if (!isAbsolute) return task.nowNs() + ns;
  if (isRealtimeClock(clock)) return timekeeper.realtimeToMonotonicNs(ns);
  if (clock === CLOCK_PROCESS_CPUTIME_ID) return task.nowNs() + Math.max(0, ns - task.threadGroup.cpuTimeNs());
  return ns;
}

/** adjtimex(2), clock_adjtime(2): reading only. */
export function sysAdjtimex(task: Task, args: SyscallArgs): Result {
  return adjust(task, args.addr(0));
}

export function sysClockAdjtime(task: Task, args: SyscallArgs): Result {
  return args.int(0) === CLOCK_REALTIME ? adjust(task, args.addr(1)) : -EOPNOTSUPP;
}

function adjust(task: Task, address: number): Result {
  const copied = task.memory.copyInScratch(address, 0, 4);
  if (copied < 0) return copied;
  const view = TaskMemory.scratchView;
  if (TimexLayout.modes.read(view, 0) !== 0) return -EPERM;
  TimexLayout.zero(view, 0);
  const micros = Math.floor(task.kernel.timekeeper.realtimeNs() / 1000);
  TimexLayout.timeSec.write(view, 0, Math.floor(micros / 1e6));
  TimexLayout.timeUsec.write(view, 0, micros % 1e6);
  TimexLayout.status.write(view, 0, STA_UNSYNC);
  TimexLayout.tick.write(view, 0, 10_000);
  TimexLayout.maxerror.write(view, 0, 16_000_000);
  TimexLayout.esterror.write(view, 0, 16_000_000);
  const stored = task.memory.copyOutScratch(address, 0, TimexLayout.byteLength);
  return stored < 0 ? stored : TIME_ERROR;
}

function formatTimespec(view: DataView, at: number): string {
  return `{${TimespecLayout.sec.read(view, at)}, ${TimespecLayout.nsec.read(view, at)}}`;
}

const CLOCK = oneOf([
  [CLOCK_REALTIME, "CLOCK_REALTIME"],
  [CLOCK_MONOTONIC, "CLOCK_MONOTONIC"],
  [CLOCK_PROCESS_CPUTIME_ID, "CLOCK_PROCESS_CPUTIME_ID"],
  [CLOCK_THREAD_CPUTIME_ID, "CLOCK_THREAD_CPUTIME_ID"],
  [CLOCK_MONOTONIC_RAW, "CLOCK_MONOTONIC_RAW"],
  [CLOCK_REALTIME_COARSE, "CLOCK_REALTIME_COARSE"],
  [CLOCK_MONOTONIC_COARSE, "CLOCK_MONOTONIC_COARSE"],
  [CLOCK_BOOTTIME, "CLOCK_BOOTTIME"],
  [CLOCK_TAI, "CLOCK_TAI"],
]);
const SLEEP_FLAGS = flags([[TIMER_ABSTIME, "TIMER_ABSTIME"]]);
const timespec = inStruct(TIMESPEC_BYTES, formatTimespec);
const NO_SETTING = "the clocks are the host's: EPERM";

export const timeRows: RowTable = {
  35: supported("nanosleep", sysNanosleep, [timespec, addr]),
  96: supported("gettimeofday", sysGettimeofday, [addr, addr]),
  100: supported("times", sysTimes, [addr]),
  159: partial("adjtimex", sysAdjtimex, [addr], NO_SETTING),
  164: partial("settimeofday", sysSettimeofday, [addr, addr], NO_SETTING),
  201: supported("time", sysTime, [addr]),
  227: partial("clock_settime", sysClockSettime, [CLOCK, addr], NO_SETTING),
  228: supported("clock_gettime", sysClockGettime, [CLOCK, addr]),
  229: supported("clock_getres", sysClockGetres, [CLOCK, addr]),
  230: supported("clock_nanosleep", sysClockNanosleep, [CLOCK, SLEEP_FLAGS, timespec, addr]),
  305: partial("clock_adjtime", sysClockAdjtime, [CLOCK, addr], NO_SETTING),
};
