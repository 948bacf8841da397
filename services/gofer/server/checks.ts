/** Binds rows of the dispatch table to their records, with the checks that come before each handler. */

import { EBADF, EINVAL, ENOTDIR, ENOTSOCK, EROFS } from "../../../shared/abi/errno.ts";
import type { Message } from "../../../shared/p9/codec.ts";
import { NOFID } from "../../../shared/p9/limits.ts";
import type { Fid } from "./fid.ts";
import type { BareRow, Exchange, FidKind, Row } from "./row.ts";

/** What makes an exchange of itself for a new connection. */
export type ExchangeMaker = () => Exchange;

/** A message about a fid. */
export function row<Request extends Message, Reply extends Message>(row: Row<Request, Reply>): ExchangeMaker {
  return () => {
    const request = new row.request();
    const reply = new row.reply();
    return {
      type: row.type,
      request,
      reply,
      run: (session) => {
        const fid = session.fids.get(row.fid(request));
        if (typeof fid === "number") return fid;
        const wrong = checkKind(fid, row.kind);
        if (wrong < 0) return wrong;
        const changes = typeof row.changes === "boolean" ? row.changes : row.changes(request);
        if (changes && fid.attach.readonly) return -EROFS;
        if (row.newfid !== undefined) {
          const number = row.newfid(request);
          const taken = number === NOFID ? 0 : session.fids.checkNew(number);
          if (taken < 0) return taken;
        }
        return row.run(session, fid, request, reply);
      },
    };
  };
}

/** A message about no existing fid. */
export function bareRow<Request extends Message, Reply extends Message>(row: BareRow<Request, Reply>): ExchangeMaker {
  return () => {
    const request = new row.request();
    const reply = new row.reply();
    return { type: row.type, request, reply, run: (session) => row.run(session, request, reply) };
  };
}

function checkKind(fid: Fid, kind: FidKind): number {
  switch (kind) {
    case "any":
      return 0;
    case "directory":
      return fid.isDirectory ? 0 : -ENOTDIR;
    case "symlink":
      return fid.isSymlink ? 0 : -EINVAL;
    case "socket":
      return fid.isSocket ? 0 : -ENOTSOCK;
    case "open":
      return fid.isOpen ? 0 : -EBADF;
    case "readable":
      return fid.isReadable ? 0 : -EBADF;
    case "writable":
      return fid.isWritable ? 0 : -EBADF;
  }
}
