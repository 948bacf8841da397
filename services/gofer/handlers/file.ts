/** Tread, Twrite, Tfsync, Tallocate, Tlock: open files. */

import { EAGAIN, EINVAL, EISDIR } from "../../../shared/abi/errno.ts";
import { F_RDLCK, F_UNLCK, F_WRLCK, O_RDONLY } from "../../../shared/abi/fcntl.ts";
import * as type from "../../../shared/p9/message_type.ts";
import * as m from "../../../shared/p9/messages_open.ts";
import { Rempty } from "../../../shared/p9/messages_session.ts";
import { row } from "../server/checks.ts";
import type { Fid } from "../server/fid.ts";
import type { Session } from "../server/session.ts";

/** count[4] before Rread's data. */
const READ_HEAD_BYTES = 4;

export const FILE_ROWS = [
  row({
    type: type.Tread,
    request: m.Tread,
    reply: m.Rread,
    fid: (q) => q.fid,
    kind: "readable",
    changes: false,
    run: read,
  }),
  row({
    type: type.Twrite,
    request: m.Twrite,
    reply: m.Rwrite,
    fid: (q) => q.fid,
    kind: "writable",
    changes: true,
    run: write,
  }),
  row({
    type: type.Tfsync,
    request: m.Tfsync,
    reply: Rempty,
    fid: (q) => q.fid,
    kind: "any",
    changes: false,
    run: fsync,
  }),
  row({
    type: type.Tallocate,
    request: m.Tallocate,
    reply: Rempty,
    fid: (q) => q.fid,
    kind: "writable",
    changes: true,
    run: (session, fid, request) => session.host.allocate(fid.fd, request.mode, request.offset, request.length),
  }),
  row({
    type: type.Tlock,
    request: m.Tlock,
    reply: m.Rlock,
    fid: (q) => q.fid,
    kind: "open",
    changes: false,
    run: lock,
  }),
];

/** Reads straight into the reply's place. */
function read(session: Session, fid: Fid, request: m.Tread, reply: m.Rread): number {
  if (fid.isDirectory) return -EISDIR;
  const start = session.dataStart(READ_HEAD_BYTES);
  const count = Math.min(request.count, session.dataRoom(READ_HEAD_BYTES));
  const result = session.host.read(fid.fd, session.reply.memory, start, count, request.offset);
  if (result < 0) return result;
  reply.data.set(session.reply.memory, start, result);
  return 0;
}

function write(session: Session, fid: Fid, request: m.Twrite, reply: m.Rwrite): number {
  const { memory, start, length } = request.data;
  const result = session.host.write(fid.fd, memory, start, length, request.offset);
  request.data.clear();
  if (result < 0) return result;
  reply.count = result;
  return 0;
}

/** One host call serves fdatasync(2) as well. Works on a path fid too, because the client may hold the file as a donated descriptor only, or a directory. */
function fsync(session: Session, fid: Fid): number {
  if (!fid.isRegular && !fid.isDirectory) return -EINVAL;
  return session.withDescriptor(fid, O_RDONLY, (fd) => session.host.fsync(fd));
}

function lock(session: Session, fid: Fid, request: m.Tlock, reply: m.Rlock): number {
  if (request.type !== F_RDLCK && request.type !== F_WRLCK && request.type !== F_UNLCK) return -EINVAL;
  const result = session.host.lock(fid.fd, request.type, request.start, request.length);
  if (result < 0 && result !== -EAGAIN) return result;
  reply.status = result < 0 ? m.LOCK_BLOCKED : m.LOCK_SUCCESS;
  return 0;
}
