/**
 * When the sentry looks at slots and notifications, and when it sleeps.
 *
 * While `asleep` is set, stubs ring: a notification makes the listener readable, which Node's event loop sees. While it is clear,
 * stubs only write to their slots and we look at them. Between clearing and sleeping lies the usual race, closed as usual: set
 * `asleep`, then look once more.
 */
import { POLLER_READABLE, Poller } from "./host_native.ts";
import { SHARED_ASLEEP, TURN_STUB } from "./layout.ts";
import type { Machine } from "./machine.ts";
import type { Notifications } from "./notifications.ts";

/** How long to look for the next event before going to sleep. */
const SPIN_NS = 20_000;
/** After so long the event loop has its turn, however much there is to do. */
const TURN_NS = 2_000_000;
const LOOKS_PER_CLOCK = 32;
const NOTIFICATIONS_PER_TURN = 64;

export class Loop {
  readonly #machine: Machine;
  readonly #notifications: Notifications;
  readonly #shared: Int32Array;
  readonly #nowNs: () => number;
  readonly #poller: Poller;
  readonly #spins: boolean;
  #running = false;
  #again = false;
  #closed = false;

  constructor(machine: Machine, notifications: Notifications, shared: Int32Array, nowNs: () => number, cores: number) {
    this.#machine = machine;
    this.#notifications = notifications;
    this.#shared = shared;
    this.#nowNs = nowNs;
    this.#spins = cores > 1;
    const poller = Poller.watch(machine.listener, POLLER_READABLE, () => this.run());
    if (typeof poller === "number") throw new Error(`systrap: cannot watch the listener: errno ${-poller}`);
    this.#poller = poller;
  }

  /** Serves until nothing comes for a while. Safe to call at any time; within a handler it does nothing. */
  run(): void {
    if (this.#running || this.#closed) return;
    this.#running = true;
    Atomics.store(this.#shared, SHARED_ASLEEP / 4, 0);
    const start = this.#nowNs();
    let last = start;
    for (;;) {
      let served = this.#notifications.serve(NOTIFICATIONS_PER_TURN);
      served += this.#lookAtSlots();
      const now = this.#nowNs();
      if (served > 0) last = now;
      if (now - start > TURN_NS) {
        this.#running = false;
        this.#yield();
        return;
      }
      if (served === 0 && (!this.#spins || now - last > SPIN_NS || this.#machine.watched.length === 0)) {
        Atomics.store(this.#shared, SHARED_ASLEEP / 4, 1);
        if (this.#lookAtSlots() === 0) break;
        Atomics.store(this.#shared, SHARED_ASLEEP / 4, 0);
        last = this.#nowNs();
      }
      for (let looks = 0; looks < LOOKS_PER_CLOCK; looks++) {
        if (this.#lookAtSlots() > 0) {
          last = 0;
          break;
        }
        if (this.#machine.noticesDue > 0) break;
      }
      if (last === 0) last = this.#nowNs();
    }
    this.#machine.counters.sleeps++;
    this.#running = false;
  }

  close(): void {
    this.#closed = true;
    this.#poller.close();
  }

  /** Lets the event loop see its other descriptors, and comes back. */
  #yield(): void {
    if (this.#again) return;
    this.#again = true;
    setImmediate(() => {
      this.#again = false;
      this.run();
    });
  }

  #lookAtSlots(): number {
    const { watched, arena } = this.#machine;
    const words = arena.words;
    let served = 0;
    for (let i = 0; i < watched.length && served < NOTIFICATIONS_PER_TURN; ) {
      const thread = watched[i];
      if (Atomics.load(words, thread.turnWord) === TURN_STUB || thread.tid === 0) {
        i++;
        continue;
      }
      served++;
      this.#machine.takeEvent(thread);
    }
    return served;
  }
}
