/**
 * timer_create(2) and its kin: the POSIX timers of a process.
 *
 * A timer has at most one signal queued; expiries meanwhile count as overrun, and the next period begins when the signal is taken.
 */
import { EINVAL, type Errno } from "../../../../shared/abi/errno.ts";
import { SIGEV_NONE, SIGEV_THREAD_ID } from "../../../../shared/abi/signal.ts";
import { CLOCK_REALTIME, CLOCK_REALTIME_ALARM, CLOCK_TAI } from "../../../../shared/abi/time.ts";
import { sendToGroup, sendToTask } from "../signal/send.ts";
import { SignalInfo, type SignalSource } from "../signal/signal_info.ts";
import type { Task } from "../task.ts";
import type { ThreadGroup } from "../thread_group.ts";
import { isCpuClock, readClockNs } from "./clocks.ts";
import { Timer } from "./timer_queue.ts";

const OVERRUN_MAX = 0x7fff_ffff;

export class PosixTimer implements SignalSource {
  readonly id: number;
  readonly clock: number;
  /** SIGEV_* */
  readonly notify: number;
  readonly signal: number;
  readonly valueLow: number;
  readonly valueHigh: number;
  /** For SIGEV_THREAD_ID. */
  readonly target: Task | null;
  readonly #group: ThreadGroup;
  readonly #creator: Task;
  readonly #timer: Timer;
  intervalNs = 0;
  #deadlineNs = Number.POSITIVE_INFINITY;
  /** Its signal is queued. */
  #isQueued = false;
  #overrun = 0;
  /** Of the signal that was taken last: timer_getoverrun(2). */
  lastOverrun = 0;

  constructor(
    creator: Task,
    id: number,
    clock: number,
    notify: number,
    signal: number,
    value: readonly [low: number, high: number],
    target: Task | null,
  ) {
    this.#creator = creator;
    this.#group = creator.threadGroup;
    this.id = id;
    this.clock = clock;
    this.notify = notify;
    this.signal = signal;
    this.valueLow = value[0];
    this.valueHigh = value[1];
    this.target = target;
    this.#timer = new Timer(() => this.#onTimer());
  }

  remainingNs(): number {
    if (this.#deadlineNs === Number.POSITIVE_INFINITY) return 0;
    const now = readClockNs(this.#creator, this.clock);
    if (this.intervalNs > 0 && this.#deadlineNs <= now) {
      return this.intervalNs - ((now - this.#deadlineNs) % this.intervalNs);
    }
    return Math.max(1, this.#deadlineNs - now);
  }

  /** `valueNs` is absolute on the timer's clock or relative; 0 turns it off. */
  set(valueNs: number, intervalNs: number, absolute: boolean): void {
    this.intervalNs = intervalNs;
    this.#overrun = 0;
    this.lastOverrun = 0;
    this.#forgetSignal();
    if (valueNs === 0) this.#deadlineNs = Number.POSITIVE_INFINITY;
    else this.#deadlineNs = absolute ? valueNs : readClockNs(this.#creator, this.clock) + valueNs;
    this.#arm();
  }

  delete(): void {
    this.#group.kernel.timers.cancel(this.#timer);
    this.#forgetSignal();
  }

  onDequeued(info: SignalInfo): void {
    this.#isQueued = false;
    if (this.intervalNs > 0 && this.#deadlineNs !== Number.POSITIVE_INFINITY) {
      const now = readClockNs(this.#creator, this.clock);
      const missed = Math.max(0, Math.floor((now - this.#deadlineNs) / this.intervalNs) + 1);
      // The expiry that sent the signal isn't an overrun.
      this.#overrun += Math.max(0, missed - 1);
      this.#deadlineNs += missed * this.intervalNs;
      this.#arm();
    }
    this.lastOverrun = Math.min(this.#overrun, OVERRUN_MAX);
    info.overrun = this.lastOverrun;
    this.#overrun = 0;
  }

  #forgetSignal(): void {
    if (!this.#isQueued) return;
    this.#isQueued = false;
    this.#group.pending.discardFrom(this);
    this.target?.pending.discardFrom(this);
  }

  #arm(): void {
    const { timers, timekeeper } = this.#group.kernel;
    if (this.#deadlineNs === Number.POSITIVE_INFINITY) {
      timers.cancel(this.#timer);
      return;
    }
    const left = this.#deadlineNs - readClockNs(this.#creator, this.clock);
    const wait = isCpuClock(this.clock) ? Math.max(1e6, left / Math.max(1, this.#group.tasks.size)) : left;
    timers.arm(this.#timer, timekeeper.monotonicNs() + Math.max(0, wait));
  }

  #onTimer(): void {
    const now = readClockNs(this.#creator, this.clock);
    if (now < this.#deadlineNs) {
      this.#arm();
      return;
    }
    const periodic = this.intervalNs > 0;
    if (this.notify === SIGEV_NONE) {
      if (!periodic) this.#deadlineNs = Number.POSITIVE_INFINITY;
      return;
    }
    if (!periodic) this.#deadlineNs = Number.POSITIVE_INFINITY;
    if (this.#isQueued) {
      this.#overrun++;
      return;
    }
    const info = SignalInfo.timer(this.signal, this.id, this.valueLow, this.valueHigh);
    info.source = this;
    this.#isQueued = true;
    if (this.notify === SIGEV_THREAD_ID && this.target !== null) {
      if (this.target.isExited) this.#isQueued = false;
      else sendToTask(this.target, info);
    } else {
      sendToGroup(this.#group, info);
    }
    this.#noticeDropped();
  }

  /** An ignored signal is dropped when it is sent: the timer goes on by itself. */
  #noticeDropped(): void {
    const pending = this.target !== null ? this.target.pending : this.#group.pending;
    if (pending.has(this.signal)) return;
    this.#isQueued = false;
    if (this.intervalNs === 0) return;
    const now = readClockNs(this.#creator, this.clock);
    this.#deadlineNs += (Math.floor((now - this.#deadlineNs) / this.intervalNs) + 1) * this.intervalNs;
    this.#arm();
  }
}

export class PosixTimers {
  readonly #timers = new Map<number, PosixTimer>();
  #nextId = 0;

  get size(): number {
    return this.#timers.size;
  }

  allocateId(): number {
    return this.#nextId++;
  }

  add(timer: PosixTimer): void {
    this.#timers.set(timer.id, timer);
  }

  get(id: number): PosixTimer | Errno {
    return this.#timers.get(id) ?? -EINVAL;
  }

  delete(timer: PosixTimer): void {
    timer.delete();
    this.#timers.delete(timer.id);
  }

  deleteAll(): void {
    for (const timer of this.#timers.values()) timer.delete();
    this.#timers.clear();
  }

  all(): IterableIterator<PosixTimer> {
    return this.#timers.values();
  }
}

/** Clocks whose absolute deadlines follow the wall clock. */
export function isRealtimeClock(clock: number): boolean {
  return clock === CLOCK_REALTIME || clock === CLOCK_REALTIME_ALARM || clock === CLOCK_TAI;
}
