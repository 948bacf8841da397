/** What handlers work on: the fids and attach points of one client, the host, and where the reply's data may be put. */

import type { Errno } from "../../../shared/abi/errno.ts";
import { HEADER_BYTES } from "../../../shared/p9/limits.ts";
import type { Hostfs } from "../hostfs/hostfs_native.ts";
import type { AttachPoint } from "./attach_point.ts";
import type { FdSender } from "./fd_sender.ts";
import { Fid } from "./fid.ts";
import { FidTable } from "./fid_table.ts";

/** The memory of the exchange at hand: the reply goes where the request was. */
export interface ReplyArea {
  memory: Uint8Array;
  offset: number;
  capacity: number;
}

export class Session {
  readonly host: Hostfs;
  readonly attachPoints: ReadonlyMap<string, AttachPoint>;
  readonly fdSender: FdSender | null;
  readonly fids: FidTable;
  readonly reply: ReplyArea = { memory: new Uint8Array(0), offset: 0, capacity: 0 };
  /** The size agreed on by Tversion; 0 before it. */
  msize = 0;

  /** `fdSender` null: nothing is donated. At most `maxFids` fids exist at once. */
  constructor(host: Hostfs, attachPoints: readonly AttachPoint[], fdSender: FdSender | null, maxFids: number) {
    this.host = host;
    this.attachPoints = new Map(attachPoints.map((point) => [point.name, point]));
    this.fdSender = fdSender;
    this.fids = new FidTable(maxFids, (fd) => host.close(fd));
  }

  /** Where data after `headBytes` of a reply's other fields lies, so that it can be read straight into place. */
  dataStart(headBytes: number): number {
    return this.reply.offset + HEADER_BYTES + headBytes;
  }

  /** How much data fits after them. */
  dataRoom(headBytes: number): number {
    return Math.min(this.reply.capacity, this.msize) - HEADER_BYTES - headBytes;
  }

  /** Makes `fd` the path fid `number`; checkNew was passed. */
  addPath(number: number, attach: AttachPoint, fd: number, mode: number): void {
    this.fids.add(number, Fid.path(attach, fd, mode));
  }

  /** Runs `use` with a real descriptor of the fid's file: its own, or one opened for the occasion. */
  withDescriptor(fid: Fid, flags: number, use: (fd: number) => number): number | Errno {
    if (fid.isOpen) return use(fid.fd);
    const fd = this.host.reopen(fid.fd, flags);
    if (fd < 0) return fd;
    const result = use(fd);
    this.host.close(fd);
    return result;
  }

  /** Ends the session: all fids go. */
  reset(): void {
    this.fids.clear();
    this.msize = 0;
  }
}
