/** The three timers of setitimer(2) and alarm(2) that a process has. */
import { SIGALRM, SIGPROF, SIGVTALRM } from "../../../../shared/abi/signal.ts";
import { ITIMER_PROF, ITIMER_REAL, ITIMER_VIRTUAL } from "../../../../shared/abi/time.ts";
import { SignalInfo } from "../signal/signal_info.ts";
import type { ThreadGroup } from "../thread_group.ts";
import { Timer } from "./timer_queue.ts";

/** One of them. `intervalNs` 0 is a timer that runs once. */
class IntervalTimer {
  intervalNs = 0;
  /** On the timer's own clock; Infinity when it is off. */
  deadlineNs = Number.POSITIVE_INFINITY;
  readonly timer: Timer;

  constructor(onExpired: () => void) {
    this.timer = new Timer(onExpired);
  }
}

export class IntervalTimers {
  readonly #group: ThreadGroup;
  readonly #timers: readonly IntervalTimer[];

  constructor(group: ThreadGroup) {
    this.#group = group;
    this.#timers = [
      new IntervalTimer(() => this.#onExpired(ITIMER_REAL)),
      new IntervalTimer(() => this.#onExpired(ITIMER_VIRTUAL)),
      new IntervalTimer(() => this.#onExpired(ITIMER_PROF)),
    ];
  }

  /** Nanoseconds to the next expiry (0: off). */
  remainingNs(which: number): number {
    const { deadlineNs } = this.#timers[which];
    // An armed timer never reads as off.
    return deadlineNs === Number.POSITIVE_INFINITY ? 0 : Math.max(1000, deadlineNs - this.#clockNs(which));
  }

  intervalNs(which: number): number {
    return this.#timers[which].intervalNs;
  }

  /** `valueNs` 0 turns the timer off. */
  set(which: number, valueNs: number, intervalNs: number): void {
    const entry = this.#timers[which];
    entry.intervalNs = intervalNs;
    entry.deadlineNs = valueNs === 0 ? Number.POSITIVE_INFINITY : this.#clockNs(which) + valueNs;
    this.#arm(which);
  }

  /** The process is gone. */
  cancelAll(): void {
    for (const entry of this.#timers) this.#group.kernel.timers.cancel(entry.timer);
  }

  #clockNs(which: number): number {
    return which === ITIMER_REAL ? this.#group.kernel.timekeeper.monotonicNs() : this.#group.cpuTimeNs();
  }

  /** CPU time runs at most as fast as real time with one task; with more the timer looks again sooner. */
  #arm(which: number): void {
    const { timers, timekeeper } = this.#group.kernel;
    const entry = this.#timers[which];
    if (which === ITIMER_REAL || entry.deadlineNs === Number.POSITIVE_INFINITY) {
      timers.arm(entry.timer, entry.deadlineNs);
      return;
    }
    const left = Math.max(0, entry.deadlineNs - this.#clockNs(which));
    const wait = Math.max(1e6, left / Math.max(1, this.#group.tasks.size));
    timers.arm(entry.timer, timekeeper.monotonicNs() + wait);
  }

  #onExpired(which: number): void {
    const entry = this.#timers[which];
    const now = this.#clockNs(which);
    if (now < entry.deadlineNs) {
      this.#arm(which);
      return;
    }
    if (entry.intervalNs > 0) {
      // Missed periods are merged, as the pending signal is.
      const missed = Math.floor((now - entry.deadlineNs) / entry.intervalNs);
      entry.deadlineNs += (missed + 1) * entry.intervalNs;
    } else {
      entry.deadlineNs = Number.POSITIVE_INFINITY;
    }
    this.#arm(which);
    const signal = which === ITIMER_REAL ? SIGALRM : which === ITIMER_VIRTUAL ? SIGVTALRM : SIGPROF;
    this.#group.sendSignal(SignalInfo.kernel(signal));
  }
}
