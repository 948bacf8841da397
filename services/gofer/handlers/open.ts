/**
 * Tlopen, Twalkopen, Tlcreate.
 *
 * Only regular files and directories are opened: what a FIFO, a device node or a socket does is the sentry's business, and
 * opening the host's could block or reach a driver.
 */

import { EINVAL, EISDIR, ENXIO } from "../../../shared/abi/errno.ts";
import {
  __O_SYNC,
  O_ACCMODE,
  O_APPEND,
  O_DIRECT,
  O_DIRECTORY,
  O_DSYNC,
  O_LARGEFILE,
  O_NOATIME,
  O_NONBLOCK,
  O_PATH,
  O_RDONLY,
  O_TMPFILE,
  O_TRUNC,
} from "../../../shared/abi/fcntl.ts";
import { S_IFDIR, S_IFMT, S_IFREG } from "../../../shared/abi/stat.ts";
import { NOFID, NOID } from "../../../shared/p9/limits.ts";
import * as type from "../../../shared/p9/message_type.ts";
import * as m from "../../../shared/p9/messages_open.ts";
import { DirectoryReader } from "../hostfs/directory_reader.ts";
import { row } from "../server/checks.ts";
import { Fid } from "../server/fid.ts";
import type { Session } from "../server/session.ts";

const OPEN_FLAGS =
  O_ACCMODE | O_TRUNC | O_APPEND | O_DIRECTORY | O_DIRECT | O_DSYNC | __O_SYNC | O_NOATIME | O_NONBLOCK | O_LARGEFILE;
const MODE_BITS = 0o7777;

export const OPEN_ROWS = [
  row({
    type: type.Tlopen,
    request: m.Tlopen,
    reply: m.Rlopen,
    fid: (q) => q.fid,
    kind: "any",
    changes: (q) => (q.flags & O_ACCMODE) !== O_RDONLY || (q.flags & O_TRUNC) !== 0,
    newfid: (q) => q.newfid,
    run: open,
  }),
  row({
    type: type.Twalkopen,
    request: m.Twalkopen,
    reply: m.Rlopen,
    fid: (q) => q.fid,
    kind: "directory",
    changes: (q) => (q.flags & O_ACCMODE) !== O_RDONLY || (q.flags & O_TRUNC) !== 0,
    newfid: (q) => q.newfid,
    run: walkOpen,
  }),
  row({
    type: type.Tlcreate,
    request: m.Tlcreate,
    reply: m.Rlcreate,
    fid: (q) => q.dfid,
    kind: "directory",
    changes: true,
    newfid: (q) => q.newfid,
    run: create,
  }),
];

/** What opening needs to be told. */
type OpenRequest = Pick<m.Tlopen, "newfid" | "flags" | "donate">;

function open(session: Session, fid: Fid, request: OpenRequest, reply: m.Rlopen): number {
  const { flags, newfid } = request;
  if (flags & ~OPEN_FLAGS || newfid === NOFID) return -EINVAL;
  if (!fid.isRegular && !fid.isDirectory) return -ENXIO;
  if (fid.isDirectory && ((flags & O_ACCMODE) !== O_RDONLY || flags & O_TRUNC)) return -EISDIR;
  const fd = session.host.reopen(fid.fd, flags);
  if (fd < 0) return fd;
  const result = session.host.getAttr(fd, reply.attr);
  if (result < 0) {
    session.host.close(fd);
    return result;
  }
  reply.donated = keepOrDonate(session, fid, fd, reply.attr.mode, flags, newfid, request.donate);
  return 0;
}

/** Looks at what the name stands for first, like a walk: what may not be opened isn't, not even for a moment. */
function walkOpen(session: Session, directory: Fid, request: m.Twalkopen, reply: m.Rlopen): number {
  const { host } = session;
  const path = host.openEntry(directory.fd, request.name);
  if (path < 0) return path;
  let result = host.getAttr(path, reply.attr);
  if (result === 0) result = open(session, Fid.path(directory.attach, path, reply.attr.mode), request, reply);
  host.close(path);
  return result;
}

function create(session: Session, directory: Fid, request: m.Tlcreate, reply: m.Rlcreate): number {
  const { host, fids } = session;
  const { newfid, openfid } = request;
  const isUnnamed = (request.flags & O_TMPFILE) === O_TMPFILE;
  const flags = isUnnamed ? request.flags & ~O_TMPFILE : request.flags;
  if (flags & ~OPEN_FLAGS || flags & O_DIRECTORY || openfid === NOFID || openfid === newfid) return -EINVAL;
  const taken = fids.checkNew(openfid);
  if (taken < 0) return taken;
  const mode = request.mode & MODE_BITS;
  const fd = isUnnamed
    ? host.createUnnamed(directory.fd, flags, mode)
    : host.createFile(directory.fd, request.name, flags, mode);
  if (fd < 0) return fd;
  const path = newfid === NOFID ? -1 : host.reopen(fd, O_PATH);
  let result = path < 0 && newfid !== NOFID ? path : 0;
  if (result === 0 && (request.uid !== NOID || request.gid !== NOID)) {
    result = host.chown(fd, request.uid, request.gid);
    // A change of owner clears these bits.
    if (result === 0 && mode & 0o6000) result = host.chmod(fd, mode);
  }
  if (result === 0) result = host.getAttr(fd, reply.attr);
  if (result < 0) {
    if (path >= 0) host.close(path);
    host.close(fd);
    if (!isUnnamed) host.unlink(directory.fd, request.name, 0);
    return result;
  }
  if (path >= 0) session.addPath(newfid, directory.attach, path, S_IFREG);
  reply.donated = keepOrDonate(session, directory, fd, S_IFREG, flags, openfid, request.donate);
  return 0;
}

/** Gives the descriptor away, or keeps it as the open fid `number`. Returns what `donated` shall say. */
function keepOrDonate(
  session: Session,
  origin: Fid,
  fd: number,
  mode: number,
  flags: number,
  number: number,
  donate: number,
): number {
  const isDirectory = (mode & S_IFMT) === S_IFDIR;
  if (donate !== 0 && !isDirectory && session.fdSender !== null && session.fdSender.sendFd(fd, number) === 0) {
    session.host.close(fd);
    return 1;
  }
  const reader = isDirectory ? new DirectoryReader(session.host, fd) : null;
  session.fids.add(number, Fid.open(origin.attach, fd, mode, flags, reader));
  return 0;
}
