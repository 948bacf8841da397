/** A queue of bytes in a ring of power-of-two size that grows with need: what pipes and stream sockets hold. */
const INITIAL_BYTES = 4096;
const SMALL_COPY = 64;

export class ByteRing {
  #bytes = new Uint8Array(INITIAL_BYTES);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Appends `count` bytes, making room as needed: limits are the owner's. */
  append(memory: Uint8Array, start: number, count: number): void {
    if (this.#length + count > this.#bytes.length) this.#grow(this.#length + count);
    const bytes = this.#bytes;
    const mask = bytes.length - 1;
    const tail = (this.#head + this.#length) & mask;
    if (count <= SMALL_COPY) {
      for (let i = 0; i < count; i++) bytes[(tail + i) & mask] = memory[start + i];
    } else {
      const first = Math.min(count, bytes.length - tail);
      bytes.set(memory.subarray(start, start + first), tail);
      if (first < count) bytes.set(memory.subarray(start + first, start + count), 0);
    }
    this.#length += count;
  }

  /** Copies `count` bytes out, which must be there, from `skip` bytes after the oldest. */
  copyOut(memory: Uint8Array, start: number, count: number, skip: number): void {
    const bytes = this.#bytes;
    const mask = bytes.length - 1;
    const head = (this.#head + skip) & mask;
    if (count <= SMALL_COPY) {
      for (let i = 0; i < count; i++) memory[start + i] = bytes[(head + i) & mask];
      return;
    }
    const first = Math.min(count, bytes.length - head);
    memory.set(bytes.subarray(head, head + first), start);
    if (first < count) memory.set(bytes.subarray(0, count - first), start + first);
  }

  /** Drops the oldest `count` bytes. */
  consume(count: number): void {
    this.#length -= count;
    // An empty ring starts again at its beginning, so that most copies are in one piece.
    this.#head = this.#length === 0 ? 0 : (this.#head + count) & (this.#bytes.length - 1);
  }

  /** Drops everything, and memory beyond the initial size. */
  clear(): void {
    this.#length = 0;
    this.#head = 0;
    if (this.#bytes.length > INITIAL_BYTES) this.#bytes = new Uint8Array(INITIAL_BYTES);
  }

  #grow(needed: number): void {
    let size = this.#bytes.length;
    while (size < needed) size *= 2;
    const bytes = new Uint8Array(size);
    this.copyOut(bytes, 0, this.#length, 0);
    this.#bytes = bytes;
    this.#head = 0;
  }
}
