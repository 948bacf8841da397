/** The serving side of flipcall: a thread that does nothing else. */

import type { Area } from "./area_native.ts";
import { PROCESSORS } from "./area_native.ts";
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

/** When a server counts as idle. */
const IDLE_NS = 1_000_000_000;
/** How often an idle server asks whether there is still a client; control kills it much sooner. */
const ALIVE_CHECK_NS = 60_000_000_000;

/** Reads the request of `length` bytes at `offset`, writes the reply there, and returns its length. */
export type FlipcallHandler = (memory: Uint8Array, offset: number, length: number) => number;

export class FlipcallServer {
  readonly #area: Area;
  readonly #isPeerAlive: () => boolean;

  constructor(area: Area, isPeerAlive: () => boolean) {
    this.#area = area;
    this.#isPeerAlive = isPeerAlive;
  }

  /** Serves until the client is gone, or breaks the protocol. `onIdle` runs when there has been nothing to do for a second. */
  serve(handler: FlipcallHandler, onIdle: () => void = () => {}): void {
    const area = this.#area;
    for (;;) {
      const spin = PROCESSORS > 1 && area.load(SPIN) !== 0;
      if (!(spin && area.spinFor(SERVER_TURN)) && !area.sleepFor(SERVER_TURN, SERVER_SLEEPS, IDLE_NS)) {
        onIdle();
        while (!area.sleepFor(SERVER_TURN, SERVER_SLEEPS, ALIVE_CHECK_NS)) {
          if (!this.#isPeerAlive()) return;
        }
      }
      const length = area.load(LENGTH);
      if (length < 0 || length > MESSAGE_CAPACITY) return;
      area.give(CLIENT_TURN, handler(area.memory, MESSAGE_OFFSET, length), CLIENT_SLEEPS);
    }
  }
}
