/** Tgetattr, Tmultigetattr, Tsetattr, Treadlink, Tstatfs. */

import { EINVAL, EISDIR, EMSGSIZE, EOPNOTSUPP } from "../../../shared/abi/errno.ts";
import { O_WRONLY } from "../../../shared/abi/fcntl.ts";
import { ATTR_BYTES } from "../../../shared/p9/attr.ts";
import { NOID } from "../../../shared/p9/limits.ts";
import * as type from "../../../shared/p9/message_type.ts";
import * as m from "../../../shared/p9/messages_attr.ts";
import { NOW, OMIT } from "../hostfs/hostfs_native.ts";
import { bareRow, row } from "../server/checks.ts";
import type { Fid } from "../server/fid.ts";
import type { Session } from "../server/session.ts";

const MODE_BITS = 0o7777;
const NSEC_PER_SEC = 1_000_000_000;

export const ATTR_ROWS = [
  row({
    type: type.Tgetattr,
    request: m.Tgetattr,
    reply: m.Rgetattr,
    fid: (q) => q.fid,
    kind: "any",
    changes: false,
    run: (session, fid, _request, reply) => session.host.getAttr(fid.fd, reply.attr),
  }),
  bareRow({ type: type.Tmultigetattr, request: m.Tmultigetattr, reply: m.Rmultigetattr, run: multiGetAttr }),
  row({
    type: type.Tsetattr,
    request: m.Tsetattr,
    reply: m.Rsetattr,
    fid: (q) => q.fid,
    kind: "any",
    changes: true,
    run: setAttr,
  }),
  row({
    type: type.Treadlink,
    request: m.Treadlink,
    reply: m.Rreadlink,
    fid: (q) => q.fid,
    kind: "symlink",
    changes: false,
    run: readlink,
  }),
  row({
    type: type.Tstatfs,
    request: m.Tstatfs,
    reply: m.Rstatfs,
    fid: (q) => q.fid,
    kind: "any",
    changes: false,
    run: (session, fid, _request, reply) => session.host.statfs(fid.fd, reply),
  }),
];

function multiGetAttr(session: Session, request: m.Tmultigetattr, reply: m.Rmultigetattr): number {
  const count = request.fids.length;
  if (count * (ATTR_BYTES + 4) > session.dataRoom(2)) return -EMSGSIZE;
  reply.count = count;
  for (let i = 0; i < count; i++) {
    const fid = session.fids.get(request.fids[i]);
    const result = typeof fid === "number" ? fid : session.host.getAttr(fid.fd, reply.attrs[i]);
    reply.ecodes[i] = -result;
  }
  return 0;
}

/** Owner first, because changing it clears set-user-ID bits; times last, because changing the size sets them. */
function setAttr(session: Session, fid: Fid, request: m.Tsetattr, reply: m.Rsetattr): number {
  const { host } = session;
  const { valid } = request;
  if (valid & ~m.SETATTR_ALL) return -EINVAL;
  let result = 0;
  if (valid & (m.SETATTR_UID | m.SETATTR_GID)) {
    const uid = valid & m.SETATTR_UID ? request.uid : NOID;
    const gid = valid & m.SETATTR_GID ? request.gid : NOID;
    result = host.chown(fid.fd, uid, gid);
    if (result < 0) return result;
  }
  if (valid & m.SETATTR_MODE) {
    if (fid.isSymlink) return -EOPNOTSUPP;
    result = host.chmod(fid.fd, request.mode & MODE_BITS);
    if (result < 0) return result;
  }
  if (valid & m.SETATTR_SIZE) {
    result = setSize(session, fid, request.size);
    if (result < 0) return result;
  }
  if (valid & (m.SETATTR_ATIME | m.SETATTR_MTIME)) {
    result = setTimes(session, fid, request);
    if (result < 0) return result;
  }
  return host.getAttr(fid.fd, reply.attr);
}

function setSize(session: Session, fid: Fid, size: number): number {
  if (fid.isDirectory) return -EISDIR;
  if (!fid.isRegular) return -EINVAL;
  if (fid.isWritable) return session.host.truncate(fid.fd, size);
  const fd = session.host.reopen(fid.fd, O_WRONLY);
  if (fd < 0) return fd;
  const result = session.host.truncate(fd, size);
  session.host.close(fd);
  return result;
}

function setTimes(session: Session, fid: Fid, request: m.Tsetattr): number {
  const { valid } = request;
  let atime = OMIT;
  let mtime = OMIT;
  if (valid & m.SETATTR_ATIME) {
    if (request.atimeNsec >= NSEC_PER_SEC) return -EINVAL;
    atime = valid & m.SETATTR_ATIME_SET ? { sec: request.atimeSec, nsec: request.atimeNsec } : NOW;
  }
  if (valid & m.SETATTR_MTIME) {
    if (request.mtimeNsec >= NSEC_PER_SEC) return -EINVAL;
    mtime = valid & m.SETATTR_MTIME_SET ? { sec: request.mtimeSec, nsec: request.mtimeNsec } : NOW;
  }
  return session.host.setTimes(fid.fd, atime, mtime);
}

function readlink(session: Session, fid: Fid, _request: m.Treadlink, reply: m.Rreadlink): number {
  const target = session.host.readlink(fid.fd);
  if (typeof target === "number") return target;
  reply.target = target;
  return 0;
}
