/** size[4] type[1] tag[2], and the message's fields after it. */

import { EMSGSIZE, EPROTO } from "../abi/errno.ts";
import type { Message, Reader, Writer } from "./codec.ts";
import { HEADER_BYTES } from "./limits.ts";

/** The head of a message. */
export interface Header {
  type: number;
  tag: number;
}

/** Writes a whole message at `start`, within `capacity` bytes. Returns its length, or -EMSGSIZE. */
export function writeMessage(
  writer: Writer,
  memory: Uint8Array,
  start: number,
  capacity: number,
  type: number,
  tag: number,
  message: Message,
): number {
  writer.reset(memory, start, capacity);
  writer.u32(0);
  writer.u8(type);
  writer.u16(tag);
  message.fields(writer);
  if (writer.failed) return -EMSGSIZE;
  const length = writer.position - start;
  writer.patchU32(start, length);
  return length;
}

/** Reads the head of the message in `length` bytes at `start`; the reader then stands at its fields. 0, or -EPROTO. */
export function readHeader(reader: Reader, memory: Uint8Array, start: number, length: number, out: Header): number {
  reader.reset(memory, start, length);
  const size = reader.u32(0);
  out.type = reader.u8(0);
  out.tag = reader.u16(0);
  return reader.failed || size < HEADER_BYTES || size !== length ? -EPROTO : 0;
}

/** Reads the fields of a message after its head; all bytes must be used. 0, or -EPROTO. */
export function readFields(reader: Reader, message: Message): number {
  message.fields(reader);
  return reader.finished() ? 0 : -EPROTO;
}
