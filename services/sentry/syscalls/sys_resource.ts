/** Limits and usage: getrlimit(2), prlimit(2), getrusage(2). */
import { CAP_SYS_RESOURCE } from "../../../shared/abi/capability.ts";
import { EINVAL, EPERM, type Errno, ESRCH, isErrno } from "../../../shared/abi/errno.ts";
import * as r from "../../../shared/abi/resource.ts";
import { MAXIMUM_DESCRIPTORS } from "../kernel/fd_table.ts";
import type { Limits } from "../kernel/limits.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import type { Task } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import { Usage } from "../kernel/thread_group.ts";
import { watchCpuLimit } from "../kernel/time/cpu_limit.ts";
import { addr, oneOf, pid, type RowTable, supported } from "./row.ts";
import { writeUsage } from "./usage.ts";

const { RlimitLayout, RusageLayout, RLIM_INFINITY, RLIM_NLIMITS } = r;
const OLD_AT = 64;

function fromAbi(value: number): number {
  return value >= 2 ** 53 ? Number.POSITIVE_INFINITY : value;
}

function toAbi(value: number): number {
  return value === Number.POSITIVE_INFINITY ? RLIM_INFINITY : value;
}

function storeLimit(task: Task, limits: Limits, resource: number, address: number): 0 | Errno {
  const view = TaskMemory.scratchView;
  RlimitLayout.cur.write(view, OLD_AT, toAbi(limits.soft[resource]));
  RlimitLayout.max.write(view, OLD_AT, toAbi(limits.hard[resource]));
  return task.memory.copyOutScratch(address, OLD_AT, RlimitLayout.byteLength);
}

function changeLimit(task: Task, target: Task, resource: number, address: number): 0 | Errno {
  const copied = task.memory.copyInScratch(address, 0, RlimitLayout.byteLength);
  if (copied < 0) return copied;
  const soft = fromAbi(RlimitLayout.cur.read(TaskMemory.scratchView, 0));
  const hard = fromAbi(RlimitLayout.max.read(TaskMemory.scratchView, 0));
  const { limits } = target.threadGroup;
  if (soft > hard) return -EINVAL;
  if (resource === r.RLIMIT_NOFILE && hard > MAXIMUM_DESCRIPTORS) return -EPERM;
  if (hard > limits.hard[resource] && !task.credentials.has(CAP_SYS_RESOURCE)) return -EPERM;
  limits.soft[resource] = soft;
  limits.hard[resource] = hard;
  if (resource === r.RLIMIT_CPU) watchCpuLimit(target.threadGroup);
  if (resource === r.RLIMIT_NOFILE) for (const one of target.threadGroup.tasks) one.fdTable.limit = soft;
  return 0;
}

/** getrlimit(2). */
export function sysGetrlimit(task: Task, args: SyscallArgs): Result {
  const resource = args.uint(0);
  return resource >= RLIM_NLIMITS ? -EINVAL : storeLimit(task, task.threadGroup.limits, resource, args.addr(1));
}

/** setrlimit(2). */
export function sysSetrlimit(task: Task, args: SyscallArgs): Result {
  const resource = args.uint(0);
  return resource >= RLIM_NLIMITS ? -EINVAL : changeLimit(task, task, resource, args.addr(1));
}

/** prlimit(2). */
export function sysPrlimit64(task: Task, args: SyscallArgs): Result {
  const resource = args.uint(1);
  const newAddr = args.addr(2);
  const oldAddr = args.addr(3);
  if (resource >= RLIM_NLIMITS) return -EINVAL;
  const target = limitTarget(task, args.int(0));
  if (isErrno(target)) return target;
  const { limits } = target.threadGroup;
  const oldSoft = limits.soft[resource];
  const oldHard = limits.hard[resource];
  if (newAddr !== 0) {
    const changed = changeLimit(task, target, resource, newAddr);
    if (changed < 0) return changed;
  }
  if (oldAddr === 0) return 0;
  const view = TaskMemory.scratchView;
  RlimitLayout.cur.write(view, OLD_AT, toAbi(oldSoft));
  RlimitLayout.max.write(view, OLD_AT, toAbi(oldHard));
  return task.memory.copyOutScratch(oldAddr, OLD_AT, RlimitLayout.byteLength);
}

function limitTarget(task: Task, id: number): Task | Errno {
  if (id === 0) return task;
  const target = task.kernel.findTask(id);
  if (target === undefined) return -ESRCH;
  const mine = task.credentials;
  const theirs = target.credentials;
  const isSameUser = mine.ruid === theirs.ruid && mine.ruid === theirs.euid && mine.ruid === theirs.suid;
  const isSameGroup = mine.rgid === theirs.rgid && mine.rgid === theirs.egid && mine.rgid === theirs.sgid;
  return (isSameUser && isSameGroup) || mine.has(CAP_SYS_RESOURCE) ? target : -EPERM;
}

/** getrusage(2). */
export function sysGetrusage(task: Task, args: SyscallArgs): Result {
  const usage = new Usage();
  const group = task.threadGroup;
  switch (args.int(0)) {
    case r.RUSAGE_SELF:
      usage.add(group.usage);
      for (const one of group.tasks) usage.voluntarySwitches += one.voluntarySwitches;
      usage.cpuTimeNs = group.cpuTimeNs();
      usage.maximumRssKb = Math.max(usage.maximumRssKb, Math.floor(task.mm.peakBytes / 1024));
      break;
    case r.RUSAGE_CHILDREN:
      usage.add(group.childrenUsage);
      break;
    case r.RUSAGE_THREAD:
      usage.cpuTimeNs = task.cpuTimeNs();
      usage.voluntarySwitches = task.voluntarySwitches;
      usage.maximumRssKb = Math.floor(task.mm.peakBytes / 1024);
      break;
    default:
      return -EINVAL;
  }
  writeUsage(TaskMemory.scratchView, 0, usage);
  return task.memory.copyOutScratch(args.addr(1), 0, RusageLayout.byteLength);
}

const RESOURCE = oneOf([
  [r.RLIMIT_CPU, "RLIMIT_CPU"],
  [r.RLIMIT_FSIZE, "RLIMIT_FSIZE"],
  [r.RLIMIT_DATA, "RLIMIT_DATA"],
  [r.RLIMIT_STACK, "RLIMIT_STACK"],
  [r.RLIMIT_CORE, "RLIMIT_CORE"],
  [r.RLIMIT_RSS, "RLIMIT_RSS"],
  [r.RLIMIT_NPROC, "RLIMIT_NPROC"],
  [r.RLIMIT_NOFILE, "RLIMIT_NOFILE"],
  [r.RLIMIT_MEMLOCK, "RLIMIT_MEMLOCK"],
  [r.RLIMIT_AS, "RLIMIT_AS"],
]);
const WHO = oneOf([
  [r.RUSAGE_SELF, "RUSAGE_SELF"],
  [r.RUSAGE_CHILDREN, "RUSAGE_CHILDREN"],
  [r.RUSAGE_THREAD, "RUSAGE_THREAD"],
]);

export const resourceRows: RowTable = {
  97: supported("getrlimit", sysGetrlimit, [RESOURCE, addr]),
  98: supported("getrusage", sysGetrusage, [WHO, addr]),
  160: supported("setrlimit", sysSetrlimit, [RESOURCE, addr]),
  302: supported("prlimit64", sysPrlimit64, [pid, RESOURCE, addr, addr]),
};
