/** Tgetxattr, Tsetxattr, Tlistxattr, Tremovexattr. */

import { EINVAL, EOPNOTSUPP, ERANGE } from "../../../shared/abi/errno.ts";
import { O_RDONLY, XATTR_CREATE, XATTR_REPLACE } from "../../../shared/abi/fcntl.ts";
import type { DataSpan } from "../../../shared/p9/codec.ts";
import { MAX_XATTR_VALUE_BYTES } from "../../../shared/p9/limits.ts";
import * as type from "../../../shared/p9/message_type.ts";
import { Rempty } from "../../../shared/p9/messages_session.ts";
import * as m from "../../../shared/p9/messages_xattr.ts";
import { row } from "../server/checks.ts";
import type { Fid } from "../server/fid.ts";
import type { Session } from "../server/session.ts";

/** size[4] count[4] before the bytes. */
const HEAD_BYTES = 8;

export const XATTR_ROWS = [
  row({
    type: type.Tgetxattr,
    request: m.Tgetxattr,
    reply: m.Rgetxattr,
    fid: (q) => q.fid,
    kind: "any",
    changes: false,
    run: getXattr,
  }),
  row({
    type: type.Tsetxattr,
    request: m.Tsetxattr,
    reply: Rempty,
    fid: (q) => q.fid,
    kind: "any",
    changes: true,
    run: setXattr,
  }),
  row({
    type: type.Tlistxattr,
    request: m.Tlistxattr,
    reply: m.Rlistxattr,
    fid: (q) => q.fid,
    kind: "any",
    changes: false,
    run: listXattr,
  }),
  row({
    type: type.Tremovexattr,
    request: m.Tremovexattr,
    reply: Rempty,
    fid: (q) => q.fid,
    kind: "any",
    changes: true,
    run: removeXattr,
  }),
];

function getXattr(session: Session, fid: Fid, request: m.Tgetxattr, reply: m.Rgetxattr): number {
  const { name } = request;
  const result = sized(session, fid, request.size, reply.value, (fd, start, length) =>
    session.host.getXattr(fd, name, session.reply.memory, start, length),
  );
  if (result < 0) return result;
  reply.size = result;
  return 0;
}

function listXattr(session: Session, fid: Fid, request: m.Tlistxattr, reply: m.Rlistxattr): number {
  const result = sized(session, fid, request.size, reply.names, (fd, start, length) =>
    session.host.listXattr(fd, session.reply.memory, start, length),
  );
  if (result < 0) return result;
  reply.size = result;
  return 0;
}

function setXattr(session: Session, fid: Fid, request: m.Tsetxattr): number {
  const { name, flags } = request;
  const { memory, start, length } = request.value;
  request.value.clear();
  if (flags & ~(XATTR_CREATE | XATTR_REPLACE)) return -EINVAL;
  return onRealFile(session, fid, name, (fd) => session.host.setXattr(fd, name, memory, start, length, flags));
}

function removeXattr(session: Session, fid: Fid, request: m.Tremovexattr): number {
  return onRealFile(session, fid, request.name, (fd) => session.host.removeXattr(fd, request.name));
}

/** A call that tells a size, or fills the reply's place. */
function sized(
  session: Session,
  fid: Fid,
  size: number,
  out: DataSpan,
  call: (fd: number, start: number, length: number) => number,
): number {
  const start = session.dataStart(HEAD_BYTES);
  const room = Math.min(session.dataRoom(HEAD_BYTES), MAX_XATTR_VALUE_BYTES);
  const length = Math.min(size, room);
  const result = onRealFile(session, fid, "", (fd) => call(fd, start, length));
  if (result === -ERANGE && length < size) return -EOPNOTSUPP;
  if (result < 0) return result;
  out.set(session.reply.memory, start, size === 0 ? 0 : result);
  return result;
}

/** Other kinds of files can't be opened; they have no user attributes either, xattr(7). */
function onRealFile(session: Session, fid: Fid, name: string, use: (fd: number) => number): number {
  if (!fid.isRegular && !fid.isDirectory) return -EOPNOTSUPP;
  if (name.includes("\0")) return -EINVAL;
  return session.withDescriptor(fid, O_RDONLY, use);
}
