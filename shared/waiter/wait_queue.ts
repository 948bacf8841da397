/**
 * Who wants to know when something becomes ready: the mechanism under blocking calls, poll, epoll and signalfd.
 *
 * A queue is an intrusive list: adding, removing and notifying allocate nothing. A waiter sits in one queue at a time.
 * `notify` may run waiters that remove themselves or others; a waiter added during a notification is not run by it.
 */

/** One entry in a WaitQueue. */
export abstract class Waiter {
  /** The POLL* events it waits for; POLLERR and POLLHUP are always included. */
  mask = 0;
  queue: WaitQueue | null = null;
  next: Waiter | null = null;
  previous: Waiter | null = null;
  /** Serial of the queue when it was added, so that a running notification passes over newcomers. */
  serial = 0;
  /** With EPOLLEXCLUSIVE or accept(2)-like waits, a notification stops after the first exclusive waiter that took it. */
  exclusive = false;

  /** Events among `mask` have happened. Returns true if this waiter took the event (only asked of exclusive waiters). */
  abstract onReady(events: number): boolean;
}

const ALWAYS = 0x8 | 0x10; // POLLERR | POLLHUP

export class WaitQueue {
  #first: Waiter | null = null;
  #last: Waiter | null = null;
  #serial = 0;

  get isEmpty(): boolean {
    return this.#first === null;
  }

  /** Appends `waiter`, which must not be in a queue, for `mask` events. */
  add(waiter: Waiter, mask: number): void {
    if (waiter.queue !== null) throw new Error("waiter is in a queue already");
    waiter.mask = mask | ALWAYS;
    waiter.queue = this;
    waiter.serial = ++this.#serial;
    waiter.next = null;
    waiter.previous = this.#last;
    if (this.#last === null) this.#first = waiter;
    else this.#last.next = waiter;
    this.#last = waiter;
  }

  /** Takes `waiter` out; harmless if it is not in this queue. */
  remove(waiter: Waiter): void {
    if (waiter.queue !== this) return;
    if (waiter.previous === null) this.#first = waiter.next;
    else waiter.previous.next = waiter.next;
    if (waiter.next === null) this.#last = waiter.previous;
    else waiter.next.previous = waiter.previous;
    waiter.queue = null;
    waiter.next = null;
    waiter.previous = null;
  }

  /** Runs every waiter that waits for one of `events`. */
  notify(events: number): void {
    const newest = this.#serial;
    let waiter = this.#first;
    while (waiter !== null && waiter.serial <= newest) {
      const next: Waiter | null = waiter.next;
      if ((waiter.mask & events) !== 0) {
        const taken = waiter.onReady(events & waiter.mask);
        if (taken && waiter.exclusive) return;
        // A callback may have removed the saved successor: start again after what is still linked.
        if (next !== null && next.queue !== this) {
          waiter = this.#firstAfter(waiter.serial);
          continue;
        }
      }
      waiter = next;
    }
  }

  #firstAfter(serial: number): Waiter | null {
    let waiter = this.#first;
    while (waiter !== null && waiter.serial <= serial) waiter = waiter.next;
    return waiter;
  }
}
