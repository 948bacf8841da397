/** Tmkdir, Tsymlink, Tmknod, Tlink, Trenameat, Tunlinkat. */

import { EBADF, EINVAL, ENOTDIR, EPERM, EXDEV } from "../../../shared/abi/errno.ts";
import { AT_REMOVEDIR, RENAME_EXCHANGE, RENAME_NOREPLACE, RENAME_WHITEOUT } from "../../../shared/abi/fcntl.ts";
import { S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from "../../../shared/abi/stat.ts";
import type { Attr } from "../../../shared/p9/attr.ts";
import { MAX_PATH_BYTES, NOFID, NOID } from "../../../shared/p9/limits.ts";
import * as type from "../../../shared/p9/message_type.ts";
import * as m from "../../../shared/p9/messages_names.ts";
import { Rempty } from "../../../shared/p9/messages_session.ts";
import { row } from "../server/checks.ts";
import type { Fid } from "../server/fid.ts";
import type { Session } from "../server/session.ts";

const MODE_BITS = 0o7777;
const RENAME_FLAGS = RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT;

export const NAME_ROWS = [
  row({
    type: type.Tmkdir,
    request: m.Tmkdir,
    reply: m.Rmade,
    fid: (q) => q.dfid,
    kind: "directory",
    changes: true,
    newfid: (q) => q.newfid,
    run: mkdir,
  }),
  row({
    type: type.Tsymlink,
    request: m.Tsymlink,
    reply: m.Rmade,
    fid: (q) => q.dfid,
    kind: "directory",
    changes: true,
    newfid: (q) => q.newfid,
    run: symlink,
  }),
  row({
    type: type.Tmknod,
    request: m.Tmknod,
    reply: m.Rmade,
    fid: (q) => q.dfid,
    kind: "directory",
    changes: true,
    newfid: (q) => q.newfid,
    run: mknod,
  }),
  row({
    type: type.Tlink,
    request: m.Tlink,
    reply: m.Rmade,
    fid: (q) => q.dfid,
    kind: "directory",
    changes: true,
    run: link,
  }),
  row({
    type: type.Trenameat,
    request: m.Trenameat,
    reply: Rempty,
    fid: (q) => q.olddfid,
    kind: "directory",
    changes: true,
    run: renameAt,
  }),
  row({
    type: type.Tunlinkat,
    request: m.Tunlinkat,
    reply: Rempty,
    fid: (q) => q.dfid,
    kind: "directory",
    changes: true,
    run: unlinkAt,
  }),
];

function mkdir(session: Session, directory: Fid, request: m.Tmkdir, reply: m.Rmade): number {
  const mode = request.mode & MODE_BITS;
  const result = session.host.mkdir(directory.fd, request.name, mode);
  return result < 0 ? result : adopt(session, directory, request, S_IFDIR, reply.attr);
}

function symlink(session: Session, directory: Fid, request: m.Tsymlink, reply: m.Rmade): number {
  const { target } = request;
  if (target === "" || target.length >= MAX_PATH_BYTES || target.includes("\0")) return -EINVAL;
  const result = session.host.symlink(directory.fd, request.name, target);
  return result < 0 ? result : adopt(session, directory, request, S_IFLNK, reply.attr);
}

/** Makes FIFOs, sockets, regular files and overlay whiteouts (character device 0/0); no devices: the host has drivers for those. */
function mknod(session: Session, directory: Fid, request: m.Tmknod, reply: m.Rmade): number {
  const fileType = request.mode & S_IFMT;
  const whiteout = fileType === S_IFCHR && request.rdev === 0;
  if (fileType !== S_IFREG && fileType !== S_IFIFO && fileType !== S_IFSOCK && !whiteout) return -EPERM;
  const mode = request.mode & (S_IFMT | MODE_BITS);
  const result = session.host.mknod(directory.fd, request.name, mode, 0);
  return result < 0 ? result : adopt(session, directory, request, fileType, reply.attr);
}

function link(session: Session, directory: Fid, request: m.Tlink, reply: m.Rmade): number {
  const target = session.fids.get(request.fid);
  if (typeof target === "number") return target;
  if (target.attach !== directory.attach) return -EXDEV;
  if (target.isDirectory) return -EPERM;
  const result = session.host.link(target.fd, directory.fd, request.name);
  return result < 0 ? result : session.host.getAttr(target.fd, reply.attr);
}

function renameAt(session: Session, from: Fid, request: m.Trenameat): number {
  const to = session.fids.get(request.newdfid);
  if (typeof to === "number") return to;
  if (!to.isDirectory) return -ENOTDIR;
  if (to.attach !== from.attach) return -EXDEV;
  if (request.flags & ~RENAME_FLAGS) return -EINVAL;
  return session.host.rename(from.fd, request.oldname, to.fd, request.newname, request.flags);
}

function unlinkAt(session: Session, directory: Fid, request: m.Tunlinkat): number {
  if (request.flags & ~AT_REMOVEDIR) return -EINVAL;
  return session.host.unlink(directory.fd, request.name, request.flags);
}

/** What the messages that make files have in common. */
export interface MakeRequest {
  readonly name: string;
  readonly newfid: number;
  readonly mode?: number;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Gives the file that was just made its owner and its fid, and reads its attributes; takes the file away again if that fails.
 *
 * Between making and opening, somebody on the host may put another file in its place: one of another type is not touched.
 */
export function adopt(session: Session, directory: Fid, request: MakeRequest, fileType: number, out: Attr): number {
  const { host } = session;
  const fd = host.openEntry(directory.fd, request.name);
  if (fd < 0) return fd;
  let result = host.getAttr(fd, out);
  if (result === 0 && (out.mode & S_IFMT) !== fileType) {
    host.close(fd);
    return -EBADF;
  }
  const uid = request.uid === out.uid ? NOID : request.uid;
  const gid = request.gid === out.gid ? NOID : request.gid;
  if (result === 0 && (uid !== NOID || gid !== NOID)) {
    result = host.chown(fd, uid, gid);
    const mode = request.mode ?? 0;
    // A change of owner clears these bits.
    if (result === 0 && fileType !== S_IFLNK && mode & 0o6000) result = host.chmod(fd, mode & MODE_BITS);
    if (result === 0) result = host.getAttr(fd, out);
  }
  if (result < 0) {
    host.close(fd);
    host.unlink(directory.fd, request.name, fileType === S_IFDIR ? AT_REMOVEDIR : 0);
    return result;
  }
  if (request.newfid === NOFID) host.close(fd);
  else session.addPath(request.newfid, directory.attach, fd, out.mode);
  return 0;
}
