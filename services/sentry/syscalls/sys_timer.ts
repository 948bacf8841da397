/** alarm(2), setitimer(2), timer_create(2) and their kin. */
import { EAGAIN, EINVAL, type Errno, isErrno } from "../../../shared/abi/errno.ts";
import { RLIMIT_SIGPENDING } from "../../../shared/abi/resource.ts";
import {
  SIGALRM,
  SIGEV_NONE,
  SIGEV_SIGNAL,
  SIGEV_THREAD,
  SIGEV_THREAD_ID,
  SIGRTMAX,
  SigeventLayout,
} from "../../../shared/abi/signal.ts";
import {
  ITIMER_PROF,
  ITIMER_REAL,
  ITIMER_VIRTUAL,
  ItimerspecLayout,
  ItimervalLayout,
  TIMER_ABSTIME,
} from "../../../shared/abi/time.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import type { Task } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import { readClockNs } from "../kernel/time/clocks.ts";
import { IntervalTimers } from "../kernel/time/interval_timers.ts";
import { PosixTimer, PosixTimers } from "../kernel/time/posix_timers.ts";
import { addr, flags, int, oneOf, type RowTable, supported, uint } from "./row.ts";

const OLD_AT = 128;
const NEW_AT = 0;
const ITIMERVAL_BYTES = ItimervalLayout.byteLength;
const ITIMERSPEC_BYTES = ItimerspecLayout.byteLength;

function intervalTimersOf(task: Task): IntervalTimers {
  const group = task.threadGroup;
  group.intervalTimers ??= new IntervalTimers(group);
  return group.intervalTimers;
}

function posixTimersOf(task: Task): PosixTimers {
  const group = task.threadGroup;
  group.posixTimers ??= new PosixTimers();
  return group.posixTimers;
}

/** alarm(2): seconds, rounded as Linux does. */
export function sysAlarm(task: Task, args: SyscallArgs): Result {
  const timers = intervalTimersOf(task);
  const left = timers.remainingNs(ITIMER_REAL);
  timers.set(ITIMER_REAL, args.uint(0) * 1e9, 0);
  if (left === 0) return 0;
  const seconds = Math.floor(left / 1e9);
  const rest = left - seconds * 1e9;
  return seconds === 0 || rest >= 5e8 ? seconds + 1 : seconds;
}

function writeInterval(timers: IntervalTimers, which: number): void {
  const view = TaskMemory.scratchView;
  const value = Math.ceil(timers.remainingNs(which) / 1000);
  const interval = Math.floor(timers.intervalNs(which) / 1000);
  ItimervalLayout.valueSec.write(view, OLD_AT, Math.floor(value / 1e6));
  ItimervalLayout.valueUsec.write(view, OLD_AT, value % 1e6);
  ItimervalLayout.intervalSec.write(view, OLD_AT, Math.floor(interval / 1e6));
  ItimervalLayout.intervalUsec.write(view, OLD_AT, interval % 1e6);
}

/** getitimer(2). */
export function sysGetitimer(task: Task, args: SyscallArgs): Result {
  const which = args.int(0);
  if (which < ITIMER_REAL || which > ITIMER_PROF) return -EINVAL;
  writeInterval(intervalTimersOf(task), which);
  return task.memory.copyOutScratch(args.addr(1), OLD_AT, ITIMERVAL_BYTES);
}

/** setitimer(2). */
export function sysSetitimer(task: Task, args: SyscallArgs): Result {
  const which = args.int(0);
  const newAddr = args.addr(1);
  const oldAddr = args.addr(2);
  const view = TaskMemory.scratchView;
  let valueNs = 0;
  let intervalNs = 0;
  if (newAddr !== 0) {
    const copied = task.memory.copyInScratch(newAddr, NEW_AT, ITIMERVAL_BYTES);
    if (copied < 0) return copied;
    const value = timevalNs(ItimervalLayout.valueSec.read(view, 0), ItimervalLayout.valueUsec.read(view, 0));
    const interval = timevalNs(ItimervalLayout.intervalSec.read(view, 0), ItimervalLayout.intervalUsec.read(view, 0));
    if (value < 0 || interval < 0) return -EINVAL;
    valueNs = value;
    intervalNs = interval;
  }
  if (which < ITIMER_REAL || which > ITIMER_PROF) return -EINVAL;
  const timers = intervalTimersOf(task);
  writeInterval(timers, which);
  timers.set(which, valueNs, intervalNs);
  return oldAddr === 0 ? 0 : task.memory.copyOutScratch(oldAddr, OLD_AT, ITIMERVAL_BYTES);
}

function timevalNs(sec: number, usec: number): number | Errno {
  return sec < 0 || usec < 0 || usec >= 1e6 ? -EINVAL : sec * 1e9 + usec * 1000;
}

/** timer_create(2). */
export function sysTimerCreate(task: Task, args: SyscallArgs): Result {
  const clock = args.int(0);
  const eventAddr = args.addr(1);
  const idAddr = args.addr(2);
  if (isErrno(readClockNs(task, clock))) return -EINVAL;
  const timers = posixTimersOf(task);
  // A timer holds the signal that it will queue.
  if (timers.size >= task.threadGroup.limits.soft[RLIMIT_SIGPENDING]) return -EAGAIN;
  const id = timers.allocateId();
  const timer = eventAddr === 0 ? defaultTimer(task, id, clock) : describedTimer(task, id, clock, eventAddr);
  if (isErrno(timer)) return timer;
  const copied = task.memory.copyOutU32(idAddr, id);
  if (copied < 0) return copied;
  timers.add(timer);
  return 0;
}

function defaultTimer(task: Task, id: number, clock: number): PosixTimer {
  return new PosixTimer(task, id, clock, SIGEV_SIGNAL, SIGALRM, [id, 0], null);
}

function describedTimer(task: Task, id: number, clock: number, eventAddr: number): PosixTimer | Errno {
  const copied = task.memory.copyInScratch(eventAddr, 0, SigeventLayout.byteLength);
  if (copied < 0) return copied;
  const view = TaskMemory.scratchView;
  const notify = SigeventLayout.notify.read(view, 0);
  const number = SigeventLayout.signo.read(view, 0);
  const value = [SigeventLayout.valueLo.read(view, 0), SigeventLayout.valueHi.read(view, 0)] as const;
  if ((notify & ~(SIGEV_THREAD | SIGEV_NONE | SIGEV_THREAD_ID)) !== 0) return -EINVAL;
  if (notify !== SIGEV_NONE && (number < 1 || number > SIGRTMAX)) return -EINVAL;
  if (notify !== SIGEV_THREAD_ID) return new PosixTimer(task, id, clock, notify, number, value, null);
  const target = task.kernel.findTask(SigeventLayout.tid.read(view, 0));
  if (target === undefined || target.threadGroup !== task.threadGroup) return -EINVAL;
  return new PosixTimer(task, id, clock, notify, number, value, target);
}

function storeSetting(task: Task, address: number, timer: PosixTimer): Result {
  const view = TaskMemory.scratchView;
  const value = timer.remainingNs();
  const interval = timer.intervalNs;
  ItimerspecLayout.valueSec.write(view, OLD_AT, Math.floor(value / 1e9));
  ItimerspecLayout.valueNsec.write(view, OLD_AT, Math.floor(value % 1e9));
  ItimerspecLayout.intervalSec.write(view, OLD_AT, Math.floor(interval / 1e9));
  ItimerspecLayout.intervalNsec.write(view, OLD_AT, Math.floor(interval % 1e9));
  return task.memory.copyOutScratch(address, OLD_AT, ITIMERSPEC_BYTES);
}

/** timer_settime(2). */
export function sysTimerSettime(task: Task, args: SyscallArgs): Result {
  const setFlags = args.int(1);
  const oldAddr = args.addr(3);
  const copied = task.memory.copyInScratch(args.addr(2), 0, ITIMERSPEC_BYTES);
  if (copied < 0) return copied;
  const view = TaskMemory.scratchView;
  const value = specNs(ItimerspecLayout.valueSec.read(view, 0), ItimerspecLayout.valueNsec.read(view, 0));
  const interval = specNs(ItimerspecLayout.intervalSec.read(view, 0), ItimerspecLayout.intervalNsec.read(view, 0));
  if (value < 0 || interval < 0) return -EINVAL;
  const timer = posixTimersOf(task).get(args.int(0));
  if (isErrno(timer)) return timer;
  if (oldAddr !== 0) {
    const stored = storeSetting(task, oldAddr, timer);
    if (stored < 0) return stored;
  }
  timer.set(value, interval, (setFlags & TIMER_ABSTIME) !== 0);
  return 0;
}

function specNs(sec: number, nsec: number): number | Errno {
  return sec < 0 || nsec < 0 || nsec >= 1e9 ? -EINVAL : sec * 1e9 + nsec;
}

/** timer_gettime(2). */
export function sysTimerGettime(task: Task, args: SyscallArgs): Result {
  const timer = posixTimersOf(task).get(args.int(0));
  return isErrno(timer) ? timer : storeSetting(task, args.addr(1), timer);
}

/** timer_getoverrun(2). */
export function sysTimerGetoverrun(task: Task, args: SyscallArgs): Result {
  const timer = posixTimersOf(task).get(args.int(0));
  return isErrno(timer) ? timer : timer.lastOverrun;
}

/** timer_delete(2). */
export function sysTimerDelete(task: Task, args: SyscallArgs): Result {
  const timers = posixTimersOf(task);
  const timer = timers.get(args.int(0));
  if (isErrno(timer)) return timer;
  timers.delete(timer);
  return 0;
}

const WHICH = oneOf([
  [ITIMER_REAL, "ITIMER_REAL"],
  [ITIMER_VIRTUAL, "ITIMER_VIRTUAL"],
  [ITIMER_PROF, "ITIMER_PROF"],
]);

export const timerRows: RowTable = {
  36: supported("getitimer", sysGetitimer, [WHICH, addr]),
  37: supported("alarm", sysAlarm, [uint]),
  38: supported("setitimer", sysSetitimer, [WHICH, addr, addr]),
  222: supported("timer_create", sysTimerCreate, [int, addr, addr]),
  223: supported("timer_settime", sysTimerSettime, [int, flags([[TIMER_ABSTIME, "TIMER_ABSTIME"]]), addr, addr]),
  224: supported("timer_gettime", sysTimerGettime, [int, addr]),
  225: supported("timer_getoverrun", sysTimerGetoverrun, [int]),
  226: supported("timer_delete", sysTimerDelete, [int]),
};
