/**
 * System V semaphores: semget(2), semop(2). A set of counters that operations change all or none.
 *
 * Operations that can't be done wait in the set in the order they came. Whatever changes a value tries them again at once, in that order, and does them in the
 * name of those that wait: a semaphore is never given to a latecomer because the one that waited hadn't run yet.
 */
import { EAGAIN, EIDRM, EINVAL, ENOSPC, ERANGE, type Errno } from "../../../../shared/abi/errno.ts";
import { IPC_NOWAIT, SEM_UNDO, SEMAEM, SEMMNI, SEMMNS, SEMVMX } from "../../../../shared/abi/ipc.ts";
import type { Credentials } from "../../vfs/credentials.ts";
import { IpcObject } from "./ipc_object.ts";
import { IpcTable } from "./ipc_table.ts";

/** struct sembuf. */
export interface SemaphoreOperation {
  readonly number: number;
  readonly change: number;
  /** IPC_NOWAIT, SEM_UNDO. */
  readonly flags: number;
}

/** semop(2) can't be done now. */
export const MUST_WAIT = 1;

/** A semop(2) that waits. */
export class PendingOperations {
  readonly operations: readonly SemaphoreOperation[];
  readonly pid: number;
  /** Whose undo list it counts in: a process. */
  readonly process: object;
  readonly #wake: () => void;
  /** The operation that stands in the way. */
  blocking: SemaphoreOperation;
  /** MUST_WAIT while it waits, then the result of the call. */
  result: number = MUST_WAIT;

  constructor(operations: readonly SemaphoreOperation[], pid: number, process: object, wake: () => void) {
    this.operations = operations;
    this.pid = pid;
    this.process = process;
    this.#wake = wake;
    this.blocking = operations[0];
  }

  finish(result: number): void {
    this.result = result;
    this.#wake();
  }
}

export class SemaphoreSet extends IpcObject {
  readonly values: Int32Array;
  /** Who operated on each last. */
  readonly pids: Int32Array;
  readonly #nowSec: () => number;
  operationSec = 0;
  readonly #pending = new Set<PendingOperations>();
  /** What is to be added to each value when a process ends. */
  readonly #undo = new Map<object, Int32Array>();

  constructor(key: number, flags: number, count: number, credentials: Credentials, nowSec: () => number) {
    super(key, flags, credentials, nowSec());
    this.#nowSec = nowSec;
    this.values = new Int32Array(count);
    this.pids = new Int32Array(count);
  }

  get count(): number {
    return this.values.length;
  }

  /** Does all of `wanted.operations`, or none: 0, MUST_WAIT, -EAGAIN or -ERANGE. */
  operate(wanted: PendingOperations): number {
    const result = this.#tryAll(wanted);
    if (result !== 0) return result;
    this.operationSec = this.#nowSec();
    if (wanted.operations.some(({ change }) => change !== 0)) this.#retryPending();
    return 0;
  }

  #tryAll(wanted: PendingOperations): number {
    const { operations } = wanted;
    for (let i = 0; i < operations.length; i++) {
      const failed = this.#tryOne(operations[i], wanted);
      if (failed === 0) continue;
      for (let back = i - 1; back >= 0; back--) this.#takeBack(operations[back], wanted.process);
      return failed;
    }
    for (const { number } of operations) this.pids[number] = wanted.pid;
    return 0;
  }

  #tryOne(operation: SemaphoreOperation, wanted: PendingOperations): number {
    const { number, change, flags } = operation;
    const next = this.values[number] + change;
    if (next < 0 || (change === 0 && next !== 0)) {
      wanted.blocking = operation;
      return (flags & IPC_NOWAIT) !== 0 ? -EAGAIN : MUST_WAIT;
    }
    if (next > SEMVMX) return -ERANGE;
    if ((flags & SEM_UNDO) !== 0 && change !== 0) {
      const undo = this.#undoOf(wanted.process);
      const adjustment = undo[number] - change;
      if (adjustment < -SEMAEM - 1 || adjustment > SEMAEM) return -ERANGE;
      undo[number] = adjustment;
    }
    this.values[number] = next;
    return 0;
  }

  #takeBack({ number, change, flags }: SemaphoreOperation, process: object): void {
    this.values[number] -= change;
    if ((flags & SEM_UNDO) !== 0 && change !== 0) this.#undoOf(process)[number] += change;
  }

  #undoOf(process: object): Int32Array {
    let undo = this.#undo.get(process);
    if (undo === undefined) {
      undo = new Int32Array(this.count);
      this.#undo.set(process, undo);
    }
    return undo;
  }

  /** After a change: does what can be done now, again from the start whenever that changed something. */
  #retryPending(): void {
    for (let changed = true; changed; ) {
      changed = false;
      for (const waiting of this.#pending) {
        const result = this.#tryAll(waiting);
        if (result === MUST_WAIT) continue;
        this.#pending.delete(waiting);
        waiting.finish(result);
        if (result !== 0 || waiting.operations.every(({ change }) => change === 0)) continue;
        changed = true;
        break;
      }
    }
  }

  addPending(wanted: PendingOperations): void {
    this.#pending.add(wanted);
  }

  /** It waits no more: a signal or the timeout came first. */
  removePending(wanted: PendingOperations): void {
    this.#pending.delete(wanted);
  }

  /** GETNCNT (`isForZero` false) and GETZCNT. */
  waitersOf(number: number, isForZero: boolean): number {
    let count = 0;
    for (const { blocking } of this.#pending) {
      if (blocking.number === number && (blocking.change === 0) === isForZero) count++;
    }
    return count;
  }

  /** SETVAL and SETALL: `values` from semaphore `first` on; nobody undoes anything there any more. */
  setValues(first: number, values: readonly number[], pid: number): 0 | Errno {
    if (values.some((value) => value < 0 || value > SEMVMX)) return -ERANGE;
    values.forEach((value, i) => {
      this.values[first + i] = value;
      this.pids[first + i] = pid;
      for (const undo of this.#undo.values()) undo[first + i] = 0;
    });
    this.changeSec = this.#nowSec();
    this.#retryPending();
    return 0;
  }

  /** `process` has ended: takes back what it did with SEM_UNDO. */
  undo(process: object, pid: number): void {
    const undo = this.#undo.get(process);
    if (undo === undefined) return;
    this.#undo.delete(process);
    undo.forEach((adjustment, number) => {
      if (adjustment === 0) return;
      this.values[number] = Math.min(Math.max(this.values[number] + adjustment, 0), SEMVMX);
      this.pids[number] = pid;
    });
    this.operationSec = this.#nowSec();
    this.#retryPending();
  }

  hasUndo(process: object): boolean {
    return this.#undo.has(process);
  }

  /** It is removed: everybody who waits is told so. */
  onRemoved(): void {
    this.#undo.clear();
    for (const waiting of this.#pending) waiting.finish(-EIDRM);
    this.#pending.clear();
  }
}

export class Semaphores extends IpcTable<SemaphoreSet> {
  readonly #nowSec: () => number;
  #total = 0;

  constructor(nowSec: () => number) {
    super(SEMMNI);
    this.#nowSec = nowSec;
  }

  /** Semaphores of all sets. */
  get total(): number {
    return this.#total;
  }

  /** semget(2) for a set that doesn't exist. */
  create(key: number, flags: number, count: number, credentials: Credentials): SemaphoreSet | Errno {
    if (count === 0) return -EINVAL;
    if (this.#total + count > SEMMNS) return -ENOSPC;
    this.#total += count;
    return new SemaphoreSet(key, flags, count, credentials, this.#nowSec);
  }

  override remove(set: SemaphoreSet): void {
    super.remove(set);
    this.#total -= set.count;
    set.onRemoved();
  }

  /** Whether something is to be undone when `process` ends. */
  hasUndo(process: object): boolean {
    return this.all().some((set) => set.hasUndo(process));
  }

  /** `process` has ended. */
  undoAll(process: object, pid: number): void {
    if (this.count === 0) return;
    for (const set of this.all()) set.undo(process, pid);
  }
}
