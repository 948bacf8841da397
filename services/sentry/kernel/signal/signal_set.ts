/** A set of the signals 1..64 as two 32-bit halves: signal `n` is bit `n - 1`. Mutable; owned by whoever holds it. */
import { SIGKILL, SIGSTOP } from "../../../../shared/abi/signal.ts";

const UNMASKABLE = (1 << (SIGKILL - 1)) | (1 << (SIGSTOP - 1));

export class SignalSet {
  /** Signals 1..32 and 33..64, as signed or unsigned 32-bit patterns. */
  low: number;
  high: number;

  constructor(low = 0, high = 0) {
    this.low = low | 0;
    this.high = high | 0;
  }

  static of(...signals: readonly number[]): SignalSet {
    const set = new SignalSet();
    for (const signal of signals) set.add(signal);
    return set;
  }

  has(signal: number): boolean {
    return signal <= 32 ? ((this.low >>> (signal - 1)) & 1) === 1 : ((this.high >>> (signal - 33)) & 1) === 1;
  }

  add(signal: number): void {
    if (signal <= 32) this.low |= 1 << (signal - 1);
    else this.high |= 1 << (signal - 33);
  }

  remove(signal: number): void {
    if (signal <= 32) this.low &= ~(1 << (signal - 1));
    else this.high &= ~(1 << (signal - 33));
  }

  set(low: number, high: number): void {
    this.low = low | 0;
    this.high = high | 0;
  }

  copyFrom(other: SignalSet): void {
    this.low = other.low;
    this.high = other.high;
  }

  /** As a signal mask: SIGKILL and SIGSTOP can't be in one. */
  setMask(low: number, high: number): void {
    this.low = low & ~UNMASKABLE;
    this.high = high | 0;
  }

  get isEmpty(): boolean {
    return (this.low | this.high) === 0;
  }

  clone(): SignalSet {
    return new SignalSet(this.low, this.high);
  }

  /** Sixteen hexadecimal digits, as in /proc/[pid]/status. */
  toHex(): string {
    return (this.high >>> 0).toString(16).padStart(8, "0") + (this.low >>> 0).toString(16).padStart(8, "0");
  }
}

/** The lowest signal of the set {low, high}, or 0. */
export function lowestSignal(low: number, high: number): number {
  if (low !== 0) return 32 - Math.clz32(low & -low);
  if (high !== 0) return 64 - Math.clz32(high & -high);
  return 0;
}
