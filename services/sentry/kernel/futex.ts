/**
 * Futexes, futex(2): who waits on which word of memory.
 *
 * A word is known by the object behind it and the offset there (`MemoryManager.futexKey`), so that processes meet on shared memory. Waits on private words run on the
 * host and aren't seen here, unless a platform sends them.
 */
import { EFAULT, type Errno } from "../../../shared/abi/errno.ts";
import type { MemoryManager } from "../mm/memory_manager.ts";
import type { Task } from "./task.ts";
import { WAKE_READY } from "./task.ts";

/** The word's identity. */
export interface FutexKey {
  readonly object: object;
  readonly offset: number;
}

/** One task that waits. It stays in the task's `callState`, and says there how the wait ended. */
export class FutexWaiter {
  readonly task: Task;
  readonly bitset: number;
  readonly deadlineNs: number;
  /** The queue it is in; null once it was woken or taken out. */
  queue: FutexQueue | null = null;
  isWoken = false;
  /** For a wait in FUTEX_LOCK_PI: it was handed the lock. */
  readonly isPi: boolean;

  constructor(task: Task, bitset: number, deadlineNs: number, isPi = false) {
    this.task = task;
    this.bitset = bitset;
    this.deadlineNs = deadlineNs;
    this.isPi = isPi;
  }
}

class FutexQueue {
  readonly key: FutexKey;
  readonly waiters: FutexWaiter[] = [];

  constructor(key: FutexKey) {
    this.key = key;
  }
}

export class FutexTable {
  readonly #queues = new WeakMap<object, Map<number, FutexQueue>>();

  add(key: FutexKey, waiter: FutexWaiter): void {
    const queue = this.#get(key);
    waiter.queue = queue;
    queue.waiters.push(waiter);
  }

  /** Takes `waiter` out; harmless when it was woken already. */
  remove(waiter: FutexWaiter): void {
    const { queue } = waiter;
    if (queue === null) return;
    waiter.queue = null;
    queue.waiters.splice(queue.waiters.indexOf(waiter), 1);
    this.#dropIfEmpty(queue);
  }

  /** Wakes up to `count` waiters whose bitset meets `bitset`; returns how many. */
  wake(key: FutexKey, count: number, bitset: number): number {
    const queue = this.#find(key);
    if (queue === undefined) return 0;
    let woken = 0;
    for (let i = 0; i < queue.waiters.length && woken < count; ) {
      const waiter = queue.waiters[i];
      if ((waiter.bitset & bitset) === 0 || waiter.isPi) {
        i++;
        continue;
      }
      queue.waiters.splice(i, 1);
      wakeWaiter(waiter);
      woken++;
    }
    this.#dropIfEmpty(queue);
    return woken;
  }

  /** The kernel's own wake-ups: clear_child_tid and robust lists. */
  wakeAddress(mm: MemoryManager, address: number, count: number, bitset: number): number | Errno {
    const key = mm.futexKey(address);
    return key === null ? -EFAULT : this.wake(key, count, bitset);
  }

  /** Wakes `wakeCount` waiters of `from` and moves up to `requeueCount` others to `to`; returns [woken, moved]. */
  requeue(from: FutexKey, to: FutexKey, wakeCount: number, requeueCount: number): readonly [number, number] {
    const woken = this.wake(from, wakeCount, -1);
    const source = this.#find(from);
    if (source === undefined || requeueCount <= 0) return [woken, 0];
    const moved = source.waiters.splice(0, requeueCount);
    if (moved.length > 0) {
      const target = this.#get(to);
      for (const waiter of moved) {
        waiter.queue = target;
        target.waiters.push(waiter);
      }
    }
    this.#dropIfEmpty(source);
    return [woken, moved.length];
  }

  /** The first that waits for a PI lock, and whether more do; taken out and woken. */
  takePiWaiter(key: FutexKey): { waiter: FutexWaiter; more: boolean } | null {
    const queue = this.#find(key);
    const index = queue?.waiters.findIndex((waiter) => waiter.isPi) ?? -1;
    if (queue === undefined || index < 0) return null;
    const [waiter] = queue.waiters.splice(index, 1);
    const more = queue.waiters.some((other) => other.isPi);
    this.#dropIfEmpty(queue);
    wakeWaiter(waiter);
    return { waiter, more };
  }

  hasPiWaiter(key: FutexKey): boolean {
    return this.#find(key)?.waiters.some((waiter) => waiter.isPi) === true;
  }

  #find(key: FutexKey): FutexQueue | undefined {
    return this.#queues.get(key.object)?.get(key.offset);
  }

  #get(key: FutexKey): FutexQueue {
    let ofObject = this.#queues.get(key.object);
    if (ofObject === undefined) {
      ofObject = new Map();
      this.#queues.set(key.object, ofObject);
    }
    let queue = ofObject.get(key.offset);
    if (queue === undefined) {
      queue = new FutexQueue(key);
      ofObject.set(key.offset, queue);
    }
    return queue;
  }

  #dropIfEmpty(queue: FutexQueue): void {
    if (queue.waiters.length > 0) return;
    this.#queues.get(queue.key.object)?.delete(queue.key.offset);
  }
}

function wakeWaiter(waiter: FutexWaiter): void {
  waiter.queue = null;
  waiter.isWoken = true;
  waiter.task.wake(WAKE_READY);
}
