/**
 * msgpack payloads from peers that may be hostile. The bytes are walked once before msgpackr sees them: exactly one value, no extension
 * types (msgpackr would build RegExps, Errors and typed arrays of a peer's choice), no depth or length that the bytes don't bear out.
 */

import { Packr } from "msgpackr/pack";

const MAX_DEPTH = 32;

const packr = new Packr({ useRecords: false, mapsAsObjects: true, int64AsType: "number", encodeUndefinedAsNil: true });

export function encodePayload(value: unknown): Uint8Array {
  return packr.pack(value);
}

/** The value, or undefined when the bytes aren't one acceptable value. */
export function decodePayload(payload: Uint8Array): unknown {
  if (!isPlainMsgpack(payload)) return undefined;
  try {
    return packr.unpack(payload);
  } catch {
    return undefined;
  }
}

/** Whether `bytes` is exactly one value of nil, booleans, numbers, strings, byte strings, arrays and maps with string keys. */
export function isPlainMsgpack(bytes: Uint8Array): boolean {
  return new Walker(bytes).walk(0) === bytes.length;
}

class Walker {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Passes over one value; returns the position after it, or -1. */
  walk(depth: number): number {
    const bytes = this.#bytes;
    if (depth > MAX_DEPTH || this.#at >= bytes.length) return -1;
    const tag = bytes[this.#at++];
    if (tag < 0x80 || tag >= 0xe0) return this.#at;
    if (tag < 0x90) return this.#pairs(tag - 0x80, depth);
    if (tag < 0xa0) return this.#items(tag - 0x90, depth);
    if (tag < 0xc0) return this.#skip(tag - 0xa0);
    switch (tag) {
      case 0xc0: // nil, false, true
      case 0xc2:
      case 0xc3:
        return this.#at;
      case 0xc4: // bin, str: length in 1, 2 or 4 bytes
      case 0xd9:
        return this.#skip(this.#length(1));
      case 0xc5:
      case 0xda:
        return this.#skip(this.#length(2));
      case 0xc6:
      case 0xdb:
        return this.#skip(this.#length(4));
      case 0xcc: // numbers
      case 0xd0:
        return this.#skip(1);
      case 0xcd:
      case 0xd1:
        return this.#skip(2);
      case 0xca:
      case 0xce:
      case 0xd2:
        return this.#skip(4);
      case 0xcb:
      case 0xcf:
      case 0xd3:
        return this.#skip(8);
      case 0xdc:
        return this.#items(this.#length(2), depth);
      case 0xdd:
        return this.#items(this.#length(4), depth);
      case 0xde:
        return this.#pairs(this.#length(2), depth);
      case 0xdf:
        return this.#pairs(this.#length(4), depth);
      default:
        return -1;
    }
  }

  #length(size: number): number {
    if (this.#at + size > this.#bytes.length) return -1;
    let length = 0;
    for (let i = 0; i < size; i++) length = length * 256 + this.#bytes[this.#at++];
    return length;
  }

  #skip(count: number): number {
    if (count < 0 || this.#at + count > this.#bytes.length) return -1;
    this.#at += count;
    return this.#at;
  }

  #items(count: number, depth: number): number {
    if (count < 0 || this.#at + count > this.#bytes.length) return -1;
    for (let i = 0; i < count; i++) if (this.walk(depth + 1) < 0) return -1;
    return this.#at;
  }

  #pairs(count: number, depth: number): number {
    if (count < 0 || this.#at + 2 * count > this.#bytes.length) return -1;
    for (let i = 0; i < count; i++) {
      const tag = this.#bytes[this.#at];
      const isString = (tag >= 0xa0 && tag < 0xc0) || (tag >= 0xd9 && tag <= 0xdb);
      if (!isString || this.walk(depth + 1) < 0 || this.walk(depth + 1) < 0) return -1;
    }
    return this.#at;
  }
}
