/**
 * A row of the dispatch table: a message, what must hold before its handler runs, and the handler.
 *
 * The checks are made in one place (connection.ts), in this order: the message parses to its last byte; the fid exists and is
 * of the kind wanted; its attach point may be changed if the handler changes something; the new fid is free and within bounds.
 */

import type { Message } from "../../../shared/p9/codec.ts";
import type { Fid } from "./fid.ts";
import type { Session } from "./session.ts";

/** What the fid must be. */
export type FidKind = "any" | "directory" | "symlink" | "socket" | "open" | "readable" | "writable";

export interface Row<Request extends Message, Reply extends Message> {
  readonly type: number;
  readonly request: new () => Request;
  readonly reply: new () => Reply;
  /** The fid that the message is about. */
  readonly fid: (request: Request) => number;
  readonly kind: FidKind;
  /** Whether the handler changes the file system; never so below a read-only attach point. */
  readonly changes: boolean | ((request: Request) => boolean);
  /** The fid that the message makes, if any. NOFID is accepted where it means "not wanted". */
  readonly newfid?: (request: Request) => number;
  /** Returns 0 with the reply filled in, or -errno. */
  readonly run: (session: Session, fid: Fid, request: Request, reply: Reply) => number;
}

/** A message about no existing fid: its handler makes its own checks. */
export interface BareRow<Request extends Message, Reply extends Message> {
  readonly type: number;
  readonly request: new () => Request;
  readonly reply: new () => Reply;
  readonly run: (session: Session, request: Request, reply: Reply) => number;
}

/** A row bound to its own request and reply records, with its types forgotten. */
export interface Exchange {
  readonly type: number;
  readonly request: Message;
  readonly reply: Message;
  /** Checks and runs: 0 or -errno. */
  readonly run: (session: Session) => number;
}
