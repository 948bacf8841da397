/**
 * One client's side of the server: takes a request from memory, checks it, has it handled and writes one reply in its place.
 *
 * Knows no transport. The memory belongs to the client too and may change at any time: a request is read once, into records
 * of this process, and whatever the handlers need lies in those. (Data to be written is the exception, and only data.)
 */

import { EOPNOTSUPP, EPROTO } from "../../../shared/abi/errno.ts";
import { Reader, Writer } from "../../../shared/p9/codec.ts";
import { type Header, readFields, readHeader, writeMessage } from "../../../shared/p9/frame.ts";
import { NOTAG } from "../../../shared/p9/limits.ts";
import { Rlerror, Tversion as VERSION } from "../../../shared/p9/message_type.ts";
import { Rlerror as ErrorReply } from "../../../shared/p9/messages_session.ts";
import type { Hostfs } from "../hostfs/hostfs_native.ts";
import type { AttachPoint } from "./attach_point.ts";
import { EXCHANGE_MAKERS } from "./dispatch.ts";
import type { FdSender } from "./fd_sender.ts";
import type { Exchange } from "./row.ts";
import { Session } from "./session.ts";

export interface ConnectionOptions {
  readonly host: Hostfs;
  readonly attachPoints: readonly AttachPoint[];
  /** Where descriptors are donated; null: nowhere. */
  readonly fdSender: FdSender | null;
  /** The most fids, and so host descriptors, that the client may hold. */
  readonly maxFids: number;
  /** Room for a message in the transport's memory, in bytes. */
  readonly capacity: number;
}

export class Connection {
  readonly #session: Session;
  readonly #capacity: number;
  readonly #reader = new Reader();
  readonly #writer = new Writer();
  readonly #header: Header = { type: 0, tag: 0 };
  readonly #error = new ErrorReply();
  readonly #exchanges: (Exchange | undefined)[] = [];

  constructor(options: ConnectionOptions) {
    this.#session = new Session(options.host, options.attachPoints, options.fdSender, options.maxFids);
    this.#capacity = options.capacity;
    for (const make of EXCHANGE_MAKERS) {
      const exchange = make();
      this.#exchanges[exchange.type] = exchange;
    }
  }

  /** How many fids the client holds. */
  get fidCount(): number {
    return this.#session.fids.size;
  }

  /** Serves the request in `length` bytes at `offset` and returns the length of the reply there; never 0, never an error. */
  handle(memory: Uint8Array, offset: number, length: number): number {
    const session = this.#session;
    const header = this.#header;
    session.reply.memory = memory;
    session.reply.offset = offset;
    session.reply.capacity = this.#capacity;
    if (readHeader(this.#reader, memory, offset, length, header) < 0) return this.#refuse(EPROTO, NOTAG);
    const { type, tag } = header;
    const exchange = this.#exchanges[type];
    if (exchange === undefined) return this.#refuse(EOPNOTSUPP, tag);
    if (session.msize === 0 && type !== VERSION) return this.#refuse(EPROTO, tag);
    if (readFields(this.#reader, exchange.request) < 0) return this.#refuse(EPROTO, tag);
    const result = exchange.run(session);
    if (result < 0) return this.#refuse(-result, tag);
    const written = writeMessage(this.#writer, memory, offset, this.#capacity, type + 1, tag, exchange.reply);
    return written < 0 ? this.#refuse(-written, tag) : written;
  }

  /** Lets all fids go; for when the client is gone. */
  close(): void {
    this.#session.reset();
  }

  #refuse(ecode: number, tag: number): number {
    const { memory, offset } = this.#session.reply;
    this.#error.ecode = ecode;
    const written = writeMessage(this.#writer, memory, offset, this.#capacity, Rlerror, tag, this.#error);
    if (written < 0) throw new Error("the transport has no room for an error reply");
    return written;
  }
}
