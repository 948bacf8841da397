/** POSIX message queues: mq_open(2) and its kin. mq_overview(7). */
import {
  EACCES,
  EAGAIN,
  EBADF,
  EBUSY,
  EEXIST,
  EINVAL,
  EMFILE,
  EMSGSIZE,
  ENAMETOOLONG,
  ENOENT,
  ENOSYS,
  ERESTARTSYS,
  type Errno,
  ETIMEDOUT,
  isErrno,
} from "../../../shared/abi/errno.ts";
import { O_ACCMODE, O_CREAT, O_EXCL, O_NONBLOCK, O_RDONLY, O_WRONLY } from "../../../shared/abi/fcntl.ts";
import { MqAttrLayout } from "../../../shared/abi/ipc.ts";
import { NAME_MAX } from "../../../shared/abi/limits.ts";
import {
  SI_MESGQ,
  SIGEV_NONE,
  SIGEV_SIGNAL,
  SIGEV_THREAD,
  SIGRTMAX,
  SigeventLayout,
} from "../../../shared/abi/signal.ts";
import { TimespecLayout } from "../../../shared/abi/time.ts";
import { mqueueOf } from "../fsimpl/mqueue/mqueue_filesystem.ts";
import { MqueueFile, type MqueueInode } from "../fsimpl/mqueue/mqueue_inode.ts";
import {
  MQ_PRIO_MAX,
  MSG_MAX,
  MSGSIZE_MAX,
  PendingPosixReceive,
  PendingPosixSend,
  type PosixMessage,
  type PosixQueue,
} from "../kernel/ipc/posix_queue.ts";
import type { Result } from "../kernel/result.ts";
import { sendToGroup } from "../kernel/signal/send.ts";
import { SignalInfo } from "../kernel/signal/signal_info.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import { type Task, WAKE_READY, WAKE_SIGNAL, WAKE_TIMEOUT } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import { MAY_READ, MAY_WRITE } from "../vfs/permissions.ts";
import { lookupChild } from "../vfs/resolving_path.ts";
import { OPEN_FLAGS } from "./file_formats.ts";
import { fileOf } from "./paths.ts";
import {
  addr,
  fd,
  flags,
  inBuffer,
  octal,
  outBuffer,
  partial,
  type RowTable,
  size,
  string,
  supported,
  uint,
} from "./row.ts";
import { timespecNs } from "./sys_time.ts";

/** MAY_* for each O_ACCMODE. */
const ACCESS = [MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE];

/** A name as libraries give it: without the leading slash. */
function copyInName(task: Task, address: number): string | Errno {
  const name = task.memory.copyInPath(address);
  if (isErrno(name)) return name;
  if (name === "") return -ENOENT;
  if (name.length > NAME_MAX) return -ENAMETOOLONG;
  return name.includes("/") || name === "." || name === ".." ? -EACCES : name;
}

/** mq_open(2). */
export function sysMqOpen(task: Task, args: SyscallArgs): Result {
  return mqOpen(task, args.addr(0), args.int(1), args.uint(2), args.addr(3));
}

function mqOpen(task: Task, nameAddr: number, openFlags: number, mode: number, attributesAddr: number): Result {
  let maximumMessages = MSG_MAX;
  let messageBytes = MSGSIZE_MAX;
  if (attributesAddr !== 0) {
    const copied = task.memory.copyInScratch(attributesAddr, 0, MqAttrLayout.byteLength);
    if (copied < 0) return copied;
    maximumMessages = MqAttrLayout.maxmsg.read(TaskMemory.scratchView, 0);
    messageBytes = MqAttrLayout.msgsize.read(TaskMemory.scratchView, 0);
  }
  const name = copyInName(task, nameAddr);
  if (isErrno(name)) return name;
  const table = task.fdTable;
  if (table.usedCount >= table.limit) return -EMFILE;

  const context = task.vfsContext;
  const filesystem = mqueueOf(task.ipc);
  const { directory, kernelMount: mount, root } = filesystem;
  if (directory.lookup(name) === null) {
    if ((openFlags & O_CREAT) === 0) return -ENOENT;
    const made = directory.createQueue(context, name, mode & ~context.umask, maximumMessages, messageBytes);
    if (isErrno(made)) return made;
  } else {
    const denied = checkExisting(task, directory.lookup(name) as MqueueInode, openFlags);
    if (denied < 0) return denied;
  }
  const dentry = lookupChild(root, name);
  if (isErrno(dentry)) return dentry;
  const inode = dentry.inode as MqueueInode;
  const file = inode.open(context, { mount, dentry }, openFlags & (O_ACCMODE | O_NONBLOCK));
  if (isErrno(file)) return file;
  const descriptor = table.install(file, true);
  if (descriptor < 0) file.dropReference();
  return descriptor;
}

function checkExisting(task: Task, inode: MqueueInode, openFlags: number): 0 | Errno {
  if ((openFlags & O_CREAT) !== 0 && (openFlags & O_EXCL) !== 0) return -EEXIST;
  const access = ACCESS[openFlags & O_ACCMODE];
  return access === undefined ? -EINVAL : inode.checkPermission(task.vfsContext, access);
}

/** mq_unlink(2). */
export function sysMqUnlink(task: Task, args: SyscallArgs): Result {
  const name = copyInName(task, args.addr(0));
  if (isErrno(name)) return name;
  const at = mqueueOf(task.ipc).kernelMount.rootPath;
  return task.kernel.vfs.unlinkAt(task.vfsContext, at, name);
}

/** The queue behind a descriptor that isn't open for `unwanted` alone. */
function queueOf(task: Task, descriptor: number, unwanted = -1): MqueueFile | Errno {
  const file = fileOf(task, descriptor);
  if (isErrno(file)) return file;
  return file instanceof MqueueFile && (file.flags & O_ACCMODE) !== unwanted ? file : -EBADF;
}

/** The absolute CLOCK_REALTIME time at `address` as a deadline on CLOCK_MONOTONIC; Infinity for none. */
function deadlineAt(task: Task, address: number): number | Errno {
  if (address === 0) return Number.POSITIVE_INFINITY;
  const copied = task.memory.copyInScratch(address, 0, TimespecLayout.byteLength);
  if (copied < 0) return copied;
  const timeNs = timespecNs(0);
  return timeNs < 0 ? timeNs : Math.max(0, task.kernel.timekeeper.realtimeToMonotonicNs(timeNs));
}

/** What a call that waits remembers. */
class Waiting<T> {
  readonly queue: PosixQueue;
  readonly pending: T;
  readonly deadlineNs: number;

  constructor(queue: PosixQueue, pending: T, deadlineNs: number) {
    this.queue = queue;
    this.pending = pending;
    this.deadlineNs = deadlineNs;
  }
}

/** mq_timedsend(2). */
export function sysMqTimedsend(task: Task, args: SyscallArgs): Result {
  if (task.callState instanceof Waiting) return goOnSending(task, task.callState);
  return mqTimedsend(task, args.int(0), args.addr(1), args.size(2), args.uint(3), args.addr(4));
}

function mqTimedsend(
  task: Task,
  descriptor: number,
  address: number,
  length: number,
  priority: number,
  timeoutAddr: number,
): Result {
  const deadlineNs = deadlineAt(task, timeoutAddr);
  if (deadlineNs < 0) return deadlineNs;
  if (priority >= MQ_PRIO_MAX) return -EINVAL;
  const file = queueOf(task, descriptor, O_RDONLY);
  if (isErrno(file)) return file;
  const { queue } = file;
  if (length > queue.messageBytes) return -EMSGSIZE;
  const bytes = new Uint8Array(length);
  const copied = task.memory.copyIn(address, bytes, 0, length);
  if (copied < 0) return copied;
  const message = { priority, bytes };
  const sent = queue.send(message, task.threadGroup.pid, task.credentials.ruid);
  if (sent !== -EAGAIN || (file.flags & O_NONBLOCK) !== 0) return sent;
  if (deadlineNs <= task.nowNs()) return -ETIMEDOUT;
  const pending = new PendingPosixSend(message, () => task.wake(WAKE_READY));
  queue.addSender(pending);
  task.callState = new Waiting(queue, pending, deadlineNs);
  return task.block(deadlineNs);
}

function goOnSending(task: Task, { queue, pending, deadlineNs }: Waiting<PendingPosixSend>): Result {
  if (pending.isDone) return 0;
  if (task.wakeReason !== WAKE_SIGNAL && task.wakeReason !== WAKE_TIMEOUT) return task.block(deadlineNs);
  queue.removeSender(pending);
  task.callState = null;
  return task.wakeReason === WAKE_TIMEOUT ? -ETIMEDOUT : -ERESTARTSYS;
}

/** mq_timedreceive(2). */
export function sysMqTimedreceive(task: Task, args: SyscallArgs): Result {
  const address = args.addr(1);
  const priorityAddr = args.addr(3);
  if (task.callState instanceof Waiting) return goOnReceiving(task, task.callState, address, priorityAddr);
  return mqTimedreceive(task, args.int(0), address, args.size(2), priorityAddr, args.addr(4));
}

function mqTimedreceive(
  task: Task,
  descriptor: number,
  address: number,
  room: number,
  priorityAddr: number,
  timeoutAddr: number,
): Result {
  const deadlineNs = deadlineAt(task, timeoutAddr);
  if (deadlineNs < 0) return deadlineNs;
  const file = queueOf(task, descriptor, O_WRONLY);
  if (isErrno(file)) return file;
  const { queue } = file;
  if (room < queue.messageBytes) return -EMSGSIZE;
  const message = queue.receive();
  if (message !== null) return deliver(task, message, address, priorityAddr);
  if ((file.flags & O_NONBLOCK) !== 0) return -EAGAIN;
  if (deadlineNs <= task.nowNs()) return -ETIMEDOUT;
  const pending = new PendingPosixReceive(() => task.wake(WAKE_READY));
  queue.addReceiver(pending);
  task.callState = new Waiting(queue, pending, deadlineNs);
  return task.block(deadlineNs);
}

function goOnReceiving(
  task: Task,
  { queue, pending, deadlineNs }: Waiting<PendingPosixReceive>,
  address: number,
  priorityAddr: number,
): Result {
  if (pending.message !== null) return deliver(task, pending.message, address, priorityAddr);
  if (task.wakeReason !== WAKE_SIGNAL && task.wakeReason !== WAKE_TIMEOUT) return task.block(deadlineNs);
  queue.removeReceiver(pending);
  task.callState = null;
  return task.wakeReason === WAKE_TIMEOUT ? -ETIMEDOUT : -ERESTARTSYS;
}

/** As on Linux, a message that can't be stored is lost. */
function deliver(task: Task, { bytes, priority }: PosixMessage, address: number, priorityAddr: number): Result {
  if (priorityAddr !== 0) {
    const stored = task.memory.copyOutU32(priorityAddr, priority);
    if (stored < 0) return stored;
  }
  const stored = task.memory.copyOut(address, bytes, 0, bytes.length);
  return stored < 0 ? stored : bytes.length;
}

/** mq_notify(2). */
export function sysMqNotify(task: Task, args: SyscallArgs): Result {
  return mqNotify(task, args.int(0), args.addr(1));
}

function mqNotify(task: Task, descriptor: number, eventAddr: number): Result {
  const owner = task.threadGroup;
  const view = TaskMemory.scratchView;
  if (eventAddr !== 0) {
    const copied = task.memory.copyInScratch(eventAddr, 0, SigeventLayout.byteLength);
    if (copied < 0) return copied;
  }
  const how = SigeventLayout.notify.read(view, 0);
  const signal = SigeventLayout.signo.read(view, 0);
  if (eventAddr !== 0) {
    // Linux tells the helper thread of the C library through a netlink socket.
    if (how === SIGEV_THREAD) return -ENOSYS;
    if (how !== SIGEV_NONE && how !== SIGEV_SIGNAL) return -EINVAL;
    if (how === SIGEV_SIGNAL && (signal < 0 || signal > SIGRTMAX)) return -EINVAL;
  }
  const valueLow = SigeventLayout.valueLo.read(view, 0);
  const valueHigh = SigeventLayout.valueHi.read(view, 0);
  const file = queueOf(task, descriptor);
  if (isErrno(file)) return file;
  const { queue } = file;
  if (eventAddr === 0) {
    if (queue.notification?.owner === owner) queue.notification = null;
    return 0;
  }
  if (queue.notification !== null) return -EBUSY;
  queue.notification = {
    owner,
    file,
    pid: owner.pid,
    how,
    signal,
    send: (senderPid, senderUid) => {
      if (how !== SIGEV_SIGNAL || signal === 0) return;
      const info = SignalInfo.user(signal, senderPid, senderUid);
      info.code = SI_MESGQ;
      info.valueLow = valueLow;
      info.valueHigh = valueHigh;
      sendToGroup(owner, info);
    },
  };
  return 0;
}

/** mq_getsetattr(2). */
export function sysMqGetsetattr(task: Task, args: SyscallArgs): Result {
  return mqGetsetattr(task, args.int(0), args.addr(1), args.addr(2));
}

function mqGetsetattr(task: Task, descriptor: number, newAddr: number, oldAddr: number): Result {
  const view = TaskMemory.scratchView;
  let newFlags = 0;
  if (newAddr !== 0) {
    const copied = task.memory.copyInScratch(newAddr, 0, MqAttrLayout.byteLength);
    if (copied < 0) return copied;
    newFlags = MqAttrLayout.flags.read(view, 0);
    if (newFlags !== 0 && newFlags !== O_NONBLOCK) return -EINVAL;
  }
  const file = queueOf(task, descriptor);
  if (isErrno(file)) return file;
  const oldFlags = file.flags & O_NONBLOCK;
  if (newAddr !== 0) file.flags = (file.flags & ~O_NONBLOCK) | newFlags;
  if (oldAddr === 0) return 0;
  MqAttrLayout.zero(view, 0);
  MqAttrLayout.flags.write(view, 0, oldFlags);
  MqAttrLayout.maxmsg.write(view, 0, file.queue.maximumMessages);
  MqAttrLayout.msgsize.write(view, 0, file.queue.messageBytes);
  MqAttrLayout.curmsgs.write(view, 0, file.queue.count);
  return task.memory.copyOutScratch(oldAddr, 0, MqAttrLayout.byteLength);
}

export const mqueueRows: RowTable = {
  240: supported("mq_open", sysMqOpen, [string, flags(OPEN_FLAGS), octal, addr]),
  241: supported("mq_unlink", sysMqUnlink, [string]),
  242: supported("mq_timedsend", sysMqTimedsend, [fd, inBuffer(2), size, uint, addr]),
  243: supported("mq_timedreceive", sysMqTimedreceive, [fd, outBuffer(2), size, addr, addr]),
  244: partial(
    "mq_notify",
    sysMqNotify,
    [fd, addr],
    "SIGEV_THREAD is refused with ENOSYS: there are no netlink sockets for it",
  ),
  245: supported("mq_getsetattr", sysMqGetsetattr, [fd, addr, addr]),
};
