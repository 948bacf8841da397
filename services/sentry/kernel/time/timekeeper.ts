/**
 * What time it is. CLOCK_MONOTONIC is the host's, read through the platform; CLOCK_REALTIME follows the host's wall clock, and never runs
 * ahead of what the application reads from the vDSO by more than the host's tick.
 */

const NS_PER_MS = 1e6;
/** The wall clock was set, or has drifted, when it is this far from what we add up. */
const RESYNC_NS = 2 * NS_PER_MS;

export class Timekeeper {
  readonly #monotonicNs: () => number;
  readonly #wallMs: () => number;
  readonly bootMonotonicNs: number;
  #realtimeOffsetNs: number;

  /** `monotonicNs` reads CLOCK_MONOTONIC; `wallMs` the wall clock in whole milliseconds. */
  constructor(monotonicNs: () => number, wallMs: () => number = Date.now) {
    this.#monotonicNs = monotonicNs;
    this.#wallMs = wallMs;
    this.bootMonotonicNs = monotonicNs();
    this.#realtimeOffsetNs = wallMs() * NS_PER_MS - this.bootMonotonicNs;
  }

  monotonicNs(): number {
    return this.#monotonicNs();
  }

  /** CLOCK_REALTIME; as a double it is exact to 256 ns. */
  realtimeNs(): number {
    const now = this.#monotonicNs() + this.#realtimeOffsetNs;
    const wall = this.#wallMs() * NS_PER_MS;
    // The wall clock has just ticked to `wall`, so the true time lies in [wall, wall + 1 ms).
    if (now < wall || now > wall + RESYNC_NS) {
      this.#realtimeOffsetNs += wall - now;
      return wall;
    }
    return now;
  }

  /** What a CLOCK_REALTIME deadline is on CLOCK_MONOTONIC; at least 1, however long ago. */
  realtimeToMonotonicNs(realtimeNs: number): number {
    const now = this.realtimeNs();
    return Math.max(1, this.#monotonicNs() + (realtimeNs - now));
  }

  /** Since the sandbox booted: what /proc/uptime and sysinfo(2) tell. */
  uptimeNs(): number {
    return this.#monotonicNs() - this.bootMonotonicNs;
  }

  /** Wall-clock second at which the sandbox booted, for /proc/stat btime. */
  bootTimeSec(): number {
    return Math.floor((this.realtimeNs() - this.uptimeNs()) / 1e9);
  }
}
