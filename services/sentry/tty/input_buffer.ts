/**
 * What has been typed and not been read: a ring of 4096 bytes in which some bytes end a line (struct n_tty_data of Linux).
 *
 * `tail` <= `lineHead` <= `head`, all counting upwards for ever. [tail, lineHead) are whole lines, [lineHead, head) the line being edited; [tail, committed) is
 * what a reader without line editing may take. A marked DISABLED byte is an end of file: it ends a line without being part of it.
 */
import { DISABLED } from "./termios.ts";

export const INPUT_BYTES = 4096;
const MASK = INPUT_BYTES - 1;

export class InputBuffer {
  readonly #bytes = new Uint8Array(INPUT_BYTES);
  /** 1 where a line ends. */
  readonly #ends = new Uint8Array(INPUT_BYTES);
  tail = 0;
  head = 0;
  lineHead = 0;
  committed = 0;

  get length(): number {
    return this.head - this.tail;
  }

  at(position: number): number {
    return this.#bytes[position & MASK];
  }

  push(byte: number): void {
    this.#bytes[this.head++ & MASK] = byte;
  }

  /** Appends many bytes, for which there must be room. */
  append(memory: Uint8Array, start: number, count: number): void {
    const at = this.head & MASK;
    const first = Math.min(count, INPUT_BYTES - at);
    this.#bytes.set(memory.subarray(start, start + first), at);
    if (first < count) this.#bytes.set(memory.subarray(start + first, start + count), 0);
    this.head += count;
  }

  /** Takes the newest byte back. */
  pop(): void {
    this.head--;
  }

  /** Ends the line with `byte`: it can be read from now on. */
  endLine(byte: number): void {
    this.#ends[this.head & MASK] = 1;
    this.push(byte);
    this.lineHead = this.head;
  }

  /** Everything so far may be read by whoever doesn't care for lines. */
  commit(): void {
    this.committed = this.head;
  }

  clear(): void {
    this.tail = this.head = this.lineHead = this.committed = 0;
    this.#ends.fill(0);
  }

  /** Line editing was switched on or off: what is there stays, as one line or as bytes. */
  changeMode(isCanonical: boolean): void {
    this.#ends.fill(0);
    if (!isCanonical || this.length === 0) {
      this.lineHead = this.tail;
    } else {
      this.#ends[(this.head - 1) & MASK] = 1;
      this.lineHead = this.head;
    }
    this.committed = this.head;
  }

  get hasLine(): boolean {
    return this.lineHead !== this.tail;
  }

  get committedLength(): number {
    return this.committed - this.tail;
  }

  /** Takes at most one line, or what fits of it. There must be one. 0 is an end of file. */
  takeLine(memory: Uint8Array, start: number, length: number): number {
    let count = 0;
    while (this.tail !== this.lineHead) {
      const at = this.tail & MASK;
      const isEnd = this.#ends[at] === 1;
      const byte = this.#bytes[at];
      const isEndOfFile = isEnd && byte === DISABLED;
      // A reader that is full doesn't meet the end of file next time.
      if (count === length && !isEndOfFile) break;
      if (!isEndOfFile) memory[start + count++] = byte;
      this.tail++;
      if (!isEnd) continue;
      this.#ends[at] = 0;
      break;
    }
    return count;
  }

  /** Takes committed bytes, at most `length`. */
  takeBytes(memory: Uint8Array, start: number, length: number): number {
    const count = Math.min(length, this.committedLength);
    const at = this.tail & MASK;
    const first = Math.min(count, INPUT_BYTES - at);
    memory.set(this.#bytes.subarray(at, at + first), start);
    if (first < count) memory.set(this.#bytes.subarray(0, count - first), start + first);
    this.tail += count;
    return count;
  }

  /** Bytes in whole lines, ends of file not counted: FIONREAD. */
  get lineBytes(): number {
    let count = this.lineHead - this.tail;
    for (let position = this.tail; position < this.lineHead; position++) {
      if (this.#ends[position & MASK] === 1 && this.#bytes[position & MASK] === DISABLED) count--;
    }
    return count;
  }
}
