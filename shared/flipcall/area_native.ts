/** A mapped flipcall area: its words, and how to wait for one's turn. */

import { availableParallelism } from "node:os";
import { futexWait, futexWake, mapMemory } from "../../native/systrap.ts";
import { type Errno, isErrno } from "../abi/errno.ts";
import { PROT_READ, PROT_WRITE } from "../abi/mman.ts";
import { FLIPCALL_AREA_BYTES, LENGTH, TURN } from "./layout.ts";

/** How long a spin may last. */
const SPIN_NS = 40_000;
/** Looks at the word between looks at the clock. */
const SPINS_PER_LOOK = 32;
const NS_PER_MS = 1e6;

/** How many processors this process may use. */
export const PROCESSORS = availableParallelism();

export class Area {
  readonly memory: Uint8Array;
  readonly #words: Int32Array;

  private constructor(buffer: ArrayBuffer) {
    this.memory = new Uint8Array(buffer);
    this.#words = new Int32Array(buffer);
  }

  /** Maps the area behind a memfd of FLIPCALL_AREA_BYTES, for the life of the process. The descriptor stays the caller's. */
  static map(fd: number): Area | Errno {
    const buffer = mapMemory(fd, FLIPCALL_AREA_BYTES, PROT_READ | PROT_WRITE);
    return isErrno(buffer) ? buffer : new Area(buffer);
  }

  load(word: number): number {
    return Atomics.load(this.#words, word >> 2);
  }

  store(word: number, value: number): void {
    Atomics.store(this.#words, word >> 2, value);
  }

  /** Gives the turn to the other side, with a message of `length` bytes, and wakes it if it sleeps. */
  give(turn: number, length: number, otherSleeps: number): void {
    this.store(LENGTH, length);
    this.store(TURN, turn);
    if (this.load(otherSleeps) !== 0) futexWake(this.memory, TURN, 1);
  }

  /** Spins for a little while. True if `turn` came. */
  spinFor(turn: number): boolean {
    const words = this.#words;
    const end = performance.now() + SPIN_NS / NS_PER_MS;
    do {
      for (let i = 0; i < SPINS_PER_LOOK; i++) {
        if (Atomics.load(words, TURN >> 2) === turn) return true;
        Atomics.pause();
      }
    } while (performance.now() < end);
    return false;
  }

  /** Sleeps until it is `turn`, or for `timeoutNs`. True if it came. */
  sleepFor(turn: number, iSleep: number, timeoutNs: number): boolean {
    this.store(iSleep, 1);
    // A turn that came since the last look finds the flag set, or is found here.
    if (this.load(TURN) !== turn) futexWait(this.memory, TURN, 1 - turn, timeoutNs);
    this.store(iSleep, 0);
    return this.load(TURN) === turn;
  }
}
