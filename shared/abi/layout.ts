/**
 * Layouts of C structs, read and written in place on memory that somebody else owns.
 *
 *   export const TimespecLayout = struct(16, { sec: new I64(0), nsec: new U53(8) });
 *   TimespecLayout.nsec.read(view, base);
 *
 * Offsets are written out, as in a header with `pahole` comments, and checked when the module loads: fields may not
 * overlap, and every byte belongs to a field or to a `pad(offset, length)`. Reads and writes allocate nothing, need no
 * alignment, and are little-endian unless the class says otherwise.
 *
 * Sixty-four-bit numbers are doubles. U53 and I64 are exact below 2^53, which holds for every address, size, offset and
 * nanosecond count that a sane program uses; a program's insane ones are rounded and still refused by range checks.
 * Opaque 64-bit values (signal masks, epoll data, futex words) are declared as two U32 halves instead.
 */

const TWO_32 = 4294967296;
const TWO_64 = TWO_32 * TWO_32;

/** A member of a struct: where it lies and how long it is. */
export abstract class Field {
  readonly offset: number;
  readonly byteLength: number;

  constructor(offset: number, byteLength: number) {
    this.offset = offset;
    this.byteLength = byteLength;
  }
}

export class U8 extends Field {
  constructor(offset: number) {
    super(offset, 1);
  }
  read(view: DataView, base: number): number {
    return view.getUint8(base + this.offset);
  }
  write(view: DataView, base: number, value: number): void {
    view.setUint8(base + this.offset, value);
  }
}

export class I8 extends Field {
  constructor(offset: number) {
    super(offset, 1);
  }
  read(view: DataView, base: number): number {
    return view.getInt8(base + this.offset);
  }
  write(view: DataView, base: number, value: number): void {
    view.setInt8(base + this.offset, value);
  }
}

export class U16 extends Field {
  constructor(offset: number) {
    super(offset, 2);
  }
  read(view: DataView, base: number): number {
    return view.getUint16(base + this.offset, true);
  }
  write(view: DataView, base: number, value: number): void {
    view.setUint16(base + this.offset, value, true);
  }
}

/** Network byte order: ports. */
export class U16BE extends Field {
  constructor(offset: number) {
    super(offset, 2);
  }
  read(view: DataView, base: number): number {
    return view.getUint16(base + this.offset, false);
  }
  write(view: DataView, base: number, value: number): void {
    view.setUint16(base + this.offset, value, false);
  }
}

export class I16 extends Field {
  constructor(offset: number) {
    super(offset, 2);
  }
  read(view: DataView, base: number): number {
    return view.getInt16(base + this.offset, true);
  }
  write(view: DataView, base: number, value: number): void {
    view.setInt16(base + this.offset, value, true);
  }
}

export class U32 extends Field {
  constructor(offset: number) {
    super(offset, 4);
  }
  read(view: DataView, base: number): number {
    return view.getUint32(base + this.offset, true);
  }
  write(view: DataView, base: number, value: number): void {
    view.setUint32(base + this.offset, value, true);
  }
}

/** Network byte order: IPv4 addresses. */
export class U32BE extends Field {
  constructor(offset: number) {
    super(offset, 4);
  }
  read(view: DataView, base: number): number {
    return view.getUint32(base + this.offset, false);
  }
  write(view: DataView, base: number, value: number): void {
    view.setUint32(base + this.offset, value, false);
  }
}

export class I32 extends Field {
  constructor(offset: number) {
    super(offset, 4);
  }
  read(view: DataView, base: number): number {
    return view.getInt32(base + this.offset, true);
  }
  write(view: DataView, base: number, value: number): void {
    view.setInt32(base + this.offset, value, true);
  }
}

/** An unsigned 64-bit number as a double, exact below 2^53. */
export class U53 extends Field {
  constructor(offset: number) {
    super(offset, 8);
  }
  read(view: DataView, base: number): number {
    return readU53(view, base + this.offset);
  }
  write(view: DataView, base: number, value: number): void {
    writeU53(view, base + this.offset, value);
  }
}

/** A signed 64-bit number as a double, exact where |x| < 2^53. */
export class I64 extends Field {
  constructor(offset: number) {
    super(offset, 8);
  }
  read(view: DataView, base: number): number {
    return readI64(view, base + this.offset);
  }
  write(view: DataView, base: number, value: number): void {
    writeU53(view, base + this.offset, value);
  }
}

/** A fixed array of bytes: strings, addresses, opaque areas. */
export class Bytes extends Field {
  /** The bytes up to the first NUL, as a latin1 string. */
  readCString(view: DataView, base: number): string {
    const start = base + this.offset;
    let s = "";
    for (let i = 0; i < this.byteLength; i++) {
      const c = view.getUint8(start + i);
      if (c === 0) break;
      s += String.fromCharCode(c);
    }
    return s;
  }

  /** Writes a latin1 string, cut to leave room for a NUL, and clears the rest. */
  writeCString(view: DataView, base: number, s: string): void {
    const start = base + this.offset;
    const used = Math.min(s.length, this.byteLength - 1);
    for (let i = 0; i < used; i++) view.setUint8(start + i, s.charCodeAt(i));
    for (let i = used; i < this.byteLength; i++) view.setUint8(start + i, 0);
  }

  /** Copies the field into `out` from `outOffset`. */
  copyTo(view: DataView, base: number, out: Uint8Array, outOffset: number): void {
    const start = base + this.offset;
    for (let i = 0; i < this.byteLength; i++) out[outOffset + i] = view.getUint8(start + i);
  }

  /** Fills the field from `from`; bytes that `from` does not have become zero. */
  copyFrom(view: DataView, base: number, from: Uint8Array): void {
    const start = base + this.offset;
    for (let i = 0; i < this.byteLength; i++) view.setUint8(start + i, i < from.length ? from[i] : 0);
  }

  zero(view: DataView, base: number): void {
    zeroBytes(view, base + this.offset, this.byteLength);
  }
}

/** Bytes that belong to no field. Written as zero by `zero()` of the struct only. */
export class Pad extends Field {}

export function pad(offset: number, byteLength: number): Pad {
  return new Pad(offset, byteLength);
}

/** A checked struct: its fields by name, its size, and a way to clear it. */
export type Layout<F> = Readonly<F> & {
  readonly byteLength: number;
  /** Clears all of the struct, padding included, so that nothing of ours leaks into the program's memory. */
  zero(view: DataView, base: number): void;
};

/** Declares a struct of `byteLength` bytes; throws, at load, on overlaps and on holes that no `pad` explains. */
export function struct<F extends Record<string, Field>>(byteLength: number, fields: F, ...pads: Pad[]): Layout<F> {
  const members: [string, Field][] = [...Object.entries(fields), ...pads.map((p): [string, Field] => ["pad", p])];
  members.sort((a, b) => a[1].offset - b[1].offset);
  let end = 0;
  for (const [name, field] of members) {
    if (name === "byteLength" || name === "zero") throw new Error(`a field may not be called ${name}`);
    if (field.offset < end) throw new Error(`field ${name} at ${field.offset} overlaps the one before, to ${end}`);
    if (field.offset > end) throw new Error(`hole from ${end} to ${field.offset}, before field ${name}`);
    end = field.offset + field.byteLength;
  }
  if (end !== byteLength) throw new Error(`fields end at ${end} in a struct of ${byteLength} bytes`);
  return Object.freeze({
    ...fields,
    byteLength,
    zero: (view: DataView, base: number) => zeroBytes(view, base, byteLength),
  });
}

/** Reads an unsigned 64-bit number as a double. */
export function readU53(view: DataView, offset: number): number {
  return view.getUint32(offset + 4, true) * TWO_32 + view.getUint32(offset, true);
}

/** Reads a signed 64-bit number as a double. */
export function readI64(view: DataView, offset: number): number {
  return view.getInt32(offset + 4, true) * TWO_32 + view.getUint32(offset, true);
}

/** Writes a double as a 64-bit number in two's complement; 2^64 and above become all ones (see RLIM_INFINITY). */
export function writeU53(view: DataView, offset: number, value: number): void {
  if (value >= TWO_64) {
    view.setUint32(offset, 0xffffffff, true);
    view.setUint32(offset + 4, 0xffffffff, true);
    return;
  }
  const high = Math.floor(value / TWO_32);
  view.setUint32(offset, value - high * TWO_32, true);
  view.setUint32(offset + 4, high, true);
}

export function zeroBytes(view: DataView, offset: number, byteLength: number): void {
  for (let i = 0; i < byteLength; i++) view.setUint8(offset + i, 0);
}
