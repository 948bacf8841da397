/**
 * System V semaphores: semget(2), semop(2), semtimedop(2), semctl(2).
 *
 * Unlike Linux, a list of SEM_UNDO adjustments belongs to a process, whatever CLONE_SYSVSEM said, because threads always share it and nothing else does.
 */
import { E2BIG, EAGAIN, EFBIG, EINTR, EINVAL, type Errno, isErrno } from "../../../shared/abi/errno.ts";
import {
  GETALL,
  GETNCNT,
  GETPID,
  GETVAL,
  GETZCNT,
  IPC_CREAT,
  IPC_EXCL,
  IPC_INFO,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
  SEM_INFO,
  SEM_STAT,
  SEM_STAT_ANY,
  SEMAEM,
  SEMMNI,
  SEMMNS,
  SEMMSL,
  SEMOPM,
  SEMVMX,
  SETALL,
  SETVAL,
  SembufLayout,
  SemidDsLayout,
  SeminfoLayout,
} from "../../../shared/abi/ipc.ts";
import { TimespecLayout } from "../../../shared/abi/time.ts";
import { IPC_READ, IPC_WRITE } from "../kernel/ipc/ipc_object.ts";
import {
  MUST_WAIT,
  PendingOperations,
  type SemaphoreOperation,
  type SemaphoreSet,
} from "../kernel/ipc/semaphore_set.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import { type Task, WAKE_READY, WAKE_SIGNAL, WAKE_TIMEOUT } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import { ownerFrom, writeOwner } from "./ipc_permissions.ts";
import { addr, flags, hex, int, oneOf, type RowTable, size, supported } from "./row.ts";
import { timespecNs } from "./sys_time.ts";

/** semget(2). */
export function sysSemget(task: Task, args: SyscallArgs): Result {
  return semget(task, args.int(0), args.int(1), args.int(2));
}

function semget(task: Task, key: number, count: number, semFlags: number): Result {
  if (count < 0 || count > SEMMSL) return -EINVAL;
  const { semaphores } = task.ipc;
  return semaphores.open(
    key,
    semFlags,
    task.credentials,
    () => semaphores.create(key, semFlags, count, task.credentials),
    (set) => (count > set.count ? -EINVAL : 0),
  );
}

/** semop(2). */
export function sysSemop(task: Task, args: SyscallArgs): Result {
  return semtimedop(task, args.int(0), args.addr(1), args.size(2), 0);
}

/** semtimedop(2). */
export function sysSemtimedop(task: Task, args: SyscallArgs): Result {
  return semtimedop(task, args.int(0), args.addr(1), args.size(2), args.addr(3));
}

/** What a semop(2) that waits remembers. */
class Waiting {
  readonly set: SemaphoreSet;
  readonly pending: PendingOperations;
  readonly deadlineNs: number;

  constructor(set: SemaphoreSet, pending: PendingOperations, deadlineNs: number) {
    this.set = set;
    this.pending = pending;
    this.deadlineNs = deadlineNs;
  }
}

function semtimedop(task: Task, id: number, address: number, count: number, timeoutAddr: number): Result {
  if (task.callState instanceof Waiting) return goOn(task, task.callState);
  if (count < 1 || id < 0) return -EINVAL;
  if (count > SEMOPM) return -E2BIG;
  let deadlineNs = Number.POSITIVE_INFINITY;
  if (timeoutAddr !== 0) {
    const copied = task.memory.copyInScratch(timeoutAddr, 0, TimespecLayout.byteLength);
    if (copied < 0) return copied;
    const timeoutNs = timespecNs(0);
    if (timeoutNs < 0) return timeoutNs;
    deadlineNs = task.nowNs() + timeoutNs;
  }
  const operations = readOperations(task, address, count);
  if (isErrno(operations)) return operations;
  const set = task.ipc.semaphores.get(id);
  if (isErrno(set)) return set;
  if (operations.some(({ number }) => number >= set.count)) return -EFBIG;
  const wanted = operations.some(({ change }) => change !== 0) ? IPC_WRITE : IPC_READ;
  const allowed = set.checkAccess(task.credentials, wanted);
  if (allowed < 0) return allowed;

  const pid = task.threadGroup.pid;
  const pending = new PendingOperations(operations, pid, task.threadGroup, () => task.wake(WAKE_READY));
  const result = set.operate(pending);
  if (result !== MUST_WAIT) return result;
  set.addPending(pending);
  task.callState = new Waiting(set, pending, deadlineNs);
  return task.block(deadlineNs);
}

/** It runs again: whoever changed the set has done the operations already, or nobody has. */
function goOn(task: Task, { set, pending, deadlineNs }: Waiting): Result {
  if (pending.result !== MUST_WAIT) return pending.result;
  if (task.wakeReason !== WAKE_SIGNAL && task.wakeReason !== WAKE_TIMEOUT) return task.block(deadlineNs);
  set.removePending(pending);
  // As on Linux, never restarted, not even without a handler: signal(7).
  return task.wakeReason === WAKE_TIMEOUT ? -EAGAIN : -EINTR;
}

function readOperations(task: Task, address: number, count: number): SemaphoreOperation[] | Errno {
  const copied = task.memory.copyInScratch(address, 0, count * SembufLayout.byteLength);
  if (copied < 0) return copied;
  const view = TaskMemory.scratchView;
  return Array.from({ length: count }, (_, i) => ({
    number: SembufLayout.num.read(view, i * SembufLayout.byteLength),
    change: SembufLayout.op.read(view, i * SembufLayout.byteLength),
    flags: SembufLayout.flg.read(view, i * SembufLayout.byteLength),
  }));
}

/** semctl(2). */
export function sysSemctl(task: Task, args: SyscallArgs): Result {
  return semctl(task, args.int(0), args.int(1), args.int(2), args.addr(3), args.int(3));
}

/** The last argument is a union: `address` or `value`. */
function semctl(task: Task, id: number, number: number, command: number, address: number, value: number): Result {
  if (id < 0) return -EINVAL;
  const { semaphores } = task.ipc;
  switch (command) {
    case IPC_INFO:
    case SEM_INFO:
      return storeInfo(task, address, command === SEM_INFO);
    case IPC_STAT:
    case SEM_STAT:
    case SEM_STAT_ANY: {
      const set = command === IPC_STAT ? semaphores.get(id) : semaphores.at(id);
      if (isErrno(set)) return set;
      const allowed = command === SEM_STAT_ANY ? 0 : set.checkAccess(task.credentials, IPC_READ);
      if (allowed < 0) return allowed;
      const stored = storeStatus(task, address, set);
      return stored < 0 || command === IPC_STAT ? stored : set.id;
    }
    case IPC_SET:
    case IPC_RMID: {
      const set = semaphores.get(id);
      return isErrno(set) ? set : change(task, set, command, address);
    }
    case GETVAL:
    case GETPID:
    case GETNCNT:
    case GETZCNT:
    case GETALL: {
      const set = semaphores.get(id);
      return isErrno(set) ? set : get(task, set, number, command, address);
    }
    case SETVAL:
    case SETALL: {
      const set = semaphores.get(id);
      if (isErrno(set)) return set;
      return command === SETVAL ? setOne(task, set, number, value) : setAll(task, set, address);
    }
    default:
      return -EINVAL;
  }
}

function get(task: Task, set: SemaphoreSet, number: number, command: number, address: number): Result {
  const allowed = set.checkAccess(task.credentials, IPC_READ);
  if (allowed < 0) return allowed;
  if (command === GETALL) {
    const values = new Uint8Array(new Uint16Array(set.values).buffer);
    return task.memory.copyOut(address, values, 0, values.length);
  }
  if (number < 0 || number >= set.count) return -EINVAL;
  if (command === GETVAL) return set.values[number];
  if (command === GETPID) return set.pids[number];
  return set.waitersOf(number, command === GETZCNT);
}

function setOne(task: Task, set: SemaphoreSet, number: number, value: number): Result {
  const allowed = set.checkAccess(task.credentials, IPC_WRITE);
  if (allowed < 0) return allowed;
  if (number < 0 || number >= set.count) return -EINVAL;
  return set.setValues(number, [value], task.threadGroup.pid);
}

function setAll(task: Task, set: SemaphoreSet, address: number): Result {
  const allowed = set.checkAccess(task.credentials, IPC_WRITE);
  if (allowed < 0) return allowed;
  const values = new Uint16Array(set.count);
  const copied = task.memory.copyIn(address, new Uint8Array(values.buffer), 0, values.byteLength);
  return copied < 0 ? copied : set.setValues(0, [...values], task.threadGroup.pid);
}

function change(task: Task, set: SemaphoreSet, command: number, address: number): Result {
  if (command === IPC_SET) {
    const copied = task.memory.copyInScratch(address, 0, SemidDsLayout.byteLength);
    if (copied < 0) return copied;
  }
  const allowed = set.checkControl(task.credentials);
  if (allowed < 0) return allowed;
  if (command === IPC_RMID) {
    task.ipc.semaphores.remove(set);
    return 0;
  }
  const owner = ownerFrom(SemidDsLayout);
  if (isErrno(owner)) return owner;
  set.setOwner(owner.uid, owner.gid, owner.mode, task.ipc.nowSec());
  return 0;
}

function storeStatus(task: Task, address: number, set: SemaphoreSet): 0 | Errno {
  const view = TaskMemory.scratchView;
  writeOwner(SemidDsLayout, view, set);
  SemidDsLayout.otime.write(view, 0, set.operationSec);
  SemidDsLayout.ctime.write(view, 0, set.changeSec);
  SemidDsLayout.nsems.write(view, 0, set.count);
  return task.memory.copyOutScratch(address, 0, SemidDsLayout.byteLength);
}

function storeInfo(task: Task, address: number, isUse: boolean): Result {
  /** What Linux tells of limits that it doesn't have. */
  const SEMUSZ = 20;
  const { semaphores } = task.ipc;
  const view = TaskMemory.scratchView;
  SeminfoLayout.semmap.write(view, 0, SEMMNS);
  SeminfoLayout.semmni.write(view, 0, SEMMNI);
  SeminfoLayout.semmns.write(view, 0, SEMMNS);
  SeminfoLayout.semmnu.write(view, 0, SEMMNS);
  SeminfoLayout.semmsl.write(view, 0, SEMMSL);
  SeminfoLayout.semopm.write(view, 0, SEMOPM);
  SeminfoLayout.semume.write(view, 0, SEMOPM);
  SeminfoLayout.semusz.write(view, 0, isUse ? semaphores.count : SEMUSZ);
  SeminfoLayout.semvmx.write(view, 0, SEMVMX);
  SeminfoLayout.semaem.write(view, 0, isUse ? semaphores.total : SEMAEM);
  const stored = task.memory.copyOutScratch(address, 0, SeminfoLayout.byteLength);
  return stored < 0 ? stored : semaphores.highestIndex;
}

const GET_FLAGS = [
  [IPC_CREAT, "IPC_CREAT"],
  [IPC_EXCL, "IPC_EXCL"],
] as const;

const COMMANDS = [
  [IPC_RMID, "IPC_RMID"],
  [IPC_SET, "IPC_SET"],
  [IPC_STAT, "IPC_STAT"],
  [IPC_INFO, "IPC_INFO"],
  [GETPID, "GETPID"],
  [GETVAL, "GETVAL"],
  [GETALL, "GETALL"],
  [GETNCNT, "GETNCNT"],
  [GETZCNT, "GETZCNT"],
  [SETVAL, "SETVAL"],
  [SETALL, "SETALL"],
  [SEM_STAT, "SEM_STAT"],
  [SEM_INFO, "SEM_INFO"],
  [SEM_STAT_ANY, "SEM_STAT_ANY"],
] as const;

export const semRows: RowTable = {
  64: supported("semget", sysSemget, [hex, int, flags(GET_FLAGS)]),
  65: supported("semop", sysSemop, [int, addr, size]),
  66: supported("semctl", sysSemctl, [int, int, oneOf(COMMANDS), hex]),
  220: supported("semtimedop", sysSemtimedop, [int, addr, size, addr]),
};
