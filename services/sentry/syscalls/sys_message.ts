/** sendto(2), sendmsg(2), sendmmsg(2), recvfrom(2), recvmsg(2), recvmmsg(2). */
import { EAGAIN, EFAULT, EINVAL, EMSGSIZE, ENOBUFS, EPIPE, type Errno, isErrno } from "../../../shared/abi/errno.ts";
import { readU53 } from "../../../shared/abi/layout.ts";
import { POLLIN, POLLOUT } from "../../../shared/abi/poll.ts";
import * as s from "../../../shared/abi/socket.ts";
import { TimespecLayout } from "../../../shared/abi/time.ts";
import { UIO_MAXIOV } from "../../../shared/abi/uio.ts";
import { BLOCKED, type Result } from "../kernel/result.ts";
import { sendPipeSignal } from "../kernel/signal/send.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import { type Task, WAKE_SIGNAL, WAKE_TIMEOUT } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import { IncomingMessage, OutgoingMessage } from "../socket/message.ts";
import type { Socket } from "../socket/socket.ts";
import { readControl, writeControl } from "./control_messages.ts";
import { formatBytes } from "./file_formats.ts";
import { IoVector } from "./io_vector.ts";
import {
  addr,
  fd,
  flags,
  inBuffer,
  inOutStruct,
  inStruct,
  int,
  outBuffer,
  type RowTable,
  size,
  supported,
  uint,
} from "./row.ts";
import { copyInAddress, copyOutAddress } from "./socket_address.ts";
import { MESSAGE_FLAGS } from "./socket_formats.ts";
import { interrupted, socketOf } from "./sys_socket.ts";
import { bounce, mayBlock } from "./transfer.ts";

const iov = new IoVector();
const outgoing = new OutgoingMessage();
const incoming = new IncomingMessage(true);

const SENDMSG_ONLY = s.MSG_CMSG_COMPAT;

/** What a message call that waits remembers: messages and bytes done, and when to give up. */
class MessageProgress {
  messages = 0;
  bytes = 0;
  deadlineNs = Number.POSITIVE_INFINITY;
  /** recvmmsg(2)'s own timeout, kept apart from SO_RCVTIMEO. */
  callDeadlineNs = Number.POSITIVE_INFINITY;
}

function progressOf(task: Task): MessageProgress | null {
  return task.callState instanceof MessageProgress ? task.callState : null;
}

function mayWait(socket: Socket, messageFlags: number): boolean {
  return mayBlock(socket) && (messageFlags & s.MSG_DONTWAIT) === 0;
}

/** Parks until `socket` is ready; `done` bytes are the result if the wait ends here. */
function wait(task: Task, socket: Socket, forInput: boolean, done: number): Result {
  const timeoutNs = forInput ? socket.options.receiveTimeoutNs : socket.options.sendTimeoutNs;
  if (task.wakeReason === WAKE_SIGNAL) return done > 0 ? done : interrupted(timeoutNs);
  if (task.wakeReason === WAKE_TIMEOUT) return done > 0 ? done : -EAGAIN;
  let progress = progressOf(task);
  if (progress === null) {
    progress = new MessageProgress();
    if (timeoutNs !== Number.POSITIVE_INFINITY) progress.deadlineNs = task.nowNs() + timeoutNs;
    task.callState = progress;
  }
  progress.bytes = done;
  const deadline = Math.min(progress.deadlineNs, progress.callDeadlineNs);
  return forInput ? task.blockOn(socket.waiters, POLLIN, deadline) : task.blockOn(socket.sendQueue, POLLOUT, deadline);
}

/** sendto(2). */
export function sysSendto(task: Task, args: SyscallArgs): Result {
  const socket = socketOf(task, args.int(0));
  if (isErrno(socket)) return socket;
  const failed = iov.setSingle(args.addr(1), args.size(2));
  if (failed < 0) return failed;
  outgoing.clear();
  outgoing.flags = args.uint(3) & ~SENDMSG_ONLY;
  if (args.addr(4) !== 0) {
    const address = copyInAddress(task, args.addr(4), args.int(5));
    if (isErrno(address)) return address;
    outgoing.address = address.length === 0 ? null : address;
  }
  return send(task, socket, false);
}

/** sendmsg(2). */
export function sysSendmsg(task: Task, args: SyscallArgs): Result {
  const socket = socketOf(task, args.int(0));
  if (isErrno(socket)) return socket;
  const refused = socket.checkSend();
  if (refused < 0) return refused;
  const failed = readHeader(task, args.addr(1), args.uint(2), true);
  return failed < 0 ? failed : send(task, socket, false);
}

/** sendmmsg(2): a failure after the first message ends it with the count so far. */
export function sysSendmmsg(task: Task, args: SyscallArgs): Result {
  const socket = socketOf(task, args.int(0));
  if (isErrno(socket)) return socket;
  const count = Math.min(args.uint(2), UIO_MAXIOV);
  const base = args.addr(1);
  let done = progressOf(task)?.messages ?? 0;
  while (done < count) {
    const at = base + done * s.MmsghdrLayout.byteLength;
    const failed = readHeader(task, at, args.uint(3), true);
    const result = failed < 0 ? failed : send(task, socket, done > 0);
    if (result === BLOCKED) {
      (task.callState as MessageProgress).messages = done;
      return BLOCKED;
    }
    if (result < 0) return done > 0 ? done : result;
    const told = task.memory.copyOutU32(at + 56, result);
    if (told < 0) return done > 0 ? done : told;
    resetBytes(task);
    done++;
  }
  return done;
}

function resetBytes(task: Task): void {
  const progress = progressOf(task);
  if (progress !== null) progress.bytes = 0;
}

/** Reads a struct msghdr for sending into `iov` and `outgoing`, or for receiving into `iov` and `header`. */
function readHeader(task: Task, address: number, messageFlags: number, sends: boolean): 0 | Errno {
  const failed = task.memory.copyInScratch(address, 0, s.MsghdrLayout.byteLength);
  if (failed < 0) return failed;
  const view = TaskMemory.scratchView;
  header.address = address;
  header.name = s.MsghdrLayout.name.read(view, 0);
  header.nameLength = s.MsghdrLayout.namelen.read(view, 0);
  header.control = s.MsghdrLayout.control.read(view, 0);
  header.controlLength = s.MsghdrLayout.controllen.read(view, 0);
  const pieces = s.MsghdrLayout.iovlen.read(view, 0);
  const base = s.MsghdrLayout.iov.read(view, 0);
  if (pieces > UIO_MAXIOV) return -EMSGSIZE;
  if (header.nameLength < 0 && header.name !== 0) return -EINVAL;
  const parsed = iov.parse(task, base, pieces);
  if (parsed < 0 || !sends) return parsed;
  outgoing.clear();
  outgoing.flags = messageFlags & ~SENDMSG_ONLY;
  if (header.name !== 0 && header.nameLength > 0) {
    const name = copyInAddress(task, header.name, Math.min(header.nameLength, s.SOCKADDR_STORAGE_BYTES));
    if (isErrno(name)) return name;
    outgoing.address = name;
  }
  if (header.controlLength > 0x7fffffff) return -ENOBUFS;
  // A message that goes on after a wait has sent its control data with its first bytes.
  if (header.controlLength === 0 || (progressOf(task)?.bytes ?? 0) > 0) return 0;
  return readControl(task, header.control, header.controlLength, outgoing);
}

/** The msghdr of the message that is being received. */
const header = { address: 0, name: 0, nameLength: 0, control: 0, controlLength: 0 };

/** Sends what `iov` and `outgoing` describe. Nothing of `outgoing` is held afterwards. */
function send(task: Task, socket: Socket, isFollowUp: boolean): Result {
  const isStream = socket.type === s.SOCK_STREAM;
  const waits = mayWait(socket, outgoing.flags) && !isFollowUp;
  let done = progressOf(task)?.bytes ?? 0;
  let result: number;
  for (;;) {
    const n = sendPiece(task, socket, done, isStream);
    if (n >= 0) {
      done += n;
      if (isStream && done < iov.total && n > 0) continue;
      result = done;
      break;
    }
    if (n === -EAGAIN && waits) {
      result = wait(task, socket, false, done);
      break;
    }
    if (n === -EPIPE && isStream && done === 0 && (outgoing.flags & s.MSG_NOSIGNAL) === 0) sendPipeSignal(task);
    result = done > 0 ? done : n;
    break;
  }
  outgoing.release();
  return result;
}

function sendPiece(task: Task, socket: Socket, done: number, isStream: boolean): number {
  const context = task.vfsContext;
  if (iov.count === 1 && done === 0) {
    const at = task.thread.findPrefetched(iov.baseOf(0), iov.total);
    if (at >= 0) return socket.send(context, task.memory.arena, at, iov.total, outgoing);
  }
  const wanted = iov.total - done;
  if (!isStream && wanted > bounce.length) return -EMSGSIZE;
  const chunk = Math.min(wanted, bounce.length);
  const got = iov.gather(task, done, bounce, 0, chunk);
  if (got < chunk && (got === 0 || !isStream)) return -EFAULT;
  return socket.send(context, bounce, 0, got, outgoing);
}

/** recvfrom(2). */
export function sysRecvfrom(task: Task, args: SyscallArgs): Result {
  const socket = socketOf(task, args.int(0));
  if (isErrno(socket)) return socket;
  const failed = iov.setSingle(args.addr(1), args.size(2));
  if (failed < 0) return failed;
  const result = receive(task, socket, args.uint(3));
  if (result >= 0 && args.addr(4) !== 0) {
    const copied = copyOutAddress(task, incoming.address ?? new Uint8Array(0), args.addr(4), args.addr(5));
    if (copied < 0) {
      incoming.release();
      return copied;
    }
  }
  // There is no place for control data here.
  incoming.release();
  return result;
}

/** recvmsg(2). */
export function sysRecvmsg(task: Task, args: SyscallArgs): Result {
  const socket = socketOf(task, args.int(0));
  if (isErrno(socket)) return socket;
  return receiveMessage(task, socket, args.addr(1), args.uint(2));
}

/** recvmmsg(2). Its timeout, as on Linux, is looked at only when a message has come. */
export function sysRecvmmsg(task: Task, args: SyscallArgs): Result {
  const socket = socketOf(task, args.int(0));
  if (isErrno(socket)) return socket;
  const count = Math.min(args.uint(2), UIO_MAXIOV);
  const base = args.addr(1);
  let messageFlags = args.uint(3);
  const deadline = callDeadline(task, args.addr(4));
  if (deadline < 0) return deadline;
  let done = progressOf(task)?.messages ?? 0;
  if (done > 0 && (messageFlags & s.MSG_WAITFORONE) !== 0) messageFlags |= s.MSG_DONTWAIT;
  while (done < count) {
    const at = base + done * s.MmsghdrLayout.byteLength;
    const result = receiveMessage(task, socket, at, messageFlags & ~s.MSG_WAITFORONE);
    if (result === BLOCKED) {
      const progress = task.callState as MessageProgress;
      progress.messages = done;
      progress.callDeadlineNs = deadline;
      return BLOCKED;
    }
    if (result < 0) return done > 0 ? done : result;
    const told = task.memory.copyOutU32(at + 56, result);
    if (told < 0) return done > 0 ? done : told;
    resetBytes(task);
    done++;
    if ((messageFlags & s.MSG_WAITFORONE) !== 0) messageFlags |= s.MSG_DONTWAIT;
    if (deadline <= task.nowNs()) break;
  }
  return done;
}

function callDeadline(task: Task, address: number): number | Errno {
  const progress = progressOf(task);
  if (progress !== null) return progress.callDeadlineNs;
  if (address === 0) return Number.POSITIVE_INFINITY;
  const failed = task.memory.copyInScratch(address, 0, TimespecLayout.byteLength);
  if (failed < 0) return failed;
  const sec = TimespecLayout.sec.read(TaskMemory.scratchView, 0);
  const nsec = TimespecLayout.nsec.read(TaskMemory.scratchView, 0);
  if (sec < 0 || nsec < 0 || nsec >= 1e9) return -EINVAL;
  return task.nowNs() + sec * 1e9 + nsec;
}

function receiveMessage(task: Task, socket: Socket, address: number, messageFlags: number): Result {
  const failed = readHeader(task, address, messageFlags, false);
  if (failed < 0) return failed;
  const { name, control, controlLength } = header;
  const result = receive(task, socket, messageFlags);
  if (result < 0) {
    incoming.release();
    return result;
  }
  const sent = incoming.address ?? new Uint8Array(0);
  let copied = 0;
  if (name !== 0) {
    copied = task.memory.copyOut(name, sent, 0, Math.min(header.nameLength, sent.length));
    if (copied >= 0) copied = task.memory.copyOutU32(address + s.MsghdrLayout.namelen.offset, sent.length);
  }
  const used = copied < 0 ? 0 : writeControl(task, socket, control, controlLength, incoming);
  if (copied >= 0) {
    copied = task.memory.copyOutU32(
      address + s.MsghdrLayout.flags.offset,
      incoming.outFlags | shownFlags(messageFlags),
    );
  }
  if (copied >= 0) copied = task.memory.copyOutU64(address + s.MsghdrLayout.controllen.offset, used);
  incoming.release();
  return copied < 0 ? copied : result;
}

/** Linux hands MSG_CMSG_CLOEXEC back in msg_flags. */
function shownFlags(messageFlags: number): number {
  return messageFlags & s.MSG_CMSG_CLOEXEC;
}

/** Receives into `iov` and `incoming`. */
function receive(task: Task, socket: Socket, messageFlags: number): Result {
  const isStream = socket.type === s.SOCK_STREAM;
  const waits = mayWait(socket, messageFlags);
  const wantsAll = isStream && (messageFlags & s.MSG_WAITALL) !== 0 && (messageFlags & s.MSG_PEEK) === 0;
  let done = progressOf(task)?.bytes ?? 0;
  incoming.clear(messageFlags);
  for (;;) {
    const n = receivePiece(task, socket, done);
    if (n > 0) {
      done += n;
      if (wantsAll && done < iov.total && !incoming.isEndOfMessage) continue;
    } else if (n < 0 && done === 0) {
      if (n === -EAGAIN && waits) return wait(task, socket, true, 0);
      return n;
    } else if (n === -EAGAIN && waits && wantsAll) {
      return wait(task, socket, true, done);
    }
    if (!isStream && (messageFlags & s.MSG_TRUNC) !== 0 && n >= 0) return Math.max(n, incoming.fullLength);
    return done;
  }
}

function receivePiece(task: Task, socket: Socket, done: number): number {
  const { thread } = task;
  const wanted = iov.total - done;
  if (done === 0 && wanted <= thread.windowLength) {
    const at = thread.windowStart;
    const n = socket.receive(task.memory.arena, at, wanted, incoming);
    if (n <= 0) return n;
    return iov.scatterWindow(task, at, n) < n ? -EFAULT : n;
  }
  const n = socket.receive(bounce, 0, Math.min(wanted, bounce.length), incoming);
  if (n <= 0) return n;
  const put = iov.scatter(task, done, bounce, 0, n);
  return put < n ? -EFAULT : n;
}

function messageHeaderFormat(view: DataView, at: number): string {
  return `{name=0x${readU53(view, at).toString(16)}, iovlen=${readU53(view, at + 24)}, control=0x${readU53(
    view,
    at + 32,
  ).toString(16)}, controllen=${readU53(view, at + 40)}}`;
}

const messageFlagsArgument = flags(MESSAGE_FLAGS);

export const messageRows: RowTable = {
  44: supported("sendto", sysSendto, [fd, inBuffer(2), size, messageFlagsArgument, inBuffer(5), int]),
  45: supported("recvfrom", sysRecvfrom, [fd, outBuffer(2), size, messageFlagsArgument, addr, addr]),
  46: supported("sendmsg", sysSendmsg, [fd, inStruct(56, messageHeaderFormat), messageFlagsArgument]),
  47: supported("recvmsg", sysRecvmsg, [fd, inOutStruct(56, messageHeaderFormat), messageFlagsArgument]),
  299: supported("recvmmsg", sysRecvmmsg, [fd, addr, uint, messageFlagsArgument, inStruct(16, formatBytes)]),
  307: supported("sendmmsg", sysSendmmsg, [fd, addr, uint, messageFlagsArgument]),
};
