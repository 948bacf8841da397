/**
 * Finds out, as the sandbox runs, whether the sentry should spin for the next event or sleep and be rung.
 *
 * Neither is better everywhere. With two idle cores a spin makes a hand-off ten times faster; where others want the cores the spinner
 * holds the one that the stub needs. So hand-offs are timed in both modes and the better is kept. The other is tried now and
 * then, the more seldom the more often it has lost, and soon when the present mode is slower than the other was last.
 *
 * A trial ends at once when it has proved better. Time in which the sandbox had nothing to do doesn't count.
 */
const BLOCK_EVENTS = 64;
const TRIAL_EVENTS = 24;
/** Events at the start of a trial that still see the other mode. */
const SETTLING_EVENTS = 6;
/** The first hand-offs after the two sides went to different cores are slow. */
const SPIN_TRIAL_NS = 1e6;
const FIRST_PAUSE_NS = 3e6;
const LONGEST_PAUSE_NS = 1e9;
/** Between trials that a slow block calls for. */
const SHORTEST_PAUSE_NS = 1e6;
/** More than this between two events is idleness. */
const IDLE_NS = 60_000;
/** So much slower than the other mode was is reason to try it. */
const WORSE = 1.25;
/**
 * So many slow blocks in a row are reason to try it. One alone is a stall (a tick of the host, a thread moved to the other core) that says nothing of the
 * mode: to leave a good mode for each of them costs more than the stalls.
 */
const SLOW_BLOCKS = 3;
/** A trial must win by this. */
const BETTER = 0.9;

export class SpinGauge {
  readonly #possible: boolean;
  #spinning = false;
  #trial = false;
  #settling = 0;
  #trialEndNs = 0;
  #events = 0;
  #blockStartNs = 0;
  #lastNs = 0;
  #idleNs = 0;
  #meanNs = 0;
  #otherMeanNs = Infinity;
  #pauseNs = FIRST_PAUSE_NS;
  #lastTrialNs = 0;
  #slowBlocks = 0;

  constructor(possible: boolean) {
    this.#possible = possible;
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
    if (this.#settling > 0) {
      this.#settling -= count;
      if (this.#settling <= 0) this.#startBlock(nowNs);
    } else if (this.#trial) {
      if (this.#events >= TRIAL_EVENTS) this.#judgeTrial(nowNs);
    } else if (this.#events >= BLOCK_EVENTS || this.#isSlow(nowNs)) {
      this.#endBlock(nowNs);
    }
  }

  #startBlock(nowNs: number): void {
    this.#events = 0;
    this.#idleNs = 0;
    this.#blockStartNs = nowNs;
  }

  #spentNs(nowNs: number): number {
    return nowNs - this.#blockStartNs - this.#idleNs;
  }

  /** Whether this block has lasted longer already than it would have in the other mode. */
  #isSlow(nowNs: number): boolean {
    return this.#events >= TRIAL_EVENTS / 2 && this.#spentNs(nowNs) > WORSE * BLOCK_EVENTS * this.#otherMeanNs;
  }

  #endBlock(nowNs: number): void {
    const meanNs = this.#spentNs(nowNs) / this.#events;
    this.#slowBlocks = meanNs > this.#otherMeanNs * WORSE ? this.#slowBlocks + 1 : 0;
    const worse = this.#slowBlocks >= SLOW_BLOCKS;
    // What a stall has cost is no news of the mode either.
    if (this.#slowBlocks > 0 && !worse) {
      this.#startBlock(nowNs);
      return;
    }
    this.#meanNs = this.#meanNs === 0 || worse ? meanNs : this.#meanNs + (meanNs - this.#meanNs) / 8;
    this.#startBlock(nowNs);
    if (nowNs - this.#lastTrialNs < (worse ? SHORTEST_PAUSE_NS : this.#pauseNs)) return;
    this.#trial = true;
    this.#slowBlocks = 0;
    this.#settling = SETTLING_EVENTS;
    this.#spinning = !this.#spinning;
    // A trial of sleeping needs no longer than its events take.
    this.#trialEndNs = this.#spinning ? nowNs + SPIN_TRIAL_NS : nowNs;
  }

  #judgeTrial(nowNs: number): void {
    const meanNs = this.#spentNs(nowNs) / this.#events;
    const better = meanNs < this.#meanNs * BETTER;
    this.#startBlock(nowNs);
    if (!better && nowNs < this.#trialEndNs) return;
    this.#trial = false;
    this.#lastTrialNs = nowNs;
    if (better) {
      this.#otherMeanNs = this.#meanNs;
      this.#meanNs = meanNs;
      this.#pauseNs = FIRST_PAUSE_NS;
    } else {
      this.#otherMeanNs = meanNs;
      this.#spinning = !this.#spinning;
      this.#settling = SETTLING_EVENTS;
      this.#pauseNs = Math.min(this.#pauseNs * 2, LONGEST_PAUSE_NS);
    }
  }
}
