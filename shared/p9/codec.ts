/**
 * The wire: little-endian integers, and strings and data with their length before them, as in 9P.
 *
 * A message has one routine, `fields(codec)`, that passes each of its fields through the codec in wire order and keeps what
 * comes back: a `Writer` returns what it is given, a `Reader` what it reads. Both stay within the range they were reset to.
 * A field that doesn't fit, or breaks a limit, sets `failed`; from then on everything reads as zero or empty. Nothing throws.
 *
 * The memory may be shared with a hostile peer: a Reader reads each byte once, and callers judge only what it returned.
 */

import { readI64, readU53, writeU53 } from "../abi/layout.ts";
import { MAX_NAME_BYTES } from "./limits.ts";
import { checkName } from "./names.ts";

const NO_MEMORY = new Uint8Array(0);

/** Bytes that lie somewhere: where a message's data is, or shall come from. */
export class DataSpan {
  memory: Uint8Array = NO_MEMORY;
  start = 0;
  length = 0;

  set(memory: Uint8Array, start: number, length: number): void {
    this.memory = memory;
    this.start = start;
    this.length = length;
  }

  /** Forgets the memory. */
  clear(): void {
    this.set(NO_MEMORY, 0, 0);
  }
}

/** What a message's `fields` routine is given. */
export interface Codec {
  u8(value: number): number;
  u16(value: number): number;
  u32(value: number): number;
  /** An unsigned 64-bit number, exact below 2^53; a Reader refuses what isn't. */
  u53(value: number): number;
  /** A signed 64-bit number, exact within 2^53; a Reader refuses what isn't. */
  i64(value: number): number;
  /** A latin1 string of at most `maxBytes` after a 16-bit length. */
  string(value: string, maxBytes: number): string;
  /** A string that is one path component: see checkName. */
  name(value: string): string;
  /** Data after a 32-bit length. A Writer copies it unless it lies in place already; a Reader says where it lies. */
  data(span: DataSpan, maxBytes: number): void;
  /** The number of elements that follow, at most `max`; 16 bits. */
  count(value: number, max: number): number;
  /** The message is wrong in a way that only it knows. */
  fail(): void;
  readonly failed: boolean;
}

/** A message: plain fields and the routine that moves them. */
export interface Message {
  fields(codec: Codec): void;
}

/** The part that both directions share: a memory, a range of it and a position. */
abstract class Cursor {
  memory: Uint8Array = NO_MEMORY;
  position = 0;
  limit = 0;
  failed = false;
  protected view: DataView = new DataView(NO_MEMORY.buffer);
  protected text: Buffer = Buffer.from(NO_MEMORY.buffer);

  /** Starts at `start` in `memory`, with `length` bytes to go. */
  reset(memory: Uint8Array, start: number, length: number): void {
    if (memory !== this.memory) {
      this.memory = memory;
      this.view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
      this.text = Buffer.from(memory.buffer, memory.byteOffset, memory.byteLength);
    }
    this.position = start;
    this.limit = start + length;
    this.failed = start < 0 || length < 0 || this.limit > memory.byteLength;
    if (this.failed) this.limit = start;
  }

  fail(): void {
    this.failed = true;
  }

  /** Reserves `length` bytes and returns where they start; -1 once failed. */
  protected take(length: number): number {
    const start = this.position;
    if (this.failed || length > this.limit - start) {
      this.failed = true;
      return -1;
    }
    this.position = start + length;
    return start;
  }
}

export class Reader extends Cursor implements Codec {
  u8(_value: number): number {
    const at = this.take(1);
    return at < 0 ? 0 : this.view.getUint8(at);
  }

  u16(_value: number): number {
    const at = this.take(2);
    return at < 0 ? 0 : this.view.getUint16(at, true);
  }

  u32(_value: number): number {
    const at = this.take(4);
    return at < 0 ? 0 : this.view.getUint32(at, true);
  }

  u53(_value: number): number {
    const at = this.take(8);
    if (at < 0) return 0;
    const value = readU53(this.view, at);
    if (value <= Number.MAX_SAFE_INTEGER) return value;
    this.failed = true;
    return 0;
  }

  i64(_value: number): number {
    const at = this.take(8);
    if (at < 0) return 0;
    const value = readI64(this.view, at);
    if (Number.isSafeInteger(value)) return value;
    this.failed = true;
    return 0;
  }

  string(_value: string, maxBytes: number): string {
    const length = this.u16(0);
    if (length > maxBytes) this.failed = true;
    const at = this.take(length);
    return at < 0 || length === 0 ? "" : this.text.toString("latin1", at, at + length);
  }

  name(value: string): string {
    const name = this.string(value, MAX_NAME_BYTES);
    if (this.failed || checkName(name) === 0) return name;
    this.failed = true;
    return "";
  }

  data(span: DataSpan, maxBytes: number): void {
    const length = this.u32(0);
    if (length > maxBytes) this.failed = true;
    const at = this.take(length);
    if (at < 0) span.clear();
    else span.set(this.memory, at, length);
  }

  count(_value: number, max: number): number {
    const value = this.u16(0);
    if (value <= max) return value;
    this.failed = true;
    return 0;
  }

  /** Whether everything was read, to the last byte. */
  finished(): boolean {
    return !this.failed && this.position === this.limit;
  }
}

export class Writer extends Cursor implements Codec {
  u8(value: number): number {
    const at = this.take(1);
    if (at >= 0) this.view.setUint8(at, value);
    return value;
  }

  u16(value: number): number {
    const at = this.take(2);
    if (at >= 0) this.view.setUint16(at, value, true);
    return value;
  }

  u32(value: number): number {
    const at = this.take(4);
    if (at >= 0) this.view.setUint32(at, value, true);
    return value;
  }

  u53(value: number): number {
    const at = this.take(8);
    if (at >= 0) writeU53(this.view, at, value);
    return value;
  }

  i64(value: number): number {
    return this.u53(value);
  }

  string(value: string, maxBytes: number): string {
    if (value.length > maxBytes) this.failed = true;
    this.u16(value.length);
    const at = this.take(value.length);
    if (at >= 0) this.text.write(value, at, value.length, "latin1");
    return value;
  }

  name(value: string): string {
    if (checkName(value) < 0) this.failed = true;
    return this.string(value, MAX_NAME_BYTES);
  }

  data(span: DataSpan, maxBytes: number): void {
    if (span.length > maxBytes) this.failed = true;
    this.u32(span.length);
    const at = this.take(span.length);
    if (at < 0) return;
    if (span.memory === this.memory) {
      if (span.start !== at) this.memory.copyWithin(at, span.start, span.start + span.length);
    } else {
      this.memory.set(span.memory.subarray(span.start, span.start + span.length), at);
    }
  }

  count(value: number, max: number): number {
    if (value > max) this.failed = true;
    return this.u16(value);
  }

  /** Overwrites a 32-bit number written earlier. */
  patchU32(at: number, value: number): void {
    this.view.setUint32(at, value, true);
  }
}
