/** Which pages of a file hold data: a sparse bitmap in chunks, so that a hole of terabytes costs nothing. */

const PAGES_PER_CHUNK = 1024;
const WORDS_PER_CHUNK = PAGES_PER_CHUNK / 32;

export class PageMap {
  readonly #chunks = new Map<number, Uint32Array>();
  #count = 0;

  /** Pages that hold data. */
  get count(): number {
    return this.#count;
  }

  has(page: number): boolean {
    const chunk = this.#chunks.get(Math.floor(page / PAGES_PER_CHUNK));
    if (chunk === undefined) return false;
    const bit = page % PAGES_PER_CHUNK;
    return ((chunk[bit >>> 5] >>> (bit & 31)) & 1) === 1;
  }

  /** How many of the pages [first, end) hold none yet. */
  missing(first: number, end: number): number {
    let missing = 0;
    for (let page = first; page < end; page++) if (!this.has(page)) missing++;
    return missing;
  }

  /** Marks [first, end). */
  add(first: number, end: number): void {
    for (let page = first; page < end; page++) {
      const key = Math.floor(page / PAGES_PER_CHUNK);
      let chunk = this.#chunks.get(key);
      if (chunk === undefined) {
        chunk = new Uint32Array(WORDS_PER_CHUNK);
        this.#chunks.set(key, chunk);
      }
      const bit = page % PAGES_PER_CHUNK;
      const mask = 1 << (bit & 31);
      if ((chunk[bit >>> 5] & mask) !== 0) continue;
      chunk[bit >>> 5] |= mask;
      this.#count++;
    }
  }

  /** Clears [first, end) (`end` may be Infinity); returns how many were marked. */
  remove(first: number, end: number): number {
    const before = this.#count;
    for (const [key, chunk] of this.#chunks) {
      const base = key * PAGES_PER_CHUNK;
      if (base >= end || base + PAGES_PER_CHUNK <= first) continue;
      const from = Math.max(0, first - base);
      const to = Math.min(PAGES_PER_CHUNK, end - base);
      for (let bit = from; bit < to; bit++) {
        const mask = 1 << (bit & 31);
        if ((chunk[bit >>> 5] & mask) === 0) continue;
        chunk[bit >>> 5] &= ~mask;
        this.#count--;
      }
      if (chunk.every((word) => word === 0)) this.#chunks.delete(key);
    }
    return before - this.#count;
  }

  /** The first marked page at or after `page`, below `end`; or `end`. */
  nextData(page: number, end: number): number {
    let at = page;
    while (at < end) {
      if (!this.#chunks.has(Math.floor(at / PAGES_PER_CHUNK))) {
        at = (Math.floor(at / PAGES_PER_CHUNK) + 1) * PAGES_PER_CHUNK;
        continue;
      }
      if (this.has(at)) return at;
      at++;
    }
    return end;
  }

  /** The first page without a mark at or after `page`, below `end`; or `end`. */
  nextHole(page: number, end: number): number {
    let at = page;
    while (at < end && this.has(at)) at++;
    return Math.min(at, end);
  }
}
