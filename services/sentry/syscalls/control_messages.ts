/** Control data of sendmsg(2) and recvmsg(2): SCM_RIGHTS and SCM_CREDENTIALS, cmsg(3), net/core/scm.c. */
import { CAP_SETGID, CAP_SETUID, CAP_SYS_ADMIN } from "../../../shared/abi/capability.ts";
import { EBADF, EINVAL, ENOBUFS, EPERM, type Errno, ESRCH } from "../../../shared/abi/errno.ts";
import {
  CmsghdrLayout,
  MSG_CMSG_CLOEXEC,
  MSG_CTRUNC,
  SCM_CREDENTIALS,
  SCM_MAX_FD,
  SCM_RIGHTS,
  SOL_SOCKET,
  UcredLayout,
} from "../../../shared/abi/socket.ts";
import type { Task } from "../kernel/task.ts";
import type { IncomingMessage, OutgoingMessage, Ucred } from "../socket/message.ts";
import type { Socket } from "../socket/socket.ts";
import { checkInFlight } from "../socket/unix/rights.ts";
import type { FileDescription } from "../vfs/file_description.ts";

/** /proc/sys/net/core/optmem_max: control data of one message at most. */
const MAXIMUM_BYTES = 131_072;
const HEADER = CmsghdrLayout.byteLength;

function align(length: number): number {
  return (length + 7) & ~7;
}

/** Reads `length` bytes of control data at `address` into `message`. On failure nothing is held. */
export function readControl(task: Task, address: number, length: number, message: OutgoingMessage): 0 | Errno {
  if (length === 0) return 0;
  if (length > MAXIMUM_BYTES) return -ENOBUFS;
  const bytes = new Uint8Array(length);
  const copied = task.memory.copyIn(address, bytes, 0, length);
  if (copied < 0) return copied;
  const view = new DataView(bytes.buffer);
  for (let at = 0; at + HEADER <= length; ) {
    const size = CmsghdrLayout.len.read(view, at);
    if (size < HEADER || size > length - at) return fail(message, -EINVAL);
    if (CmsghdrLayout.level.read(view, at) === SOL_SOCKET) {
      const result = readOne(task, CmsghdrLayout.type.read(view, at), view, at + HEADER, size - HEADER, message);
      if (result < 0) return fail(message, result);
    }
    at += align(size);
  }
  return 0;
}

function fail(message: OutgoingMessage, errno: Errno): Errno {
  message.release();
  return errno;
}

function readOne(
  task: Task,
  type: number,
  view: DataView,
  at: number,
  length: number,
  message: OutgoingMessage,
): 0 | Errno {
  if (type === SCM_RIGHTS) return readRights(task, view, at, length, message);
  if (type !== SCM_CREDENTIALS || length !== UcredLayout.byteLength) return -EINVAL;
  const credentials: Ucred = {
    pid: UcredLayout.pid.read(view, at),
    uid: UcredLayout.uid.read(view, at),
    gid: UcredLayout.gid.read(view, at),
  };
  const checked = mayClaim(task, credentials);
  if (checked === 0) message.credentials = credentials;
  return checked;
}

function readRights(task: Task, view: DataView, at: number, length: number, message: OutgoingMessage): 0 | Errno {
  const count = Math.floor(length / 4);
  const files: FileDescription[] = message.rights ?? [];
  if (files.length + count > SCM_MAX_FD) return -EINVAL;
  for (let i = 0; i < count; i++) {
    const file = task.fdTable.get(view.getInt32(at + i * 4, true));
    if (file === undefined) {
      for (const taken of files) taken.dropReference();
      message.rights = null;
      return -EBADF;
    }
    file.takeReference();
    files.push(file);
  }
  if (files.length === 0) return 0;
  message.rights = files;
  return checkInFlight(task.credentials, task.fdTable.limit);
}

/** Who is root may claim to be anybody; others one of their own identities. */
function mayClaim(task: Task, { pid, uid, gid }: Ucred): 0 | Errno {
  const own = task.credentials;
  if (pid !== task.threadGroup.pid && !own.has(CAP_SYS_ADMIN)) return -EPERM;
  if (uid !== own.ruid && uid !== own.euid && uid !== own.suid && !own.has(CAP_SETUID)) return -EPERM;
  if (gid !== own.rgid && gid !== own.egid && gid !== own.sgid && !own.has(CAP_SETGID)) return -EPERM;
  return pid !== task.threadGroup.pid && task.threadGroup.pidNamespace.task(pid) === undefined ? -ESRCH : 0;
}

/**
 * Writes what `message` carries to `address`, as far as `room` bytes go, and makes descriptors of the rights. Returns the bytes written;
 * what doesn't fit is dropped and MSG_CTRUNC set.
 */
export function writeControl(
  task: Task,
  socket: Socket,
  address: number,
  room: number,
  message: IncomingMessage,
): number {
  let used = 0;
  if (message.credentials !== null && socket.options.passCredentials) {
    const { pid, uid, gid } = message.credentials;
    const bytes = new Uint8Array(HEADER + UcredLayout.byteLength);
    const view = new DataView(bytes.buffer);
    UcredLayout.pid.write(view, HEADER, pid);
    UcredLayout.uid.write(view, HEADER, shownId(uid));
    UcredLayout.gid.write(view, HEADER, shownId(gid));
    used += put(task, address, room, bytes, SCM_CREDENTIALS, message);
  }
  const { rights } = message;
  if (rights === null) return used;
  message.rights = null;
  return used + putRights(task, address + used, room - used, rights, message);
}

/** An identity that nobody gave is shown as "nobody". */
function shownId(id: number): number {
  return id === 0xffffffff ? 65534 : id;
}

/** Writes one header with its data, cut to `room`; returns the bytes used with padding. */
function put(
  task: Task,
  address: number,
  room: number,
  bytes: Uint8Array,
  type: number,
  message: IncomingMessage,
): number {
  if (address === 0 || room < HEADER) {
    message.outFlags |= MSG_CTRUNC;
    return 0;
  }
  const length = Math.min(bytes.length, room);
  if (length < bytes.length) message.outFlags |= MSG_CTRUNC;
  const view = new DataView(bytes.buffer);
  CmsghdrLayout.len.write(view, 0, length);
  CmsghdrLayout.level.write(view, 0, SOL_SOCKET);
  CmsghdrLayout.type.write(view, 0, type);
  if (task.memory.copyOut(address, bytes, 0, length) < 0) {
    message.outFlags |= MSG_CTRUNC;
    return 0;
  }
  return Math.min(align(length), room);
}

function putRights(
  task: Task,
  address: number,
  room: number,
  rights: FileDescription[],
  message: IncomingMessage,
): number {
  const fits = address === 0 || room < HEADER ? 0 : Math.min(rights.length, Math.floor((room - HEADER) / 4));
  const closeOnExec = (message.flags & MSG_CMSG_CLOEXEC) !== 0;
  const installed: number[] = [];
  while (installed.length < fits) {
    const descriptor = task.fdTable.install(rights[installed.length], closeOnExec);
    if (descriptor < 0) break;
    installed.push(descriptor);
  }
  for (let i = installed.length; i < rights.length; i++) rights[i].dropReference();
  if (installed.length < rights.length) message.outFlags |= MSG_CTRUNC;
  if (installed.length === 0) return 0;
  const bytes = new Uint8Array(HEADER + installed.length * 4);
  const view = new DataView(bytes.buffer);
  installed.forEach((descriptor, i) => view.setInt32(HEADER + i * 4, descriptor, true));
  const used = put(task, address, room, bytes, SCM_RIGHTS, message);
  // The program was told no number: it gets no descriptor either.
  if (used === 0) for (const descriptor of installed) task.fdTable.close(descriptor);
  return used;
}
