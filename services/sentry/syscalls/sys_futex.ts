/**
 * futex(2), shared and priority-inheriting. Waits on process-private words run on the host, in the stub; the operations here serve them all the same.
 *
 * The lock word of a PI futex, and the second word of FUTEX_WAKE_OP, are changed by application code while we look at them. Reading and writing such a word from
 * here isn't one atomic step: unlike Linux, an owner that unlocks without the kernel in just that moment can be overwritten. Nothing common uses these on hot
 * paths; an order that lets the calling thread compare and swap would close the gap.
 */
import {
  EAGAIN,
  EDEADLK,
  EFAULT,
  EINVAL,
  ENOSYS,
  EPERM,
  ERESTART_RESTARTBLOCK,
  ERESTARTNOINTR,
  ERESTARTSYS,
  type Errno,
  ESRCH,
  ETIMEDOUT,
  isErrno,
} from "../../../shared/abi/errno.ts";
import * as x from "../../../shared/abi/futex.ts";
import { TimespecLayout } from "../../../shared/abi/time.ts";
import { type FutexKey, FutexWaiter } from "../kernel/futex.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import { type Task, WAKE_SIGNAL, WAKE_TIMEOUT } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import { addr, oneOf, partial, type RowTable, uint } from "./row.ts";
import { timespecNs } from "./sys_time.ts";

const COMMAND_MASK = 0x7f;

/** futex(2). */
export function sysFutex(task: Task, args: SyscallArgs): Result {
  const operation = args.int(1);
  const command = operation & COMMAND_MASK;
  const isRealtime = (operation & x.FUTEX_CLOCK_REALTIME) !== 0;
  const address = args.addr(0);
  const value = args.uint(2);
  switch (command) {
    case x.FUTEX_WAIT:
      return wait(task, args, address, value, x.FUTEX_BITSET_MATCH_ANY, false, false);
    case x.FUTEX_WAIT_BITSET:
      return wait(task, args, address, value, args.uint(5), true, isRealtime);
    case x.FUTEX_WAKE:
      return wake(task, address, value, x.FUTEX_BITSET_MATCH_ANY);
    case x.FUTEX_WAKE_BITSET:
      return wake(task, address, value, args.uint(5));
    case x.FUTEX_REQUEUE:
      return requeue(task, address, value, args.uint(3), args.addr(4), null);
    case x.FUTEX_CMP_REQUEUE:
      return requeue(task, address, value, args.uint(3), args.addr(4), args.uint(5));
    case x.FUTEX_WAKE_OP:
      return wakeOp(task, address, value, args.uint(3), args.addr(4), args.uint(5));
    case x.FUTEX_LOCK_PI:
      return lockPi(task, args, address, true);
    case x.FUTEX_LOCK_PI2:
      return lockPi(task, args, address, isRealtime);
    case x.FUTEX_TRYLOCK_PI:
      return tryLockPi(task, address);
    case x.FUTEX_UNLOCK_PI:
      return unlockPi(task, address);
    default:
      return -ENOSYS;
  }
}

function keyOf(task: Task, address: number): FutexKey | Errno {
  if (address % 4 !== 0) return -EINVAL;
  return task.mm.futexKey(address) ?? -EFAULT;
}

function readWord(task: Task, address: number): number | Errno {
  const { scratch, scratchView } = TaskMemory;
  if (task.thread.space.read(address, scratch, 0, 4) !== 4) return -EFAULT;
  return scratchView.getUint32(0, true);
}

function writeWord(task: Task, address: number, word: number): 0 | Errno {
  TaskMemory.scratchView.setUint32(0, word >>> 0, true);
  return task.thread.space.write(address, TaskMemory.scratch, 0, 4) === 4 ? 0 : -EFAULT;
}

/** When a wait ends, on CLOCK_MONOTONIC: Infinity without a timeout. */
function deadlineOf(task: Task, address: number, isAbsolute: boolean, isRealtime: boolean): number | Errno {
  if (address === 0) return Number.POSITIVE_INFINITY;
  const copied = task.memory.copyInScratch(address, 0, TimespecLayout.byteLength);
  if (copied < 0) return copied;
  const ns = timespecNs(0);
  if (isErrno(ns)) return ns;
  if (!isAbsolute) return task.nowNs() + ns;
  return isRealtime ? task.kernel.timekeeper.realtimeToMonotonicNs(ns) : ns;
}

function wait(
  task: Task,
  args: SyscallArgs,
  address: number,
  expected: number,
  bitset: number,
  isAbsolute: boolean,
  isRealtime: boolean,
): Result {
  const waiting = task.callState as FutexWaiter | null;
  if (waiting !== null) {
    if (waiting.isWoken) return 0;
    task.kernel.futexes.remove(waiting);
    if (task.wakeReason === WAKE_TIMEOUT) return -ETIMEDOUT;
    if (task.wakeReason === WAKE_SIGNAL) {
      return waiting.deadlineNs === Number.POSITIVE_INFINITY ? -ERESTARTSYS : -ERESTART_RESTARTBLOCK;
    }
  }
  if (bitset === 0) return -EINVAL;
  const key = keyOf(task, address);
  if (isErrno(key)) return key;
  // A restart keeps the deadline of the first run.
  const deadlineNs = waiting?.deadlineNs ?? deadlineOf(task, args.addr(3), isAbsolute, isRealtime);
  if (isErrno(deadlineNs)) return deadlineNs;
  const word = readWord(task, address);
  if (word < 0) return word;
  if (word !== expected) return -EAGAIN;
  const waiter = new FutexWaiter(task, bitset, deadlineNs);
  task.kernel.futexes.add(key, waiter);
  task.callState = waiter;
  return task.block(deadlineNs);
}

function wake(task: Task, address: number, count: number, bitset: number): Result {
  if (bitset === 0) return -EINVAL;
  const key = keyOf(task, address);
  // As Linux: at least one is woken, whatever the count says.
  return isErrno(key) ? key : task.kernel.futexes.wake(key, Math.max(1, count | 0), bitset);
}

function requeue(
  task: Task,
  address: number,
  wakeCount: number,
  requeueCount: number,
  target: number,
  expected: number | null,
): Result {
  if ((wakeCount | 0) < 0 || (requeueCount | 0) < 0) return -EINVAL;
  const from = keyOf(task, address);
  if (isErrno(from)) return from;
  const to = keyOf(task, target);
  if (isErrno(to)) return to;
  if (expected !== null) {
    const word = readWord(task, address);
    if (word < 0) return word;
    if (word !== expected) return -EAGAIN;
  }
  const [woken, moved] = task.kernel.futexes.requeue(from, to, wakeCount, requeueCount);
  return expected === null ? woken : woken + moved;
}

function signExtend12(value: number): number {
  return (value << 20) >> 20;
}

function wakeOp(
  task: Task,
  address: number,
  wakeCount: number,
  wakeCount2: number,
  address2: number,
  encoded: number,
): Result {
  const key = keyOf(task, address);
  if (isErrno(key)) return key;
  const key2 = keyOf(task, address2);
  if (isErrno(key2)) return key2;
  const operation = (encoded >>> 28) & 7;
  const comparison = (encoded >>> 24) & 15;
  let operand = signExtend12((encoded >>> 12) & 0xfff);
  const compared = signExtend12(encoded & 0xfff);
  if ((encoded >>> 28) & x.FUTEX_OP_OPARG_SHIFT) operand = 1 << (operand & 31);
  const old = readWord(task, address2);
  if (old < 0) return old;
  const changed = applyOperation(operation, old, operand);
  if (changed === null) return -ENOSYS;
  const written = writeWord(task, address2, changed);
  if (written < 0) return written;
  const met = compare(comparison, old | 0, compared);
  if (met === null) return -ENOSYS;
  let woken = task.kernel.futexes.wake(key, Math.max(1, wakeCount | 0), -1);
  if (met) woken += task.kernel.futexes.wake(key2, Math.max(1, wakeCount2 | 0), -1);
  return woken;
}

function applyOperation(operation: number, old: number, operand: number): number | null {
  switch (operation) {
    case x.FUTEX_OP_SET:
      return operand;
    case x.FUTEX_OP_ADD:
      return old + operand;
    case x.FUTEX_OP_OR:
      return old | operand;
    case x.FUTEX_OP_ANDN:
      return old & ~operand;
    case x.FUTEX_OP_XOR:
      return old ^ operand;
    default:
      return null;
  }
}

function compare(comparison: number, old: number, to: number): boolean | null {
  switch (comparison) {
    case x.FUTEX_OP_CMP_EQ:
      return old === to;
    case x.FUTEX_OP_CMP_NE:
      return old !== to;
    case x.FUTEX_OP_CMP_LT:
      return old < to;
    case x.FUTEX_OP_CMP_LE:
      return old <= to;
    case x.FUTEX_OP_CMP_GT:
      return old > to;
    case x.FUTEX_OP_CMP_GE:
      return old >= to;
    default:
      return null;
  }
}

// --- priority inheritance: priorities themselves are the host's affair, the hand-over is ours ---

const TID_MASK = x.FUTEX_TID_MASK;
const WAITERS = x.FUTEX_WAITERS;
const OWNER_DIED = x.FUTEX_OWNER_DIED;

/** Takes the lock if it is free or its owner is dead; -EAGAIN if somebody holds it. */
function takeIfFree(task: Task, address: number, key: FutexKey): Result {
  const word = readWord(task, address);
  if (word < 0) return word;
  const owner = word & TID_MASK;
  if (owner === task.tid) return -EDEADLK;
  if (owner !== 0) {
    const holder = task.kernel.findTask(owner);
    if (holder === undefined || holder.isExited) return -ESRCH;
    return -EAGAIN;
  }
  const waiters = task.kernel.futexes.hasPiWaiter(key) ? WAITERS : 0;
  return writeWord(task, address, task.tid | (word & OWNER_DIED) | waiters);
}

function tryLockPi(task: Task, address: number): Result {
  const key = keyOf(task, address);
  if (isErrno(key)) return key;
  return takeIfFree(task, address, key);
}

function lockPi(task: Task, args: SyscallArgs, address: number, isRealtime: boolean): Result {
  const waiting = task.callState as FutexWaiter | null;
  if (waiting !== null) {
    // unlockPi has made us the owner before it woke us.
    if (waiting.isWoken) return 0;
    task.kernel.futexes.remove(waiting);
    if (task.wakeReason === WAKE_TIMEOUT) return -ETIMEDOUT;
    if (task.wakeReason === WAKE_SIGNAL) return -ERESTARTNOINTR;
  }
  const key = keyOf(task, address);
  if (isErrno(key)) return key;
  const deadlineNs = waiting?.deadlineNs ?? deadlineOf(task, args.addr(3), true, isRealtime);
  if (isErrno(deadlineNs)) return deadlineNs;
  const taken = takeIfFree(task, address, key);
  if (taken !== -EAGAIN) return taken;
  const word = readWord(task, address);
  if (word < 0) return word;
  const marked = writeWord(task, address, word | WAITERS);
  if (marked < 0) return marked;
  const waiter = new FutexWaiter(task, -1, deadlineNs, true);
  task.kernel.futexes.add(key, waiter);
  task.callState = waiter;
  return task.block(deadlineNs);
}

function unlockPi(task: Task, address: number): Result {
  const key = keyOf(task, address);
  if (isErrno(key)) return key;
  const word = readWord(task, address);
  if (word < 0) return word;
  if ((word & TID_MASK) !== task.tid) return -EPERM;
  const next = task.kernel.futexes.takePiWaiter(key);
  return writeWord(task, address, next === null ? 0 : next.waiter.task.tid | (next.more ? WAITERS : 0));
}

const OPERATION = oneOf([
  [x.FUTEX_WAIT, "FUTEX_WAIT"],
  [x.FUTEX_WAKE, "FUTEX_WAKE"],
  [x.FUTEX_REQUEUE, "FUTEX_REQUEUE"],
  [x.FUTEX_CMP_REQUEUE, "FUTEX_CMP_REQUEUE"],
  [x.FUTEX_WAKE_OP, "FUTEX_WAKE_OP"],
  [x.FUTEX_LOCK_PI, "FUTEX_LOCK_PI"],
  [x.FUTEX_UNLOCK_PI, "FUTEX_UNLOCK_PI"],
  [x.FUTEX_TRYLOCK_PI, "FUTEX_TRYLOCK_PI"],
  [x.FUTEX_WAIT_BITSET, "FUTEX_WAIT_BITSET"],
  [x.FUTEX_WAKE_BITSET, "FUTEX_WAKE_BITSET"],
  [x.FUTEX_WAIT_BITSET | x.FUTEX_CLOCK_REALTIME, "FUTEX_WAIT_BITSET|FUTEX_CLOCK_REALTIME"],
  [x.FUTEX_WAIT_BITSET | x.FUTEX_PRIVATE_FLAG, "FUTEX_WAIT_BITSET_PRIVATE"],
  [x.FUTEX_WAIT | x.FUTEX_PRIVATE_FLAG, "FUTEX_WAIT_PRIVATE"],
  [x.FUTEX_WAKE | x.FUTEX_PRIVATE_FLAG, "FUTEX_WAKE_PRIVATE"],
]);

export const futexRows: RowTable = {
  202: partial(
    "futex",
    sysFutex,
    [addr, OPERATION, uint, addr, addr, uint],
    "no FUTEX_WAIT_REQUEUE_PI; PI locks are handed over in order of arrival, without priorities",
  ),
};
