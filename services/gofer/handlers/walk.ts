/**
 * Twalkgetattr.
 *
 * One component at a time, each an O_PATH descriptor below the one before: no symbolic link is followed and no ".." exists, so
 * nothing that happens on the host meanwhile leads the walk out of the served directory.
 */

import { EINVAL, ENOTDIR } from "../../../shared/abi/errno.ts";
import { S_IFDIR, S_IFLNK, S_IFMT } from "../../../shared/abi/stat.ts";
import type { Attr } from "../../../shared/p9/attr.ts";
import { NOFID } from "../../../shared/p9/limits.ts";
import * as type from "../../../shared/p9/message_type.ts";
import { Rwalkgetattr, Twalkgetattr } from "../../../shared/p9/messages_attr.ts";
import { row } from "../server/checks.ts";
import type { Fid } from "../server/fid.ts";
import type { Session } from "../server/session.ts";

export const WALK_ROWS = [
  row({
    type: type.Twalkgetattr,
    request: Twalkgetattr,
    reply: Rwalkgetattr,
    fid: (q) => q.fid,
    kind: "any",
    changes: false,
    run: walk,
  }),
];

function walk(session: Session, fid: Fid, request: Twalkgetattr, reply: Rwalkgetattr): number {
  reply.ecode = 0;
  reply.count = 0;
  reply.target = "";
  const count = request.names.length;
  if (count === 0) return -EINVAL;
  for (let i = 0; i < count; i++) {
    const number = request.newfids[i];
    // What is asked for twice in one message is as wrong as what exists already.
    if (number !== NOFID && request.newfids.indexOf(number) !== i) return -EINVAL;
  }
  let directory = fid.fd;
  let isDirectory = fid.isDirectory;
  // Whether `directory` is this walk's own, to be closed when it goes on.
  let owned = false;
  for (let i = 0; i < count; i++) {
    const result = isDirectory ? step(session, fid, directory, request, reply, i) : -ENOTDIR;
    if (owned) session.host.close(directory);
    owned = false;
    if (result < 0) {
      reply.ecode = -result;
      return 0;
    }
    reply.count = i + 1;
    const fileType = reply.attrs[i].mode & S_IFMT;
    if (fileType === S_IFLNK) return 0;
    isDirectory = fileType === S_IFDIR;
    if (i + 1 === count) return 0;
    directory = result;
    owned = request.newfids[i] === NOFID;
  }
  return 0;
}

/** Walks component `i`. Returns a descriptor of it (meaningless for the last component without a fid), or -errno. */
function step(
  session: Session,
  fid: Fid,
  directory: number,
  request: Twalkgetattr,
  reply: Rwalkgetattr,
  i: number,
): number {
  const host = session.host;
  const number = request.newfids[i];
  const attr = reply.attrs[i];
  if (number !== NOFID) {
    const taken = session.fids.checkNew(number);
    if (taken < 0) return taken;
  } else if (i + 1 === request.names.length) {
    return look(session, directory, request.names[i], attr, reply);
  }
  const fd = host.openEntry(directory, request.names[i]);
  if (fd < 0) return fd;
  let result = host.getAttr(fd, attr);
  if (result === 0 && (attr.mode & S_IFMT) === S_IFLNK) {
    const target = host.readlink(fd);
    if (typeof target === "string") reply.target = target;
    else result = target;
  }
  if (result < 0) {
    host.close(fd);
    return result;
  }
  if (number !== NOFID) session.addPath(number, fid.attach, fd, attr.mode);
  else if ((attr.mode & S_IFMT) === S_IFLNK) host.close(fd);
  return fd;
}

/** The last component, when only its attributes are wanted: nothing is opened. */
function look(session: Session, directory: number, name: string, attr: Attr, reply: Rwalkgetattr): number {
  const result = session.host.getEntryAttr(directory, name, attr);
  if (result < 0 || (attr.mode & S_IFMT) !== S_IFLNK) return result;
  const target = session.host.readlinkEntry(directory, name);
  if (typeof target === "number") return target;
  reply.target = target;
  return 0;
}
