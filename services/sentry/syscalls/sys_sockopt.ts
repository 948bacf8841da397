/** getsockopt(2), setsockopt(2): the options that all sockets have, socket(7); others are the family's. */
import { CAP_NET_ADMIN } from "../../../shared/abi/capability.ts";
import { EDOM, EINVAL, ENOPROTOOPT, EPERM, type Errno, isErrno } from "../../../shared/abi/errno.ts";
import * as s from "../../../shared/abi/socket.ts";
import { TimevalLayout } from "../../../shared/abi/time.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import type { Task } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import type { Socket } from "../socket/socket.ts";
import { MAXIMUM_BUFFER, MINIMUM_RECEIVE_BUFFER, MINIMUM_SEND_BUFFER } from "../socket/socket_options.ts";
import { addr, fd, inBuffer, int, oneOf, type RowTable, supported } from "./row.ts";
import { SOCKET_LEVELS } from "./socket_formats.ts";
import { socketOf } from "./sys_socket.ts";

const FOREVER = Number.POSITIVE_INFINITY;
const MAXIMUM_VALUE = 4096;

/** Options that are kept and told. */
const KEPT = new Set([
  s.SO_DEBUG,
  s.SO_REUSEADDR,
  s.SO_DONTROUTE,
  s.SO_BROADCAST,
  s.SO_KEEPALIVE,
  s.SO_OOBINLINE,
  s.SO_NO_CHECK,
  s.SO_PRIORITY,
  s.SO_REUSEPORT,
  s.SO_TIMESTAMP,
  s.SO_TIMESTAMPNS,
  s.SO_MARK,
  s.SO_RXQ_OVFL,
  s.SO_PASSSEC,
]);
/** Of those, the ones whose value is a number and not on or off. */
const NUMBERS = new Set([s.SO_PRIORITY, s.SO_MARK]);
/** Flags that only the privileged may set. */
const PRIVILEGED = new Set([s.SO_DEBUG, s.SO_MARK]);

/** getsockopt(2). */
export function sysGetsockopt(task: Task, args: SyscallArgs): Result {
  const socket = socketOf(task, args.int(0));
  if (isErrno(socket)) return socket;
  const failed = task.memory.copyInScratch(args.addr(4), 0, 4);
  if (failed < 0) return failed;
  const room = TaskMemory.scratchView.getInt32(0, true);
  if (room < 0) return -EINVAL;
  const level = args.int(1);
  const name = args.int(2);
  const own = level === s.SOL_SOCKET ? getOption(socket, name) : null;
  const value = own ?? socket.getOption(task, level, name);
  if (isErrno(value)) return value;
  const length = Math.min(room, value.length);
  const copied = task.memory.copyOut(args.addr(3), value, 0, length);
  return copied < 0 ? copied : task.memory.copyOutU32(args.addr(4), length);
}

function number(value: number): Uint8Array {
  return new Uint8Array(Int32Array.of(value).buffer);
}

function timeval(ns: number): Uint8Array {
  const bytes = new Uint8Array(TimevalLayout.byteLength);
  const view = new DataView(bytes.buffer);
  if (ns !== FOREVER) {
    const sec = Math.floor(ns / 1e9);
    TimevalLayout.sec.write(view, 0, sec);
    TimevalLayout.usec.write(view, 0, Math.floor((ns - sec * 1e9) / 1e3));
  }
  return bytes;
}

/** Null if the option isn't one that all sockets have. */
function getOption(socket: Socket, name: number): Uint8Array | Errno | null {
  const { options } = socket;
  switch (name) {
    case s.SO_TYPE:
      return number(socket.type);
    case s.SO_DOMAIN:
      return number(socket.family);
    case s.SO_PROTOCOL:
      return number(socket.protocol);
    case s.SO_ACCEPTCONN:
      return number(socket.isListening ? 1 : 0);
    case s.SO_ERROR: {
      const error = socket.pendingError;
      socket.pendingError = 0;
      return number(error);
    }
    case s.SO_SNDBUF:
      return number(options.sendBuffer);
    case s.SO_RCVBUF:
      return number(options.receiveBuffer);
    case s.SO_RCVLOWAT:
      return number(options.receiveLowWater);
    case s.SO_SNDLOWAT:
      return number(1);
    case s.SO_RCVTIMEO:
      return timeval(options.receiveTimeoutNs);
    case s.SO_SNDTIMEO:
      return timeval(options.sendTimeoutNs);
    case s.SO_PASSCRED:
      return number(options.passCredentials ? 1 : 0);
    case s.SO_LINGER:
      return new Uint8Array(Int32Array.of(options.lingers ? 1 : 0, options.lingerSeconds).buffer);
    case s.SO_COOKIE: {
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setUint32(0, socket.inode.ino, true);
      return bytes;
    }
    default:
      return KEPT.has(name) ? number(options.flags.get(name) ?? 0) : null;
  }
}

/** setsockopt(2). */
export function sysSetsockopt(task: Task, args: SyscallArgs): Result {
  const socket = socketOf(task, args.int(0));
  if (isErrno(socket)) return socket;
  const length = args.int(4);
  if (length < 0) return -EINVAL;
  const value = new Uint8Array(Math.min(length, MAXIMUM_VALUE));
  const failed = task.memory.copyIn(args.addr(3), value, 0, value.length);
  if (failed < 0) return failed;
  const level = args.int(1);
  const name = args.int(2);
  if (level !== s.SOL_SOCKET) return socket.setOption(task, level, name, value);
  const result = setOption(task, socket, name, value);
  return result ?? socket.setOption(task, level, name, value);
}

/** Null if the option isn't one that all sockets have. */
function setOption(task: Task, socket: Socket, name: number, value: Uint8Array): 0 | Errno | null {
  if (value.length < 4) return -EINVAL;
  const view = new DataView(value.buffer);
  const wanted = view.getInt32(0, true);
  const { options } = socket;
  switch (name) {
    case s.SO_TYPE:
    case s.SO_DOMAIN:
    case s.SO_PROTOCOL:
    case s.SO_ERROR:
    case s.SO_ACCEPTCONN:
    case s.SO_PEERCRED:
    case s.SO_SNDLOWAT:
      return -ENOPROTOOPT;
    case s.SO_SNDBUF:
    case s.SO_SNDBUFFORCE: {
      if (name === s.SO_SNDBUFFORCE && !task.credentials.has(CAP_NET_ADMIN)) return -EPERM;
      const limit = name === s.SO_SNDBUF ? Math.min(unsigned(wanted), MAXIMUM_BUFFER) : Math.max(wanted, 0);
      // Linux doubles what is asked for, to have room for its own bookkeeping.
      options.sendBuffer = Math.max(Math.min(limit * 2, 0x7fffffff), MINIMUM_SEND_BUFFER);
      return 0;
    }
    case s.SO_RCVBUF:
    case s.SO_RCVBUFFORCE: {
      if (name === s.SO_RCVBUFFORCE && !task.credentials.has(CAP_NET_ADMIN)) return -EPERM;
      const limit = name === s.SO_RCVBUF ? Math.min(unsigned(wanted), MAXIMUM_BUFFER) : Math.max(wanted, 0);
      options.receiveBuffer = Math.max(Math.min(limit * 2, 0x7fffffff), MINIMUM_RECEIVE_BUFFER);
      return 0;
    }
    case s.SO_RCVLOWAT:
      options.receiveLowWater = wanted < 0 ? 0x7fffffff : Math.max(wanted, 1);
      return 0;
    case s.SO_RCVTIMEO:
    case s.SO_SNDTIMEO: {
      const timeout = readTimeout(view);
      if (timeout < 0) return timeout;
      if (name === s.SO_RCVTIMEO) options.receiveTimeoutNs = timeout;
      else options.sendTimeoutNs = timeout;
      return 0;
    }
    case s.SO_PASSCRED:
      options.passCredentials = wanted !== 0;
      return 0;
    case s.SO_LINGER:
      if (value.length < s.LingerLayout.byteLength) return -EINVAL;
      options.lingers = wanted !== 0;
      options.lingerSeconds = view.getInt32(4, true);
      return 0;
    default:
      if (!KEPT.has(name)) return null;
      if (PRIVILEGED.has(name) && wanted !== 0 && !task.credentials.has(CAP_NET_ADMIN)) return -EPERM;
      options.flags.set(name, NUMBERS.has(name) ? wanted : wanted !== 0 ? 1 : 0);
      return 0;
  }
}

function unsigned(value: number): number {
  return value >>> 0;
}

/** A struct timeval as ns; 0 is no time-out. */
function readTimeout(view: DataView): number | Errno {
  if (view.byteLength < TimevalLayout.byteLength) return -EINVAL;
  const sec = TimevalLayout.sec.read(view, 0);
  const usec = TimevalLayout.usec.read(view, 0);
  if (usec < 0 || usec >= 1e6) return -EDOM;
  if (sec < 0 || (sec === 0 && usec === 0)) return sec < 0 ? 0 : FOREVER;
  return sec * 1e9 + usec * 1e3;
}

export const sockoptRows: RowTable = {
  54: supported("setsockopt", sysSetsockopt, [fd, oneOf(SOCKET_LEVELS), int, inBuffer(4), int]),
  55: supported("getsockopt", sysGetsockopt, [fd, oneOf(SOCKET_LEVELS), int, addr, addr]),
};
