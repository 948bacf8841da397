/**
 * When the sentry looks at slots and notifications, and when it sleeps.
 *
 * While `asleep` is set, stubs ring: a notification makes the listener readable, which the event loop waits for. While it is clear,
 * stubs only write to their slots and we look at them. Between clearing and sleeping lies the usual race, closed as usual: set
 * `asleep`, then look once more.
 *
 * A ring is cheap when the host runs the other side on the same core, which a flag of the listener asks for. To spin is only good on
 * another core than the stub's: while awake and spinning the flag is off, and the host picks an idle core for who is woken.
 */
import { loopClose, loopOpen, notificationSyncWakeUp } from "./host_native.ts";
import { SHARED_ASLEEP, TURN_MASK, TURN_STUB } from "./layout.ts";
import type { Machine } from "./machine.ts";
import type { Notifications } from "./notifications.ts";
import { SpinGauge } from "./spin_gauge.ts";

/** How long to look for the next event before going to sleep. */
const SPIN_NS = 20_000;
/** After so long the event loop has its turn, however much there is to do. */
const TURN_NS = 1_000_000;
/** Looks at the slots between two looks at the clock. */
const LOOKS = 64;
const NOTIFICATIONS_PER_TURN = 64;
/** How often to look at the listener while spinning for something else. */
const NOTICE_NS = 10_000;

const SLEEP = 0;
const CALL_AGAIN = 1;

export class Loop {
  readonly #machine: Machine;
  readonly #notifications: Notifications;
  readonly #shared: Int32Array;
  readonly #nowNs: () => number;
  readonly #gauge: SpinGauge;
  readonly #handle: object;
  #sameCore = false;

  constructor(machine: Machine, notifications: Notifications, shared: Int32Array, nowNs: () => number, cores: number) {
    this.#machine = machine;
    this.#notifications = notifications;
    this.#shared = shared;
    this.#nowNs = nowNs;
    this.#gauge = new SpinGauge(cores > 1);
    machine.beforeAnswer = () => this.#beforeAnswer();
    this.#handle = loopOpen(machine.listener, (ready) => this.#run(ready));
  }

  close(): void {
    loopClose(this.#handle);
  }

  /** Serves until nothing comes for a while. */
  #run(ready: number): number {
    Atomics.store(this.#shared, SHARED_ASLEEP / 4, 0);
    this.#wakeOnSameCore(!this.#gauge.spinning);
    const startNs = this.#nowNs();
    let lastNs = startNs;
    let noticeNs = startNs;
    let served = ready === 0 ? this.#notifications.serve(NOTIFICATIONS_PER_TURN) : this.#notifications.serveReady();
    for (;;) {
      served += this.#lookAtSlots(LOOKS);
      const nowNs = this.#nowNs();
      if (served > 0) {
        this.#gauge.record(served, nowNs);
        lastNs = nowNs;
      }
      if (nowNs - startNs > TURN_NS) return CALL_AGAIN;
      if (served === 0 || !this.#gauge.spinning) {
        // Who has just had an answer to a notification was woken on this very core: it can't run while we spin.
        const promising = this.#machine.noticesDue === 0 && this.#machine.watched.length > 0;
        const wait = this.#gauge.spinning && promising && nowNs - lastNs < SPIN_NS;
        if (!wait && this.#sleep()) return SLEEP;
      }
      served = 0;
      if (nowNs - noticeNs > NOTICE_NS) {
        noticeNs = nowNs;
        served = this.#notifications.serve(NOTIFICATIONS_PER_TURN);
      }
    }
  }

  /**
   * Whoever is woken on this core may run before we get to sleep: it must find us asleep already, or it would spin for us in vain.
   */
  #beforeAnswer(): void {
    if (this.#gauge.spinning && this.#machine.noticesDue === 0) return;
    this.#wakeOnSameCore(true);
    Atomics.store(this.#shared, SHARED_ASLEEP / 4, 1);
  }

  #wakeOnSameCore(on: boolean): void {
    if (on === this.#sameCore) return;
    this.#sameCore = on;
    notificationSyncWakeUp(this.#machine.listener, on ? 1 : 0);
  }

  /** Announces sleep; false when something came in the meantime. */
  #sleep(): boolean {
    this.#wakeOnSameCore(true);
    Atomics.store(this.#shared, SHARED_ASLEEP / 4, 1);
    const { watched, arena } = this.#machine;
    for (const thread of watched) {
      if ((Atomics.load(arena.words, thread.turnWord) & TURN_MASK) === TURN_STUB || thread.tid === 0) continue;
      Atomics.store(this.#shared, SHARED_ASLEEP / 4, 0);
      return false;
    }
    this.#machine.counters.sleeps++;
    return true;
  }

  /** Looks at all watched slots up to `looks` times, and takes events as long as there are some. */
  #lookAtSlots(looks: number): number {
    const { watched } = this.#machine;
    const words = this.#machine.arena.words;
    let served = 0;
    for (let look = 0; look < looks; look++) {
      for (let i = 0; i < watched.length; ) {
        const thread = watched[i];
        const turn = Atomics.load(words, thread.turnWord);
        if ((turn & TURN_MASK) === TURN_STUB || thread.tid === 0) {
          i++;
          continue;
        }
        served++;
        this.#machine.takeEvent(thread, turn);
      }
      if (served > 0 && !this.#gauge.spinning) break;
    }
    return served;
  }
}
