/** The clock that file timestamps are taken from: coarse, as the kernel's tick is on Linux. */

export class FileClock {
  seconds = 0;
  nanoseconds = 0;
  readonly #source: () => number;

  /** `source` gives milliseconds since the epoch. */
  constructor(source: () => number = Date.now) {
    this.#source = source;
  }

  /** Reads the clock into `seconds` and `nanoseconds`. */
  refresh(): void {
    const ms = this.#source();
    const seconds = Math.floor(ms / 1000);
    this.seconds = seconds;
    this.nanoseconds = Math.round((ms - seconds * 1000) * 1e6);
  }
}
