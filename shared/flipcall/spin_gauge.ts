/**
 * Finds out, as calls are made, whether spinning for the reply is faster than sleeping at once.
 *
 * Neither is faster everywhere: on idle cores a spin saves two wake-ups, on busy ones the spinner holds the core that the other side
 * needs. So the two are timed against each other: most calls go the better way, a few the other, in blocks, because the first
 * calls after a change still see the other side doing as before.
 */

const BLOCK_CALLS = 32;
/** Calls at the start of a block that are not counted. */
const SETTLING_CALLS = 4;
/** Of so many blocks one tries what looked worse. */
const PROBE_BLOCKS = 24;
/** How much a new block's mean counts against the old. */
const FRESHNESS = 0.5;

export class SpinGauge {
  readonly #canSpin: boolean;
  #spinning: boolean;
  #call = 0;
  #block = 0;
  #sumNs = 0;
  /** Mean duration of a call without and with spinning; 0 where not measured yet. */
  readonly #meanNs: [number, number] = [0, 0];

  /** `processors`: with one, nothing is ever gained by spinning. */
  constructor(processors: number) {
    this.#canSpin = processors > 1;
    this.#spinning = this.#canSpin;
  }

  /** Whether the call that is about to be made should spin. */
  get shouldSpin(): boolean {
    return this.#spinning;
  }

  /** A call took `durationNs`, from handing over to having the reply. */
  record(durationNs: number): void {
    if (!this.#canSpin) return;
    if (this.#call >= SETTLING_CALLS) this.#sumNs += durationNs;
    if (++this.#call < BLOCK_CALLS) return;
    const way = this.#spinning ? 1 : 0;
    const mean = this.#sumNs / (BLOCK_CALLS - SETTLING_CALLS);
    const old = this.#meanNs[way];
    this.#meanNs[way] = old === 0 ? mean : old + (mean - old) * FRESHNESS;
    this.#call = 0;
    this.#sumNs = 0;
    this.#block++;
    const [sleepNs, spinNs] = this.#meanNs;
    const spinIsBetter = spinNs !== 0 && (sleepNs === 0 || spinNs <= sleepNs);
    const probe = sleepNs === 0 || spinNs === 0 || this.#block % PROBE_BLOCKS === 0;
    this.#spinning = probe ? !this.#spinning : spinIsBetter;
  }
}
