/**
 * The bound on cached names: a ring of all dentries that are in trees, swept with a second chance ("clock") when there
 * are too many.
 *
 * A dentry with references (open, mounted on, or with cached children) is passed over, so that only leaves go; and so
 * is whatever the operation under way has come by, for it holds no references of its own.
 */
import type { Dentry } from "./dentry.ts";

const DEFAULT_LIMIT = 32_768;
/** How many dentries one sweep looks at for each one added: bounds the time of a single lookup. */
const SWEEP = 8;

let operation = 1;

/**
 * Another operation begins: what the last one came by may go. Called by every operation of the VFS that takes a path.
 */
export function beginOperation(): void {
  operation++;
}

/** The number of the operation under way. */
export function currentOperation(): number {
  return operation;
}

export class DentryCache {
  limit = DEFAULT_LIMIT;
  #first: Dentry | null = null;
  #last: Dentry | null = null;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(dentry: Dentry): void {
    dentry.usedIn = operation;
    this.#append(dentry);
    if (this.#count > this.limit) this.#sweep(SWEEP);
  }

  remove(dentry: Dentry): void {
    if (!dentry.isCached) return;
    if (dentry.cachePrevious === null) this.#first = dentry.cacheNext;
    else dentry.cachePrevious.cacheNext = dentry.cacheNext;
    if (dentry.cacheNext === null) this.#last = dentry.cachePrevious;
    else dentry.cacheNext.cachePrevious = dentry.cachePrevious;
    dentry.cacheNext = null;
    dentry.cachePrevious = null;
    dentry.isCached = false;
    this.#count--;
  }

  /** Evicts all that may go (memory pressure, /proc/sys/vm/drop_caches, tests). */
  shrink(): void {
    for (let before = -1; before !== this.#count; ) {
      before = this.#count;
      let dentry = this.#first;
      while (dentry !== null) {
        const next: Dentry | null = dentry.cacheNext;
        if (mayGo(dentry)) dentry.evict();
        // Evicting a leaf may have let go of `next`'s own entry only if it was its child; parents stay linked.
        dentry = next?.isCached ? next : null;
      }
    }
  }

  #sweep(steps: number): void {
    for (let step = 0; step < steps && this.#count > this.limit; step++) {
      const dentry = this.#first;
      if (dentry === null) return;
      if (dentry.usedIn <= dentry.sweptIn && mayGo(dentry)) {
        dentry.evict();
        continue;
      }
      dentry.sweptIn = operation;
      this.remove(dentry);
      this.#append(dentry);
    }
  }

  #append(dentry: Dentry): void {
    dentry.cachePrevious = this.#last;
    dentry.cacheNext = null;
    if (this.#last === null) this.#first = dentry;
    else this.#last.cacheNext = dentry;
    this.#last = dentry;
    dentry.isCached = true;
    this.#count++;
  }
}

function mayGo(dentry: Dentry): boolean {
  if (dentry.references > 0 || dentry.mountCount > 0 || dentry.usedIn === operation) return false;
  const inode = dentry.inode;
  // What hangs on the inode alone would be lost with it.
  return inode === null || (inode.watches === null && inode.boundSocket === null);
}

export const dentryCache = new DentryCache();
