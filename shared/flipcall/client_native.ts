/** The calling side of flipcall: one call at a time, from one thread. */

import { EIO, EPIPE } from "../abi/errno.ts";
import { type Area, PROCESSORS } from "./area_native.ts";
import {
  CLIENT_SLEEPS,
  CLIENT_TURN,
  LENGTH,
  MESSAGE_CAPACITY,
  MESSAGE_OFFSET,
  SERVER_SLEEPS,
  SERVER_TURN,
  SPIN,
} from "./layout.ts";
import { SpinGauge } from "./spin_gauge.ts";

/** How often a sleeping client asks whether there is still a server. */
const ALIVE_CHECK_NS = 200_000_000;
const NS_PER_MS = 1e6;
/** After a pause as long as this the server sleeps however it does otherwise; such calls tell nothing. */
const PAUSE_MS = 1;

export class FlipcallClient {
  readonly memory: Uint8Array;
  readonly offset = MESSAGE_OFFSET;
  readonly capacity = MESSAGE_CAPACITY;
  readonly #area: Area;
  readonly #isPeerAlive: () => boolean;
  readonly #gauge = new SpinGauge(PROCESSORS);
  #lastMs = 0;

  constructor(area: Area, isPeerAlive: () => boolean) {
    this.#area = area;
    this.memory = area.memory;
    this.#isPeerAlive = isPeerAlive;
  }

  /** Hands over the request of `length` bytes at `offset` in `memory`. Returns the reply's length there, or -EPIPE or -EIO. */
  call(length: number): number {
    const area = this.#area;
    const spin = this.#gauge.shouldSpin;
    const startMs = performance.now();
    area.store(SPIN, spin ? 1 : 0);
    area.give(SERVER_TURN, length, SERVER_SLEEPS);
    if (!(spin && area.spinFor(CLIENT_TURN))) {
      while (!area.sleepFor(CLIENT_TURN, CLIENT_SLEEPS, ALIVE_CHECK_NS)) {
        if (!this.#isPeerAlive()) return -EPIPE;
      }
    }
    const endMs = performance.now();
    if (startMs - this.#lastMs < PAUSE_MS) this.#gauge.record((endMs - startMs) * NS_PER_MS);
    this.#lastMs = endMs;
    const received = area.load(LENGTH);
    return received < 0 || received > MESSAGE_CAPACITY ? -EIO : received;
  }
}
