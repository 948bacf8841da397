/** Who am I and whose: getpid(2), getppid(2), set_tid_address(2), set_robust_list(2), sessions and process groups, exit(2). */
import { EACCES, EINVAL, EPERM, ESRCH } from "../../../shared/abi/errno.ts";
import { RobustListHeadLayout } from "../../../shared/abi/futex.ts";
import { mayTrace } from "../kernel/permissions.ts";
import type { Result } from "../kernel/result.ts";
import { TAKEN } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import type { Task } from "../kernel/task.ts";
import { exitedStatus, exitGroup, exitTask } from "../kernel/task_exit.ts";
import type { ThreadGroup } from "../kernel/thread_group.ts";
import { addr, int, pid, type RowTable, size, supported } from "./row.ts";

/** getpid(2). */
export function sysGetpid(task: Task): Result {
  return task.threadGroup.pid;
}

/** gettid(2). */
export function sysGettid(task: Task): Result {
  return task.tid;
}

/** getppid(2): 0 for a process whose parent is outside. */
export function sysGetppid(task: Task): Result {
  return task.threadGroup.parent?.pid ?? 0;
}

/** set_tid_address(2). */
export function sysSetTidAddress(task: Task, args: SyscallArgs): Result {
  task.clearChildTid = args.addr(0);
  return task.tid;
}

/** set_robust_list(2). */
export function sysSetRobustList(task: Task, args: SyscallArgs): Result {
  if (args.size(1) !== RobustListHeadLayout.byteLength) return -EINVAL;
  task.robustListHead = args.addr(0);
  return 0;
}

/** get_robust_list(2). */
export function sysGetRobustList(task: Task, args: SyscallArgs): Result {
  const tid = args.int(0);
  const target = tid === 0 ? task : task.kernel.findTask(tid);
  if (target === undefined) return -ESRCH;
  if (!mayTrace(task, target)) return -EPERM;
  const stored = task.memory.copyOutU64(args.addr(2), RobustListHeadLayout.byteLength);
  return stored < 0 ? stored : task.memory.copyOutU64(args.addr(1), target.robustListHead);
}

/** exit(2): of this task only. */
export function sysExit(task: Task, args: SyscallArgs): Result {
  const group = task.threadGroup;
  // A process whose tasks all leave by exit(2) has its leader's status.
  if (!group.isExiting && (task.isLeader || group.tasks.size === 1)) {
    if (task.isLeader) group.exitStatus = exitedStatus(args.int(0));
  }
  exitTask(task);
  return TAKEN;
}

/** exit_group(2). */
export function sysExitGroup(task: Task, args: SyscallArgs): Result {
  exitGroup(task.threadGroup, exitedStatus(args.int(0)));
  exitTask(task);
  return TAKEN;
}

function findGroup(task: Task, id: number): ThreadGroup | undefined {
  return id === 0 ? task.threadGroup : task.threadGroup.pidNamespace.threadGroup(id);
}

/** getpgid(2). */
export function sysGetpgid(task: Task, args: SyscallArgs): Result {
  return getProcessGroup(task, args.int(0));
}

/** getpgrp(2). */
export function sysGetpgrp(task: Task): Result {
  return getProcessGroup(task, 0);
}

function getProcessGroup(task: Task, id: number): Result {
  const target = id === 0 ? task : task.kernel.findTask(id);
  return target === undefined ? -ESRCH : target.threadGroup.processGroup.id;
}

/** getsid(2). */
export function sysGetsid(task: Task, args: SyscallArgs): Result {
  const id = args.int(0);
  const target = id === 0 ? task : task.kernel.findTask(id);
  return target === undefined ? -ESRCH : target.threadGroup.session.id;
}

/** setpgid(2). */
export function sysSetpgid(task: Task, args: SyscallArgs): Result {
  return setpgid(task, args.int(0), args.int(1));
}

function setpgid(task: Task, id: number, groupId: number): Result {
  if (groupId < 0) return -EINVAL;
  const self = task.threadGroup;
  const target = findGroup(task, id);
  if (target === undefined) return id !== 0 && task.kernel.findTask(id) !== undefined ? -EINVAL : -ESRCH;
  if (target !== self) {
    if (target.parent !== self || target.isExited) return -ESRCH;
    if (target.session !== self.session) return -EPERM;
    if (target.hasExeced) return -EACCES;
  }
  if (target.session.leader === target) return -EPERM;
  const wanted = groupId === 0 ? target.pid : groupId;
  const { processGroups } = self.pidNamespace;
  const existing = processGroups.get(wanted);
  if (wanted === target.pid) {
    target.moveTo(existing ?? self.pidNamespace.newProcessGroup(target.session, wanted));
    return 0;
  }
  if (existing === undefined || existing.session !== self.session) return -EPERM;
  target.moveTo(existing);
  return 0;
}

/** setsid(2). */
export function sysSetsid(task: Task): Result {
  const group = task.threadGroup;
  const { pidNamespace } = group;
  if (group.session.leader === group || pidNamespace.processGroups.has(group.pid)) return -EPERM;
  group.moveTo(pidNamespace.newSession(group, group.pid));
  return group.pid;
}

export const processRows: RowTable = {
  39: supported("getpid", sysGetpid, []),
  60: supported("exit", sysExit, [int]),
  109: supported("setpgid", sysSetpgid, [pid, pid]),
  110: supported("getppid", sysGetppid, []),
  111: supported("getpgrp", sysGetpgrp, []),
  112: supported("setsid", sysSetsid, []),
  121: supported("getpgid", sysGetpgid, [pid]),
  124: supported("getsid", sysGetsid, [pid]),
  186: supported("gettid", sysGettid, []),
  218: supported("set_tid_address", sysSetTidAddress, [addr]),
  231: supported("exit_group", sysExitGroup, [int]),
  273: supported("set_robust_list", sysSetRobustList, [addr, size]),
  274: supported("get_robust_list", sysGetRobustList, [pid, addr, addr]),
};
