/**
 * Finds out, as the sandbox runs, whether the sentry should spin for the next event or sleep and be rung.
 *
 * Neither is better everywhere. With two idle cores a spin makes a hand-off 30 times faster; where others want the cores the spinner
 * holds the one that the stub needs. So hand-offs are timed in both modes and the better is kept. The other is tried now and
 * then, the more seldom the more often it has lost, and at once when the present mode gets much slower than it was.
 *
 * Time in which the sandbox had nothing to do doesn't count.
 */
const BLOCK_EVENTS = 64;
/** A trial is shorter: it may be thirty times slower. */
const TRIAL_EVENTS = 24;
/** Events at the start of a trial that still see the other mode. */
const SETTLING_EVENTS = 4;
const FIRST_PAUSE_NS = 4e6;
const LONGEST_PAUSE_NS = 500e6;
/** A trial may cost so much of the time. */
const TRIAL_SHARE = 1 / 50;
/** More than this between two events is idleness. */
const IDLE_NS = 60_000;
/** How much slower than when it was chosen a mode may get before the other is tried. */
const DEGRADED = 2;

export class SpinGauge {
  readonly #possible: boolean;
  #spinning: boolean;
  #trial = false;
  #events = 0;
  #blockStartNs = 0;
  #lastNs = 0;
  #idleNs = 0;
  #chosenMeanNs = 0;
  #pauseNs = FIRST_PAUSE_NS;
  #nextTrialNs = 0;

  constructor(possible: boolean) {
    this.#possible = possible;
    this.#spinning = possible;
  }

  get spinning(): boolean {
    return this.#spinning;
  }

  /** `count` events were served by `nowNs`. */
  record(count: number, nowNs: number): void {
    if (!this.#possible) return;
    const gapNs = nowNs - this.#lastNs;
    if (gapNs > IDLE_NS) this.#idleNs += gapNs - IDLE_NS;
    this.#lastNs = nowNs;
    this.#events += count;
    if (this.#trial) {
      const spentNs = nowNs - this.#blockStartNs - this.#idleNs;
      const lost = this.#events > SETTLING_EVENTS && spentNs > 2 * TRIAL_EVENTS * this.#chosenMeanNs;
      if (lost || this.#events >= TRIAL_EVENTS + SETTLING_EVENTS) this.#endTrial(nowNs);
    } else if (this.#events >= BLOCK_EVENTS) {
      this.#endBlock(nowNs);
    }
  }

  #start(nowNs: number): void {
    this.#events = 0;
    this.#idleNs = 0;
    this.#blockStartNs = nowNs;
  }

  #meanNs(nowNs: number): number {
    return (nowNs - this.#blockStartNs - this.#idleNs) / this.#events;
  }

  #endBlock(nowNs: number): void {
    const meanNs = this.#meanNs(nowNs);
    const degraded = this.#chosenMeanNs > 0 && meanNs > this.#chosenMeanNs * DEGRADED;
    if (degraded) this.#pauseNs = FIRST_PAUSE_NS;
    this.#chosenMeanNs = this.#chosenMeanNs === 0 ? meanNs : this.#chosenMeanNs + (meanNs - this.#chosenMeanNs) / 8;
    this.#start(nowNs);
    if (nowNs < this.#nextTrialNs && !(degraded && nowNs > this.#nextTrialNs - this.#pauseNs + FIRST_PAUSE_NS)) return;
    this.#trial = true;
    this.#spinning = !this.#spinning;
  }

  #endTrial(nowNs: number): void {
    const meanNs = this.#meanNs(nowNs);
    const durationNs = nowNs - this.#blockStartNs;
    this.#trial = false;
    if (meanNs < this.#chosenMeanNs) {
      this.#chosenMeanNs = meanNs;
      this.#pauseNs = FIRST_PAUSE_NS;
    } else {
      this.#spinning = !this.#spinning;
      this.#pauseNs = Math.min(this.#pauseNs * 2, LONGEST_PAUSE_NS);
    }
    this.#nextTrialNs = nowNs + Math.max(this.#pauseNs, durationNs / TRIAL_SHARE);
    this.#start(nowNs);
  }
}
