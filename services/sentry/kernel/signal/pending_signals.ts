/**
 * Signals sent and not yet taken, of one task or of a whole thread group.
 *
 * Standard signals are kept once, real-time ones (32 and up) as a queue in the order sent. Invariant: a signal's bit in `low`/`high` is set
 * exactly when its queue isn't empty.
 */
import { SIGRTMAX, SIGRTMIN } from "../../../../shared/abi/signal.ts";
import type { SignalInfo } from "./signal_info.ts";
import { lowestSignal, type SignalSet } from "./signal_set.ts";

/** SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGSYS: taken before others, since the program can't go on without. */
const SYNCHRONOUS = (1 << 10) | (1 << 6) | (1 << 3) | (1 << 4) | (1 << 7) | (1 << 30);

export class PendingSignals {
  low = 0;
  high = 0;
  #queues: (SignalInfo[] | null)[] = new Array<SignalInfo[] | null>(SIGRTMAX + 1).fill(null);
  #count = 0;

  get isEmpty(): boolean {
    return (this.low | this.high) === 0;
  }

  /** Queued signals, for RLIMIT_SIGPENDING. */
  get count(): number {
    return this.#count;
  }

  has(signal: number): boolean {
    return signal <= 32 ? ((this.low >>> (signal - 1)) & 1) === 1 : ((this.high >>> (signal - 33)) & 1) === 1;
  }

  /** Adds it; a standard signal that is pending already is dropped. */
  add(info: SignalInfo): void {
    const signal = info.signal;
    if (signal < SIGRTMIN && this.has(signal)) return;
    const queue = this.#queues[signal];
    if (queue === null) this.#queues[signal] = [info];
    else queue.push(info);
    this.#count++;
    if (signal <= 32) this.low |= 1 << (signal - 1);
    else this.high |= 1 << (signal - 33);
  }

  /** Takes the most urgent signal that isn't in `blocked`, or null. */
  take(blocked: SignalSet): SignalInfo | null {
    const low = this.low & ~blocked.low;
    const high = this.high & ~blocked.high;
    if ((low | high) === 0) return null;
    const urgent = low & SYNCHRONOUS;
    return this.#remove(urgent !== 0 ? lowestSignal(urgent, 0) : lowestSignal(low, high));
  }

  /** Takes the lowest signal that is in `wanted`, or null: sigtimedwait(2), signalfd(2). */
  takeAmong(wanted: SignalSet): SignalInfo | null {
    const signal = lowestSignal(this.low & wanted.low, this.high & wanted.high);
    return signal === 0 ? null : this.#remove(signal);
  }

  /** Drops every pending instance of `signal`. */
  discard(signal: number): void {
    const queue = this.#queues[signal];
    if (queue === null || queue.length === 0) return;
    this.#count -= queue.length;
    queue.length = 0;
    this.#clearBit(signal);
  }

  clear(): void {
    for (let signal = 1; signal <= SIGRTMAX; signal++) this.discard(signal);
  }

  /** Drops the instances that `source` sent: a deleted timer's. */
  discardFrom(source: object): void {
    for (let signal = 1; signal <= SIGRTMAX; signal++) {
      const queue = this.#queues[signal];
      if (queue === null || queue.length === 0) continue;
      const kept = queue.filter((info) => info.source !== source);
      this.#count -= queue.length - kept.length;
      this.#queues[signal] = kept;
      if (kept.length === 0) this.#clearBit(signal);
    }
  }

  #remove(signal: number): SignalInfo {
    const queue = this.#queues[signal] as SignalInfo[];
    const info = queue.length === 1 ? (queue.pop() as SignalInfo) : (queue.shift() as SignalInfo);
    this.#count--;
    if (queue.length === 0) this.#clearBit(signal);
    return info;
  }

  #clearBit(signal: number): void {
    if (signal <= 32) this.low &= ~(1 << (signal - 1));
    else this.high &= ~(1 << (signal - 33));
  }
}
