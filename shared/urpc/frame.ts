/**
 * urpc's frames: a header of 12 bytes, then a msgpack payload.
 *
 *     u32 length of the payload   u8 kind   u8 descriptors   u16 zero   u32 exchange
 *
 * An exchange number is chosen by the side that sends the request; the two directions are numbered apart. Descriptors of a frame are
 * sent with its first byte. Anything that breaks a rule ends the connection: there is no resynchronising.
 */

import { EMSGSIZE, EPROTO } from "../abi/errno.ts";
import { struct, U8, U16, U32 } from "../abi/layout.ts";

export const FRAME_REQUEST = 1;
export const FRAME_REPLY = 2;
export const FRAME_ERROR = 3;
export const FRAME_CANCEL = 4;
/** One item of a stream that answers a request; the stream ends with FRAME_REPLY or FRAME_ERROR. */
export const FRAME_ITEM = 5;
/** The receiver of a stream allows more items. */
export const FRAME_CREDIT = 6;
/** A message that nobody answers. */
export const FRAME_NOTICE = 7;

export const HEADER_BYTES = 12;

const HeaderLayout = struct(HEADER_BYTES, {
  length: new U32(0),
  kind: new U8(4),
  fdCount: new U8(5),
  reserved: new U16(6),
  exchange: new U32(8),
});

export interface Limits {
  /** Largest payload, bytes. */
  payloadBytes: number;
  /** Most descriptors in one frame. */
  fds: number;
  /** Most unanswered requests in each direction. */
  exchanges: number;
  /** Most bytes waiting to be sent; a peer that doesn't read loses the connection. */
  queueBytes: number;
  /** Items of a stream that may be under way. */
  streamWindow: number;
}

export const DEFAULT_LIMITS: Limits = {
  payloadBytes: 4 << 20,
  fds: 32,
  exchanges: 1024,
  queueBytes: 16 << 20,
  streamWindow: 64,
};

export interface Frame {
  kind: number;
  exchange: number;
  payload: Uint8Array;
  fds: number[];
}

export function encodeFrame(kind: number, exchange: number, fdCount: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + payload.length);
  const view = new DataView(bytes.buffer);
  HeaderLayout.length.write(view, 0, payload.length);
  HeaderLayout.kind.write(view, 0, kind);
  HeaderLayout.fdCount.write(view, 0, fdCount);
  HeaderLayout.reserved.write(view, 0, 0);
  HeaderLayout.exchange.write(view, 0, exchange);
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

/**
 * Cuts a stream of bytes and descriptors into frames. After an error it takes nothing more; descriptors that no frame has claimed
 * stay in `takeUnclaimedFds`, for the owner to close.
 */
export class FrameReader {
  readonly #limits: Limits;
  #pending = new Uint8Array(4096);
  #pendingLength = 0;
  #fds: number[] = [];
  #failed = false;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Adds bytes and the descriptors that came with them; calls `onFrame` for every complete frame. 0, -EPROTO or -EMSGSIZE. */
  push(
    bytes: Uint8Array,
    start: number,
    length: number,
    fds: readonly number[],
    onFrame: (frame: Frame) => void,
  ): number {
    this.#fds.push(...fds);
    if (this.#failed) return -EPROTO;
    this.#append(bytes, start, length);
    let at = 0;
    while (this.#pendingLength - at >= HEADER_BYTES) {
      const view = new DataView(this.#pending.buffer, at, HEADER_BYTES);
      const payloadLength = HeaderLayout.length.read(view, 0);
      const kind = HeaderLayout.kind.read(view, 0);
      const fdCount = HeaderLayout.fdCount.read(view, 0);
      if (payloadLength > this.#limits.payloadBytes) return this.#fail(-EMSGSIZE);
      const known = kind >= FRAME_REQUEST && kind <= FRAME_NOTICE && HeaderLayout.reserved.read(view, 0) === 0;
      if (!known || fdCount > this.#limits.fds) return this.#fail(-EPROTO);
      const end = at + HEADER_BYTES + payloadLength;
      if (end > this.#pendingLength) break;
      // A frame's descriptors come with its first byte, so they are here by now.
      if (fdCount > this.#fds.length) return this.#fail(-EPROTO);
      const payload = this.#pending.slice(at + HEADER_BYTES, end);
      const exchange = HeaderLayout.exchange.read(view, 0);
      at = end;
      onFrame({ kind, exchange, payload, fds: this.#fds.splice(0, fdCount) });
    }
    this.#pending.copyWithin(0, at, this.#pendingLength);
    this.#pendingLength -= at;
    // At most the descriptors of the one frame under way may be waiting.
    if (this.#fds.length > this.#limits.fds || (this.#pendingLength === 0 && this.#fds.length > 0)) {
      return this.#fail(-EPROTO);
    }
    return 0;
  }

  takeUnclaimedFds(): number[] {
    return this.#fds.splice(0);
  }

  #fail(error: number): number {
    this.#failed = true;
    return error;
  }

  #append(bytes: Uint8Array, start: number, length: number): void {
    const needed = this.#pendingLength + length;
    if (needed > this.#pending.length) {
      const grown = new Uint8Array(Math.max(needed, this.#pending.length * 2));
      grown.set(this.#pending.subarray(0, this.#pendingLength));
      this.#pending = grown;
    }
    this.#pending.set(bytes.subarray(start, start + length), this.#pendingLength);
    this.#pendingLength = needed;
  }
}
