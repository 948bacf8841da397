/** Scheduling: the host schedules; what programs set is remembered and told back. sched_*(2), nice(2), getcpu(2), membarrier(2), ioprio. */
import { CAP_SYS_NICE } from "../../../shared/abi/capability.ts";
import { EACCES, EFAULT, EINVAL, EPERM, type Errno, ESRCH, isErrno } from "../../../shared/abi/errno.ts";
import { RLIMIT_NICE } from "../../../shared/abi/resource.ts";
import * as s from "../../../shared/abi/sched.ts";
import { TimespecLayout } from "../../../shared/abi/time.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import type { Task } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import { addr, hex, int, oneOf, partial, pid, type RowTable, size, supported } from "./row.ts";

const { SchedAttrLayout } = s;
const MAXIMUM_PRIORITY = 99;
const SCHED_ATTR_VER0 = 48;

function targetOf(task: Task, tid: number): Task | Errno {
  if (tid < 0) return -EINVAL;
  return tid === 0 ? task : (task.kernel.findTask(tid) ?? -ESRCH);
}

/** As targetOf, for the calls that don't look at the sign. */
function affinityTarget(task: Task, tid: number): Task | Errno {
  return tid < 0 ? -ESRCH : targetOf(task, tid);
}

function maySchedule(task: Task, target: Task): boolean {
  const { euid } = task.credentials;
  return euid === target.credentials.euid || euid === target.credentials.ruid || task.credentials.has(CAP_SYS_NICE);
}

/** sched_yield(2). */
export function sysSchedYield(): Result {
  return 0;
}

function isRealtime(policy: number): boolean {
  return policy === s.SCHED_FIFO || policy === s.SCHED_RR;
}

function isPolicy(policy: number): boolean {
  return policy === s.SCHED_NORMAL || policy === s.SCHED_BATCH || policy === s.SCHED_IDLE || isRealtime(policy);
}

function setPolicy(task: Task, target: Task, policy: number, priority: number): Result {
  if (!isPolicy(policy)) return -EINVAL;
  if (isRealtime(policy) ? priority < 1 || priority > MAXIMUM_PRIORITY : priority !== 0) return -EINVAL;
  if (!maySchedule(task, target)) return -EPERM;
  if (isRealtime(policy) && !task.credentials.has(CAP_SYS_NICE)) return -EPERM;
  target.schedulerPolicy = policy;
  target.schedulerPriority = priority;
  return 0;
}

/** sched_setscheduler(2). */
export function sysSchedSetscheduler(task: Task, args: SyscallArgs): Result {
  const target = targetOf(task, args.int(0));
  if (isErrno(target)) return target;
  const copied = task.memory.copyInScratch(args.addr(2), 0, 4);
  if (copied < 0) return copied;
  const policy = args.int(1) & ~s.SCHED_RESET_ON_FORK;
  return setPolicy(task, target, policy, TaskMemory.scratchView.getInt32(0, true));
}

/** sched_setparam(2). */
export function sysSchedSetparam(task: Task, args: SyscallArgs): Result {
  const target = targetOf(task, args.int(0));
  if (isErrno(target)) return target;
  const copied = task.memory.copyInScratch(args.addr(1), 0, 4);
  if (copied < 0) return copied;
  return setPolicy(task, target, target.schedulerPolicy, TaskMemory.scratchView.getInt32(0, true));
}

/** sched_getscheduler(2). */
export function sysSchedGetscheduler(task: Task, args: SyscallArgs): Result {
  const target = targetOf(task, args.int(0));
  return isErrno(target) ? target : target.schedulerPolicy;
}

/** sched_getparam(2). */
export function sysSchedGetparam(task: Task, args: SyscallArgs): Result {
  const address = args.addr(1);
  if (address === 0) return -EINVAL;
  const target = targetOf(task, args.int(0));
  return isErrno(target) ? target : task.memory.copyOutU32(address, target.schedulerPriority);
}

/** sched_get_priority_max(2). */
export function sysSchedGetPriorityMax(_task: Task, args: SyscallArgs): Result {
  const policy = args.int(0);
  if (!isPolicy(policy) && policy !== s.SCHED_DEADLINE) return -EINVAL;
  return isRealtime(policy) ? MAXIMUM_PRIORITY : 0;
}

/** sched_get_priority_min(2). */
export function sysSchedGetPriorityMin(_task: Task, args: SyscallArgs): Result {
  const policy = args.int(0);
  if (!isPolicy(policy) && policy !== s.SCHED_DEADLINE) return -EINVAL;
  return isRealtime(policy) ? 1 : 0;
}

/** sched_rr_get_interval(2). */
export function sysSchedRrGetInterval(task: Task, args: SyscallArgs): Result {
  const target = targetOf(task, args.int(0));
  if (isErrno(target)) return target;
  TimespecLayout.sec.write(TaskMemory.scratchView, 0, 0);
  TimespecLayout.nsec.write(TaskMemory.scratchView, 0, target.schedulerPolicy === s.SCHED_RR ? 100_000_000 : 3_000_000);
  return task.memory.copyOutScratch(args.addr(1), 0, TimespecLayout.byteLength);
}

const AFFINITY_BYTES = 128;

/** sched_setaffinity(2): must name a processor that exists. */
export function sysSchedSetaffinity(task: Task, args: SyscallArgs): Result {
  const target = affinityTarget(task, args.int(0));
  if (isErrno(target)) return target;
  if (!maySchedule(task, target)) return -EPERM;
  const wanted = new Uint8Array(AFFINITY_BYTES);
  const copied = task.memory.copyIn(args.addr(2), wanted, 0, Math.min(args.size(1), AFFINITY_BYTES));
  if (copied < 0) return copied;
  const mask = allProcessors(task).map((bits, i) => bits & wanted[i]);
  if (mask.every((bits) => bits === 0)) return -EINVAL;
  target.setAffinity(mask);
  return 0;
}

/** Whole 64-bit words, as the system call counts them. */
function allProcessors(task: Task): Uint8Array {
  const cpus = task.kernel.cpuCount;
  const mask = new Uint8Array(Math.ceil(cpus / 64) * 8);
  for (let cpu = 0; cpu < cpus; cpu++) mask[cpu >> 3] |= 1 << (cpu & 7);
  return mask;
}

/** sched_getaffinity(2). Returns the bytes of the mask, as the system call does. */
export function sysSchedGetaffinity(task: Task, args: SyscallArgs): Result {
  const target = affinityTarget(task, args.int(0));
  const length = args.size(1);
  const all = allProcessors(task);
  if (length < all.length || length % 8 !== 0) return -EINVAL;
  if (isErrno(target)) return target;
  const copied = task.memory.copyOut(args.addr(2), target.affinity ?? all, 0, all.length);
  return copied < 0 ? copied : all.length;
}

/** sched_setattr(2). */
export function sysSchedSetattr(task: Task, args: SyscallArgs): Result {
  const target = targetOf(task, args.int(0));
  const address = args.addr(1);
  if (isErrno(target) || address === 0 || args.uint(2) !== 0) return isErrno(target) ? target : -EINVAL;
  const copied = task.memory.copyInScratch(address, 0, SCHED_ATTR_VER0);
  if (copied < 0) return copied;
  const view = TaskMemory.scratchView;
  const policy = SchedAttrLayout.policy.read(view, 0);
  const nice = SchedAttrLayout.nice.read(view, 0);
  const result = setPolicy(task, target, policy, SchedAttrLayout.priority.read(view, 0));
  if (result === 0 && !isRealtime(policy)) return setNice(task, target, nice);
  return result;
}

/** sched_getattr(2). */
export function sysSchedGetattr(task: Task, args: SyscallArgs): Result {
  const target = targetOf(task, args.int(0));
  const length = args.uint(2);
  if (isErrno(target)) return target;
  if (length < SCHED_ATTR_VER0 || args.uint(3) !== 0) return -EINVAL;
  const view = TaskMemory.scratchView;
  const bytes = Math.min(length, SchedAttrLayout.byteLength);
  SchedAttrLayout.zero(view, 0);
  SchedAttrLayout.size.write(view, 0, bytes);
  SchedAttrLayout.policy.write(view, 0, target.schedulerPolicy);
  SchedAttrLayout.nice.write(view, 0, target.nice);
  SchedAttrLayout.priority.write(view, 0, target.schedulerPriority);
  return task.memory.copyOutScratch(args.addr(1), 0, bytes);
}

function setNice(task: Task, target: Task, wanted: number): Result {
  const nice = Math.max(-20, Math.min(19, wanted));
  if (!maySchedule(task, target)) return -EPERM;
  const lowest = 20 - target.threadGroup.limits.soft[RLIMIT_NICE];
  if (nice < target.nice && nice < lowest && !task.credentials.has(CAP_SYS_NICE)) return -EACCES;
  target.nice = nice;
  return 0;
}

/** The tasks that getpriority(2) and setpriority(2) mean. */
function selectTasks(task: Task, which: number, who: number): Task[] | Errno {
  const all = [...task.threadGroup.pidNamespace.tasks.values()].filter((other) => !other.isExited);
  switch (which) {
    case s.PRIO_PROCESS: {
      const target = who === 0 ? task : task.kernel.findTask(who);
      return target === undefined || target.isExited ? -ESRCH : [target];
    }
    case s.PRIO_PGRP: {
      const id = who === 0 ? task.threadGroup.processGroup.id : who;
      const found = all.filter((other) => other.threadGroup.processGroup.id === id);
      return found.length === 0 ? -ESRCH : found;
    }
    case s.PRIO_USER: {
      const uid = who === 0 ? task.credentials.ruid : who;
      const found = all.filter((other) => other.credentials.ruid === uid);
      return found.length === 0 ? -ESRCH : found;
    }
    default:
      return -EINVAL;
  }
}

/** getpriority(2): 20 - nice, as the raw call gives it. */
export function sysGetpriority(task: Task, args: SyscallArgs): Result {
  const tasks = selectTasks(task, args.int(0), args.int(1));
  if (isErrno(tasks)) return tasks;
  return 20 - Math.min(...tasks.map((one) => one.nice));
}

/** setpriority(2). */
export function sysSetpriority(task: Task, args: SyscallArgs): Result {
  const tasks = selectTasks(task, args.int(0), args.int(1));
  if (isErrno(tasks)) return tasks;
  let result: Result = 0;
  for (const one of tasks) {
    const set = setNice(task, one, args.int(2));
    if (set < 0) result = set;
  }
  return result;
}

/** getcpu(2). */
export function sysGetcpu(task: Task, args: SyscallArgs): Result {
  const cpuAddr = args.addr(0);
  const nodeAddr = args.addr(1);
  if (cpuAddr !== 0 && task.memory.copyOutU32(cpuAddr, 0) < 0) return -EFAULT;
  if (nodeAddr !== 0 && task.memory.copyOutU32(nodeAddr, 0) < 0) return -EFAULT;
  return 0;
}

/** membarrier(2): the query says that nothing is offered, and programs do without. */
export function sysMembarrier(_task: Task, args: SyscallArgs): Result {
  return args.int(0) === 0 && args.uint(1) === 0 ? 0 : -EINVAL;
}

/** ioprio_get(2): no priority was set. */
export function sysIoprioGet(task: Task, args: SyscallArgs): Result {
  const which = args.int(0);
  if (which < s.IOPRIO_WHO_PROCESS || which > s.IOPRIO_WHO_USER) return -EINVAL;
  return which === s.IOPRIO_WHO_PROCESS && isErrno(targetOf(task, args.int(1))) ? -ESRCH : 0;
}

/** ioprio_set(2). */
export function sysIoprioSet(task: Task, args: SyscallArgs): Result {
  return sysIoprioGet(task, args);
}

const POLICY = oneOf([
  [s.SCHED_NORMAL, "SCHED_OTHER"],
  [s.SCHED_FIFO, "SCHED_FIFO"],
  [s.SCHED_RR, "SCHED_RR"],
  [s.SCHED_BATCH, "SCHED_BATCH"],
  [s.SCHED_IDLE, "SCHED_IDLE"],
]);
const REMEMBERED = "remembered, but the host schedules as it likes";

export const schedRows: RowTable = {
  24: supported("sched_yield", sysSchedYield, []),
  140: supported("getpriority", sysGetpriority, [int, int]),
  141: partial("setpriority", sysSetpriority, [int, int, int], REMEMBERED),
  142: partial("sched_setparam", sysSchedSetparam, [pid, addr], REMEMBERED),
  143: supported("sched_getparam", sysSchedGetparam, [pid, addr]),
  144: partial("sched_setscheduler", sysSchedSetscheduler, [pid, POLICY, addr], REMEMBERED),
  145: supported("sched_getscheduler", sysSchedGetscheduler, [pid]),
  146: supported("sched_get_priority_max", sysSchedGetPriorityMax, [POLICY]),
  147: supported("sched_get_priority_min", sysSchedGetPriorityMin, [POLICY]),
  148: supported("sched_rr_get_interval", sysSchedRrGetInterval, [pid, addr]),
  203: supported("sched_setaffinity", sysSchedSetaffinity, [pid, size, addr]),
  204: supported("sched_getaffinity", sysSchedGetaffinity, [pid, size, addr]),
  251: partial("ioprio_set", sysIoprioSet, [int, int, int], "accepted, of no effect"),
  252: partial("ioprio_get", sysIoprioGet, [int, int], "always 0"),
  309: partial("getcpu", sysGetcpu, [addr, addr], "always processor 0; the vDSO tells the true one"),
  314: partial("sched_setattr", sysSchedSetattr, [pid, addr, hex], REMEMBERED),
  315: supported("sched_getattr", sysSchedGetattr, [pid, addr, size, hex]),
  324: partial("membarrier", sysMembarrier, [int, hex, int], "no command is offered"),
};
