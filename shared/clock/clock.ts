/** Time as it is passed to whatever should be testable with a fake one. Nanoseconds are exact doubles. */

export interface Clock {
  /** CLOCK_MONOTONIC. */
  monotonicNs(): number;
  /** CLOCK_REALTIME, since the epoch; to the millisecond's precision of a double (about 0.2 µs today). */
  realtimeNs(): number;
}

export const hostClock: Clock = {
  monotonicNs(): number {
    const [seconds, ns] = process.hrtime();
    return seconds * 1e9 + ns;
  },
  realtimeNs(): number {
    return (performance.timeOrigin + performance.now()) * 1e6;
  },
};

/** A clock that moves only when told to. */
export class FakeClock implements Clock {
  #monotonicNs: number;
  readonly #offsetNs: number;

  constructor(monotonicNs = 0, realtimeNs = 1_800_000_000e9) {
    this.#monotonicNs = monotonicNs;
    this.#offsetNs = realtimeNs - monotonicNs;
  }

  monotonicNs(): number {
    return this.#monotonicNs;
  }

  realtimeNs(): number {
    return this.#monotonicNs + this.#offsetNs;
  }

  advance(ns: number): void {
    this.#monotonicNs += ns;
  }
}
