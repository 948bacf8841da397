/**
 * The way from a program to the screen: what OPOST asks for, the column of the cursor, and echoes of what is typed.
 *
 * Bytes end in `ring`, from which the master reads. Echoes go by `#echoes`, which is emptied into the ring before anything else is written, so
 * that the order and the column are right although the ring may be full or the terminal stopped. Echoes that don't fit there are lost.
 */
import {
  ECHOCTL,
  IUTF8,
  OCRNL,
  OLCUC,
  ONLCR,
  ONLRET,
  ONOCR,
  OPOST,
  TABDLY,
  XTABS,
} from "../../../shared/abi/termios.ts";
import { ByteRing } from "../kernel/byte_ring.ts";
import type { Termios } from "./termios.ts";

/** What waits for the master's reader: as much as Linux holds in the reader's own buffer and in the driver. */
export const OUTPUT_BYTES = 4096 + 8192;
/** Of which a flush leaves this much: it has arrived at the reader's side. */
const ARRIVED_BYTES = 4096;
const ECHO_BYTES = 4096;

const BACKSPACE = 8;
const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const SPACE = 0x20;
const CARET = 0x5e;
const DELETE = 0x7f;
const TAB_WIDTH = 8;
/** Linux uses this byte as a mark among its echoes, and so no flag changes it. */
const UNTOUCHED = 0xff;

/** iscntrl(3), for bytes. */
export function isControl(byte: number): boolean {
  return byte < SPACE || byte === DELETE;
}

/** As the kernel has it, letters are those of latin1. */
function isLetter(byte: number, first: number): boolean {
  return byte >= first && byte <= first + 25;
}

export function toLower(byte: number): number {
  return isLetter(byte, 0x41) || (byte >= 0xc0 && byte <= 0xde && byte !== 0xd7) ? byte + 0x20 : byte;
}

function toUpper(byte: number): number {
  return isLetter(byte, 0x61) || (byte >= 0xdf && byte !== 0xf7) ? byte - 0x20 : byte;
}

export class OutputProcessor {
  readonly ring = new ByteRing();
  readonly #echoes = new ByteRing();
  readonly #termios: Termios;
  #column = 0;
  /** Where the line being typed began. */
  #inputColumn = 0;
  /** Both columns as they were before the echoes that nobody has seen yet. */
  #shownColumn = 0;
  #shownInputColumn = 0;
  /** ^S, or tcflow(3): nothing goes out. */
  isStopped = false;
  /** What one byte has become. */
  readonly #expanded = new Uint8Array(TAB_WIDTH);

  constructor(termios: Termios) {
    this.#termios = termios;
  }

  get room(): number {
    return this.isStopped || this.#echoes.length > 0 ? 0 : Math.max(OUTPUT_BYTES - this.ring.length, 0);
  }

  /** A program's bytes. Returns how many were taken. */
  write(memory: Uint8Array, start: number, length: number): number {
    this.flushEchoes();
    if (this.room === 0) return 0;
    const { oflag, iflag } = this.#termios;
    if ((oflag & OPOST) === 0) {
      const count = Math.min(length, this.room);
      this.ring.append(memory, start, count);
      return count;
    }
    const end = start + length;
    let at = start;
    while (at < end) {
      const run = (oflag & OLCUC) !== 0 ? 0 : plainRun(memory, at, Math.min(end, at + this.room));
      if (run > 0) {
        this.ring.append(memory, at, run);
        this.#column += (iflag & IUTF8) !== 0 ? countCharacters(memory, at, run) : run;
        at += run;
        continue;
      }
      if (!this.#put(memory[at], this.ring, OUTPUT_BYTES)) break;
      at++;
    }
    return at - start;
  }

  /** One byte through OPOST into `target`. False, and nothing has happened, if it doesn't fit under `limit`. */
  #put(byte: number, target: ByteRing, limit: number): boolean {
    const expanded = this.#expanded;
    if ((this.#termios.oflag & OPOST) === 0) {
      if (target.length >= limit) return false;
      expanded[0] = byte;
      target.append(expanded, 0, 1);
      return true;
    }
    if (target.length + this.#sizeOf(byte) > limit) return false;
    target.append(expanded, 0, this.#expand(byte));
    return true;
  }

  #sizeOf(byte: number): number {
    const { oflag } = this.#termios;
    if (byte === NEWLINE) return (oflag & ONLCR) !== 0 ? 2 : 1;
    if (byte === TAB && (oflag & TABDLY) === XTABS) return this.#tabWidth;
    return 1;
  }

  get #tabWidth(): number {
    return TAB_WIDTH - (this.#column % TAB_WIDTH);
  }

  /** do_output_char() of n_tty.c: fills `#expanded`, moves the column, returns the length. */
  #expand(byte: number): number {
    const { oflag } = this.#termios;
    const out = this.#expanded;
    out[0] = byte;
    switch (byte) {
      case NEWLINE:
        if ((oflag & ONLRET) !== 0) this.#column = 0;
        if ((oflag & ONLCR) !== 0) {
          this.#inputColumn = this.#column = 0;
          out[0] = RETURN;
          out[1] = NEWLINE;
          return 2;
        }
        this.#inputColumn = this.#column;
        return 1;
      case RETURN:
        if ((oflag & ONOCR) !== 0 && this.#column === 0) return 0;
        if ((oflag & OCRNL) !== 0) {
          out[0] = NEWLINE;
          if ((oflag & ONLRET) !== 0) this.#inputColumn = this.#column = 0;
          return 1;
        }
        this.#inputColumn = this.#column = 0;
        return 1;
      case TAB: {
        const width = this.#tabWidth;
        this.#column += width;
        if ((oflag & TABDLY) !== XTABS) return 1;
        out.fill(SPACE, 0, width);
        return width;
      }
      case BACKSPACE:
        if (this.#column > 0) this.#column--;
        return 1;
      default:
        if (isControl(byte)) return 1;
        if ((oflag & OLCUC) !== 0) out[0] = toUpper(byte);
        if ((this.#termios.iflag & IUTF8) === 0 || (byte & 0xc0) !== 0x80) this.#column++;
        return 1;
    }
  }

  // --- echoes ---

  /** Echoes a byte as a program's output would look. */
  echoRaw(byte: number): void {
    this.#rememberColumns();
    if (byte === UNTOUCHED) this.#echoPair(byte, 1);
    else this.#put(byte, this.#echoes, ECHO_BYTES);
  }

  #rememberColumns(): void {
    if (this.#echoes.length > 0) return;
    this.#shownColumn = this.#column;
    this.#shownInputColumn = this.#inputColumn;
  }

  /** Echoes `first`, and after it `second` if `count` is 2, as they are. */
  #echoPair(first: number, count: number, second = 0): void {
    if (this.#echoes.length + count > ECHO_BYTES) return;
    this.#expanded[0] = first;
    this.#expanded[1] = second;
    this.#echoes.append(this.#expanded, 0, count);
    this.#column += count;
  }

  /** Echoes a typed character: control characters as ^X, if ECHOCTL says so. */
  echo(byte: number): void {
    if ((this.#termios.lflag & ECHOCTL) === 0 || !isControl(byte) || byte === TAB) {
      this.echoRaw(byte);
      return;
    }
    this.#rememberColumns();
    this.#echoPair(CARET, 2, byte ^ 0x40);
  }

  /** The next echo is the first of a line. */
  beginLine(): void {
    this.#inputColumn = this.#column;
  }

  /** Bytes of a multibyte character after its first don't move the cursor. */
  moveBackColumn(): void {
    if (this.#column > 0) this.#column--;
  }

  /** Erases a tab before which `columns` were used since the last tab, or since the line began. */
  eraseTab(columns: number, isAfterTab: boolean): void {
    const used = isAfterTab ? columns : columns + this.#inputColumn;
    const count = TAB_WIDTH - (used % TAB_WIDTH);
    this.#rememberColumns();
    if (this.#echoes.length + count > ECHO_BYTES) return;
    this.#expanded.fill(BACKSPACE, 0, count);
    this.#echoes.append(this.#expanded, 0, count);
    this.#column = Math.max(this.#column - count, 0);
  }

  /** Brings echoes to the ring. True if the ring has got something. */
  flushEchoes(): boolean {
    if (this.#echoes.length === 0 || this.isStopped) return false;
    const count = Math.min(this.#echoes.length, OUTPUT_BYTES - this.ring.length);
    if (count <= 0) return false;
    const bytes = new Uint8Array(count);
    this.#echoes.copyOut(bytes, 0, count, 0);
    this.#echoes.consume(count);
    this.ring.append(bytes, 0, count);
    return true;
  }

  /** Forgets echoes that haven't been shown. */
  dropEchoes(): void {
    if (this.#echoes.length === 0) return;
    this.#echoes.clear();
    this.#column = this.#shownColumn;
    this.#inputColumn = this.#shownInputColumn;
  }

  /** tcflush(3): drops what hasn't arrived. */
  flush(): void {
    if (this.ring.length <= ARRIVED_BYTES) return;
    const kept = new Uint8Array(ARRIVED_BYTES);
    this.ring.copyOut(kept, 0, ARRIVED_BYTES, 0);
    this.ring.clear();
    this.ring.append(kept, 0, ARRIVED_BYTES);
  }
}

/** How many bytes from `start` on are shown as they are and one column each (or part of one). */
function plainRun(memory: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && memory[at] >= SPACE && memory[at] !== DELETE) at++;
  return at - start;
}

function countCharacters(memory: Uint8Array, start: number, count: number): number {
  let characters = 0;
  for (let i = 0; i < count; i++) if ((memory[start + i] & 0xc0) !== 0x80) characters++;
  return characters;
}
