/** Tversion, Tattach, Tflush, Tclunk, Tclunkmany. */

import { ENOENT } from "../../../shared/abi/errno.ts";
import { MAX_MSIZE, MIN_MSIZE, P9_VERSION } from "../../../shared/p9/limits.ts";
import * as type from "../../../shared/p9/message_type.ts";
import * as m from "../../../shared/p9/messages_session.ts";
import { bareRow } from "../server/checks.ts";
import type { Session } from "../server/session.ts";

export const SESSION_ROWS = [
  bareRow({ type: type.Tversion, request: m.Tversion, reply: m.Rversion, run: version }),
  bareRow({ type: type.Tattach, request: m.Tattach, reply: m.Rattach, run: attach }),
  bareRow({ type: type.Tflush, request: m.Tflush, reply: m.Rempty, run: () => 0 }),
  bareRow({ type: type.Tclunk, request: m.Tclunk, reply: m.Rempty, run: clunk }),
  bareRow({ type: type.Tclunkmany, request: m.Tclunkmany, reply: m.Rempty, run: clunkMany }),
];

function version(session: Session, request: m.Tversion, reply: m.Rversion): number {
  session.reset();
  reply.msize = Math.min(request.msize, session.reply.capacity, MAX_MSIZE);
  const spoken = request.version === P9_VERSION && reply.msize >= MIN_MSIZE;
  reply.version = spoken ? P9_VERSION : "unknown";
  if (spoken) session.msize = reply.msize;
  return 0;
}

function attach(session: Session, request: m.Tattach, reply: m.Rattach): number {
  const point = session.attachPoints.get(request.aname);
  if (point === undefined) return -ENOENT;
  const taken = session.fids.checkNew(request.fid);
  if (taken < 0) return taken;
  const fd = session.host.duplicate(point.fd);
  if (fd < 0) return fd;
  const result = session.host.getAttr(fd, reply.attr);
  if (result < 0) {
    session.host.close(fd);
    return result;
  }
  reply.readonly = point.readonly ? 1 : 0;
  session.addPath(request.fid, point, fd, reply.attr.mode);
  return 0;
}

function clunk(session: Session, request: m.Tclunk): number {
  return session.fids.remove(request.fid);
}

function clunkMany(session: Session, request: m.Tclunkmany): number {
  for (const fid of request.fids) session.fids.remove(fid);
  return 0;
}
