/**
 * Everything that is to happen at a time, in one binary heap over the platform's one alarm.
 *
 * Invariant: `timer.index` is its place in the heap, -1 when it isn't armed; the alarm is set no later than the heap's first deadline.
 */

/** Sets the platform's alarm; Infinity for none. */
export type AlarmSetter = (deadlineNs: number) => void;

export class Timer {
  /** CLOCK_MONOTONIC. */
  deadlineNs = Number.POSITIVE_INFINITY;
  /** Place in the heap, for the queue only. */
  index = -1;
  readonly onExpired: () => void;

  constructor(onExpired: () => void) {
    this.onExpired = onExpired;
  }

  get isArmed(): boolean {
    return this.index >= 0;
  }
}

export class TimerQueue {
  readonly #heap: Timer[] = [];
  readonly #setAlarm: AlarmSetter;
  #alarmNs = Number.POSITIVE_INFINITY;

  constructor(setAlarm: AlarmSetter) {
    this.#setAlarm = setAlarm;
  }

  /** A new timer that runs `onExpired` once, at `deadlineNs`. */
  at(deadlineNs: number, onExpired: () => void): Timer {
    const timer = new Timer(onExpired);
    this.arm(timer, deadlineNs);
    return timer;
  }

  /** Arms `timer`, or moves it if it is armed; Infinity disarms. */
  arm(timer: Timer, deadlineNs: number): void {
    if (timer.index >= 0) this.#remove(timer);
    if (deadlineNs === Number.POSITIVE_INFINITY) return;
    timer.deadlineNs = deadlineNs;
    timer.index = this.#heap.length;
    this.#heap.push(timer);
    this.#up(timer.index);
    if (timer.index === 0) this.#schedule();
  }

  /** Disarms it; harmless if it isn't armed. The alarm stays, and finds nothing to do. */
  cancel(timer: Timer): void {
    if (timer.index >= 0) this.#remove(timer);
  }

  /** Runs what is due at `nowNs` and sets the next alarm. */
  run(nowNs: number): void {
    this.#alarmNs = Number.POSITIVE_INFINITY;
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || first.deadlineNs > nowNs) break;
      this.#remove(first);
      first.onExpired();
    }
    this.#schedule();
  }

  get length(): number {
    return this.#heap.length;
  }

  #schedule(): void {
    const next = this.#heap.length === 0 ? Number.POSITIVE_INFINITY : this.#heap[0].deadlineNs;
    if (next >= this.#alarmNs) return;
    this.#alarmNs = next;
    this.#setAlarm(next);
  }

  #remove(timer: Timer): void {
    const heap = this.#heap;
    const at = timer.index;
    const last = heap.pop() as Timer;
    timer.index = -1;
    if (last === timer) return;
    heap[at] = last;
    last.index = at;
    this.#up(at);
    this.#down(last.index);
  }

  #up(from: number): void {
    const heap = this.#heap;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent].deadlineNs <= heap[at].deadlineNs) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #down(from: number): void {
    const heap = this.#heap;
    let at = from;
    for (;;) {
      const left = at * 2 + 1;
      if (left >= heap.length) return;
      const right = left + 1;
      const child = right < heap.length && heap[right].deadlineNs < heap[left].deadlineNs ? right : left;
      if (heap[at].deadlineNs <= heap[child].deadlineNs) return;
      this.#swap(at, child);
      at = child;
    }
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap;
    const timer = heap[a];
    heap[a] = heap[b];
    heap[b] = timer;
    heap[a].index = a;
    heap[b].index = b;
  }
}
