/**
 * Advisory locks of one inode: fcntl(2) F_SETLK (owned by a process) and F_OFD_SETLK (owned by an open file), flock(2).
 *
 * POSIX locks are byte ranges [start, end) and split, merge and replace each other per owner; flock locks are whole and
 * don't see the others. A request that must wait returns -EAGAIN and is made again when `waiters` is notified.
 */
import { EAGAIN, EDEADLK, ENOLCK, type Errno } from "../../../shared/abi/errno.ts";
import { F_RDLCK, F_UNLCK, F_WRLCK, LOCK_EX, LOCK_SH, LOCK_UN } from "../../../shared/abi/fcntl.ts";
import { POLLIN } from "../../../shared/abi/poll.ts";
import { WaitQueue } from "../../../shared/waiter/wait_queue.ts";

/** Locks on one file at most: a program can't eat the memory of the sandbox with them. */
const LIMIT = 10_000;

/** A byte-range lock, or a request for one. */
export interface RangeLock {
  /** F_RDLCK, F_WRLCK or (in requests) F_UNLCK. */
  readonly type: number;
  readonly start: number;
  /** Exclusive; Infinity: to the end of the file, however long it gets. */
  readonly end: number;
  /** Identity: the process's descriptor table for POSIX locks, the FileDescription for OFD locks. */
  readonly owner: object;
  /** For F_GETLK; -1 for OFD locks. */
  readonly pid: number;
}

/** Who waits for whom, over all files: waiter token -> [owner of the request, owner in its way]. */
const blocked = new Map<object, readonly [object, object]>();

export class FileLocks {
  readonly waiters = new WaitQueue();
  #ranges: RangeLock[] = [];
  readonly #flocks = new Map<object, number>();

  get isEmpty(): boolean {
    return this.#ranges.length === 0 && this.#flocks.size === 0;
  }

  /** All byte-range locks, for /proc/locks. */
  get ranges(): readonly RangeLock[] {
    return this.#ranges;
  }

  /** F_GETLK: the first lock in the way of `request`, or null. */
  conflict(request: RangeLock): RangeLock | null {
    for (const lock of this.#ranges) {
      if (lock.owner === request.owner || lock.end <= request.start || request.end <= lock.start) continue;
      if (lock.type === F_WRLCK || request.type === F_WRLCK) return lock;
    }
    return null;
  }

  /**
   * F_SETLK, or F_SETLKW with `waiter` (any object that stands for the waiting thread, the same at each try). Returns
   * 0, -EAGAIN (wait or give up), -EDEADLK, -ENOLCK. A waiter that gives up calls `cancelWait`.
   */
  setRange(request: RangeLock, waiter: object | null): 0 | Errno {
    if (waiter !== null) blocked.delete(waiter);
    if (request.type !== F_UNLCK) {
      const other = this.conflict(request);
      if (other !== null) {
        if (waiter === null) return -EAGAIN;
        if (wouldDeadlock(request.owner, other.owner)) return -EDEADLK;
        blocked.set(waiter, [request.owner, other.owner]);
        return -EAGAIN;
      }
      if (this.#ranges.length >= LIMIT) return -ENOLCK;
    }
    this.#replace(request);
    return 0;
  }

  /** flock(2): `operation` is LOCK_SH, LOCK_EX or LOCK_UN. -EAGAIN: wait, or EWOULDBLOCK with LOCK_NB. */
  flock(owner: object, operation: number): 0 | Errno {
    const held = this.#flocks.get(owner);
    if (operation === LOCK_UN) {
      if (this.#flocks.delete(owner)) this.waiters.notify(POLLIN);
      return 0;
    }
    const wanted = operation === LOCK_EX ? LOCK_EX : LOCK_SH;
    if (held === wanted) return 0;
    // As on Linux a conversion first gives up the old lock, and may end with none.
    if (held !== undefined) {
      this.#flocks.delete(owner);
      this.waiters.notify(POLLIN);
    }
    for (const type of this.#flocks.values()) if (wanted === LOCK_EX || type === LOCK_EX) return -EAGAIN;
    this.#flocks.set(owner, wanted);
    return 0;
  }

  /**
   * Drops all that `owner` holds here: an open file is closed for good, or a process closes any descriptor of the file.
   */
  dropOwner(owner: object): void {
    const before = this.#ranges.length;
    this.#ranges = this.#ranges.filter((lock) => lock.owner !== owner);
    const hadFlock = this.#flocks.delete(owner);
    if (hadFlock || this.#ranges.length !== before) this.waiters.notify(POLLIN);
  }

  /** Puts `request` over what its owner has there. */
  #replace(request: RangeLock): void {
    const { type, owner } = request;
    let { start, end } = request;
    const kept: RangeLock[] = [];
    for (const lock of this.#ranges) {
      const touches = lock.owner === owner && lock.start <= end && start <= lock.end;
      if (!touches) {
        kept.push(lock);
        continue;
      }
      if (lock.type === type) {
        start = Math.min(start, lock.start);
        end = Math.max(end, lock.end);
        continue;
      }
      if (lock.start < start) kept.push({ ...lock, end: Math.min(lock.end, start) });
      if (lock.end > end) kept.push({ ...lock, start: Math.max(lock.start, end) });
    }
    if (type !== F_UNLCK) kept.push({ ...request, start, end });
    kept.sort((a, b) => a.start - b.start);
    this.#ranges = kept;
    // An unlock frees, and so does a write lock that becomes a read lock.
    if (type === F_UNLCK || type === F_RDLCK) this.waiters.notify(POLLIN);
  }
}

/** The wait of `waiter` is over (a signal, a timeout, death). */
export function cancelWait(waiter: object): void {
  blocked.delete(waiter);
}

/**
 * Whether `holder` waits, over however many others, for `owner`. Open files can't deadlock in a way that can be told.
 */
function wouldDeadlock(owner: object, holder: object): boolean {
  const seen = new Set<object>();
  const queue = [holder];
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    if (at === owner) return true;
    if (seen.has(at)) continue;
    seen.add(at);
    for (const [waiting, inItsWay] of blocked.values()) if (waiting === at) queue.push(inItsWay);
  }
  return false;
}
