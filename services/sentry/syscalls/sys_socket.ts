/** socket(2), socketpair(2), bind(2), listen(2), accept(2), connect(2), shutdown(2), getsockname(2), getpeername(2). */
import {
  EAGAIN,
  EBADF,
  EINTR,
  EINVAL,
  EMFILE,
  ENOTSOCK,
  ERESTARTSYS,
  type Errno,
  isErrno,
} from "../../../shared/abi/errno.ts";
import { O_NONBLOCK } from "../../../shared/abi/fcntl.ts";
import { POLLIN, POLLOUT } from "../../../shared/abi/poll.ts";
import * as s from "../../../shared/abi/socket.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import { type Task, WAKE_SIGNAL, WAKE_TIMEOUT } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import { familyOf, isSocketType, type SocketFamily } from "../socket/families.ts";
import { Socket } from "../socket/socket.ts";
import { fileOf } from "./paths.ts";
import { deadlineOf } from "./poll_wait.ts";
import { addr, fd, flags, inBuffer, int, oneOf, type RowTable, supported } from "./row.ts";
import { copyInAddress, copyOutAddress } from "./socket_address.ts";
import { ADDRESS_FAMILIES, SHUTDOWN_HOW, SOCKET_TYPES } from "./socket_formats.ts";
import { mayBlock } from "./transfer.ts";

/** The socket of a descriptor: -EBADF, -ENOTSOCK. */
export function socketOf(task: Task, descriptor: number): Socket | Errno {
  const file = task.fdTable.get(descriptor);
  if (file === undefined) return -EBADF;
  return file instanceof Socket ? file : typeof fileOf(task, descriptor) === "number" ? -EBADF : -ENOTSOCK;
}

/** socket(2). */
export function sysSocket(task: Task, args: SyscallArgs): Result {
  const typeAndFlags = args.int(1);
  const type = typeAndFlags & s.SOCK_TYPE_MASK;
  const family = prepare(args.int(0), typeAndFlags);
  if (isErrno(family)) return family;
  const socket = family.create(task, type, args.int(2), typeAndFlags & s.SOCK_NONBLOCK);
  return isErrno(socket) ? socket : install(task, socket, typeAndFlags);
}

function prepare(family: number, typeAndFlags: number): SocketFamily | Errno {
  if ((typeAndFlags & ~(s.SOCK_TYPE_MASK | s.SOCK_CLOEXEC | s.SOCK_NONBLOCK)) !== 0) return -EINVAL;
  if (!isSocketType(typeAndFlags & s.SOCK_TYPE_MASK)) return -EINVAL;
  return familyOf(family);
}

function install(task: Task, socket: Socket, socketFlags: number): Result {
  const descriptor = task.fdTable.install(socket, (socketFlags & s.SOCK_CLOEXEC) !== 0);
  if (descriptor < 0) socket.dropReference();
  return descriptor;
}

/** socketpair(2). */
export function sysSocketpair(task: Task, args: SyscallArgs): Result {
  const typeAndFlags = args.int(1);
  const family = prepare(args.int(0), typeAndFlags);
  if (isErrno(family)) return family;
  const reserved = task.fdTable.reservePair();
  if (isErrno(reserved)) return reserved;
  const view = TaskMemory.scratchView;
  view.setInt32(0, reserved.first, true);
  view.setInt32(4, reserved.second, true);
  const copied = task.memory.copyOutScratch(args.addr(3), 0, 8);
  if (copied < 0) {
    reserved.release();
    return copied;
  }
  const type = typeAndFlags & s.SOCK_TYPE_MASK;
  const pair = family.createPair(task, type, args.int(2), typeAndFlags & s.SOCK_NONBLOCK);
  if (isErrno(pair)) {
    reserved.release();
    return pair;
  }
  reserved.install(pair[0], pair[1], (typeAndFlags & s.SOCK_CLOEXEC) !== 0);
  return 0;
}

/** bind(2). */
export function sysBind(task: Task, args: SyscallArgs): Result {
  const socket = socketOf(task, args.int(0));
  if (isErrno(socket)) return socket;
  const address = copyInAddress(task, args.addr(1), args.int(2));
  return isErrno(address) ? address : socket.bind(task, address);
}

/** listen(2). */
export function sysListen(task: Task, args: SyscallArgs): Result {
  const socket = socketOf(task, args.int(0));
  if (isErrno(socket)) return socket;
  const backlog = args.uint(1);
  return socket.listen(task, Math.min(backlog, s.SOMAXCONN));
}

/** connect(2). */
export function sysConnect(task: Task, args: SyscallArgs): Result {
  const socket = socketOf(task, args.int(0));
  if (isErrno(socket)) return socket;
  const address = copyInAddress(task, args.addr(1), args.int(2));
  if (isErrno(address)) return address;
  const result = socket.connect(task, address);
  if (result !== -EAGAIN || !mayBlock(socket)) return result;
  const timeoutNs = socket.options.sendTimeoutNs;
  if (task.wakeReason === WAKE_SIGNAL) return interrupted(timeoutNs);
  if (task.wakeReason === WAKE_TIMEOUT) return -EAGAIN;
  return task.blockOn(socket.connectQueue, POLLOUT, deadlineOf(task, timeoutNs));
}

/** A wait with a time-out isn't restarted: sock_intr_errno(). */
export function interrupted(timeoutNs: number): Errno {
  return timeoutNs === Number.POSITIVE_INFINITY ? -ERESTARTSYS : -EINTR;
}

/** accept(2). */
export function sysAccept(task: Task, args: SyscallArgs): Result {
  return accept(task, args, 0);
}

/** accept4(2). */
export function sysAccept4(task: Task, args: SyscallArgs): Result {
  return accept(task, args, args.int(3));
}

function accept(task: Task, args: SyscallArgs, acceptFlags: number): Result {
  if ((acceptFlags & ~(s.SOCK_CLOEXEC | s.SOCK_NONBLOCK)) !== 0) return -EINVAL;
  const socket = socketOf(task, args.int(0));
  if (isErrno(socket)) return socket;
  // As on Linux no connection is taken that there is no descriptor for.
  if (task.fdTable.usedCount >= task.fdTable.limit) return -EMFILE;
  const accepted = socket.accept(task, (acceptFlags & s.SOCK_NONBLOCK) !== 0 ? O_NONBLOCK : 0);
  if (isErrno(accepted)) {
    if (accepted !== -EAGAIN || !mayBlock(socket)) return accepted;
    const timeoutNs = socket.options.receiveTimeoutNs;
    if (task.wakeReason === WAKE_SIGNAL) return interrupted(timeoutNs);
    if (task.wakeReason === WAKE_TIMEOUT) return -EAGAIN;
    return task.blockOn(socket.waiters, POLLIN, deadlineOf(task, timeoutNs));
  }
  if (args.addr(1) !== 0) {
    const peer = accepted.peerAddress();
    const copied = isErrno(peer) ? peer : copyOutAddress(task, peer, args.addr(1), args.addr(2));
    if (copied < 0) {
      accepted.dropReference();
      return copied;
    }
  }
  return install(task, accepted, acceptFlags);
}

/** shutdown(2). */
export function sysShutdown(task: Task, args: SyscallArgs): Result {
  const socket = socketOf(task, args.int(0));
  if (isErrno(socket)) return socket;
  const how = args.int(1);
  return how < s.SHUT_RD || how > s.SHUT_RDWR ? -EINVAL : socket.shutdown(how);
}

/** getsockname(2). */
export function sysGetsockname(task: Task, args: SyscallArgs): Result {
  const socket = socketOf(task, args.int(0));
  if (isErrno(socket)) return socket;
  const address = socket.localAddress();
  return isErrno(address) ? address : copyOutAddress(task, address, args.addr(1), args.addr(2));
}

/** getpeername(2). */
export function sysGetpeername(task: Task, args: SyscallArgs): Result {
  const socket = socketOf(task, args.int(0));
  if (isErrno(socket)) return socket;
  const address = socket.peerAddress();
  return isErrno(address) ? address : copyOutAddress(task, address, args.addr(1), args.addr(2));
}

const family = oneOf(ADDRESS_FAMILIES);
const type = flags(SOCKET_TYPES);

export const socketRows: RowTable = {
  41: supported("socket", sysSocket, [family, type, int]),
  42: supported("connect", sysConnect, [fd, inBuffer(2), int]),
  43: supported("accept", sysAccept, [fd, addr, addr]),
  48: supported("shutdown", sysShutdown, [fd, oneOf(SHUTDOWN_HOW)]),
  49: supported("bind", sysBind, [fd, inBuffer(2), int]),
  50: supported("listen", sysListen, [fd, int]),
  51: supported("getsockname", sysGetsockname, [fd, addr, addr]),
  52: supported("getpeername", sysGetpeername, [fd, addr, addr]),
  53: supported("socketpair", sysSocketpair, [family, type, int, addr]),
  288: supported("accept4", sysAccept4, [fd, addr, addr, flags(SOCKET_TYPES)]),
};
