/** System V message queues: msgget(2), msgsnd(2), msgrcv(2), msgctl(2). */
import { CAP_SYS_RESOURCE } from "../../../shared/abi/capability.ts";
import {
  EAGAIN,
  EIDRM,
  EINVAL,
  ENOMSG,
  EPERM,
  ERESTARTNOHAND,
  type Errno,
  isErrno,
} from "../../../shared/abi/errno.ts";
import {
  IPC_CREAT,
  IPC_EXCL,
  IPC_INFO,
  IPC_NOWAIT,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
  MSG_COPY,
  MSG_EXCEPT,
  MSG_INFO,
  MSG_NOERROR,
  MSG_STAT,
  MSG_STAT_ANY,
  MSGMNB,
  MSGMNI,
  MsginfoLayout,
  MsqidDsLayout,
} from "../../../shared/abi/ipc.ts";
import { readI64, writeU53 } from "../../../shared/abi/layout.ts";
import { POLLOUT } from "../../../shared/abi/poll.ts";
import { IPC_READ, IPC_WRITE } from "../kernel/ipc/ipc_object.ts";
import { type Message, type MessageQueue, PendingReceive } from "../kernel/ipc/message_queue.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import { type Task, WAKE_READY, WAKE_SIGNAL } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import { ownerFrom, writeOwner } from "./ipc_permissions.ts";
import { addr, flags, hex, int, offset, oneOf, type RowTable, size, supported } from "./row.ts";

/** The `long` that a message begins with. */
const TYPE_BYTES = 8;

/** msgget(2). */
export function sysMsgget(task: Task, args: SyscallArgs): Result {
  const key = args.int(0);
  const msgFlags = args.int(1);
  const { messageQueues } = task.ipc;
  return messageQueues.open(
    key,
    msgFlags,
    task.credentials,
    () => messageQueues.create(key, msgFlags, task.credentials),
    () => 0,
  );
}

/** What a msgsnd(2) that waits remembers: nothing of it is read twice. */
class Sending {
  readonly queue: MessageQueue;
  readonly message: Message;

  constructor(queue: MessageQueue, message: Message) {
    this.queue = queue;
    this.message = message;
  }
}

/** msgsnd(2). */
export function sysMsgsnd(task: Task, args: SyscallArgs): Result {
  return msgsnd(task, args.int(0), args.addr(1), args.size(2), args.int(3));
}

function msgsnd(task: Task, id: number, address: number, length: number, msgFlags: number): Result {
  let sending = task.callState instanceof Sending ? task.callState : null;
  if (sending === null) {
    const begun = beginSending(task, id, address, length);
    if (isErrno(begun)) return begun;
    sending = begun;
  }
  const { queue, message } = sending;
  if (queue.isRemoved) return -EIDRM;
  const allowed = queue.checkAccess(task.credentials, IPC_WRITE);
  if (allowed < 0) return allowed;
  const sent = queue.send(message, task.threadGroup.pid);
  if (sent !== -EAGAIN || (msgFlags & IPC_NOWAIT) !== 0) return sent;
  if (task.wakeReason === WAKE_SIGNAL) return -ERESTARTNOHAND;
  task.callState = sending;
  return task.blockOn(queue.senders, POLLOUT);
}

function beginSending(task: Task, id: number, address: number, length: number): Sending | Errno {
  const copiedType = task.memory.copyInScratch(address, 0, TYPE_BYTES);
  if (copiedType < 0) return copiedType;
  const type = readI64(TaskMemory.scratchView, 0);
  const { messageQueues } = task.ipc;
  if (length > messageQueues.messageLimit || id < 0 || type < 1) return -EINVAL;
  const bytes = new Uint8Array(length);
  const copied = task.memory.copyIn(address + TYPE_BYTES, bytes, 0, length);
  if (copied < 0) return copied;
  const queue = messageQueues.get(id);
  return isErrno(queue) ? queue : new Sending(queue, { type, bytes });
}

/** What a msgrcv(2) that waits remembers. */
class Receiving {
  readonly queue: MessageQueue;
  readonly pending: PendingReceive;

  constructor(queue: MessageQueue, pending: PendingReceive) {
    this.queue = queue;
    this.pending = pending;
  }
}

/** msgrcv(2). */
export function sysMsgrcv(task: Task, args: SyscallArgs): Result {
  return msgrcv(task, args.int(0), args.addr(1), args.size(2), args.offset(3), args.int(4));
}

function msgrcv(task: Task, id: number, address: number, room: number, type: number, msgFlags: number): Result {
  let queue: MessageQueue | Errno;
  if (task.callState instanceof Receiving) {
    const { pending } = task.callState;
    queue = task.callState.queue;
    if (pending.result === null) {
      if (task.wakeReason !== WAKE_SIGNAL) return task.block();
      queue.removeReceiver(pending);
      task.callState = null;
      return -ERESTARTNOHAND;
    }
    task.callState = null;
    if (!isErrno(pending.result)) return deliver(task, address, room, pending.result);
    if (pending.result !== -EAGAIN) return pending.result;
  } else {
    // Negative sizes come as absurdly large ones.
    if (id < 0 || room > Number.MAX_SAFE_INTEGER) return -EINVAL;
    if ((msgFlags & MSG_COPY) !== 0 && ((msgFlags & MSG_EXCEPT) !== 0 || (msgFlags & IPC_NOWAIT) === 0)) return -EINVAL;
    queue = task.ipc.messageQueues.get(id);
    if (isErrno(queue)) return queue;
  }
  const allowed = queue.checkAccess(task.credentials, IPC_READ);
  if (allowed < 0) return allowed;
  if (queue.isRemoved) return -EIDRM;
  const selection = { type, room, flags: msgFlags };
  const message = queue.receive(selection, task.threadGroup.pid);
  if (!isErrno(message)) return deliver(task, address, room, message);
  if (message !== -ENOMSG || (msgFlags & IPC_NOWAIT) !== 0) return message;
  const pending = new PendingReceive(selection, task.threadGroup.pid, () => task.wake(WAKE_READY));
  queue.addReceiver(pending);
  task.callState = new Receiving(queue, pending);
  return task.block();
}

/** As on Linux, a message that can't be stored is lost. */
function deliver(task: Task, address: number, room: number, message: Message): Result {
  const length = Math.min(room, message.bytes.length);
  writeU53(TaskMemory.scratchView, 0, message.type);
  TaskMemory.scratch.set(message.bytes.subarray(0, length), TYPE_BYTES);
  const stored = task.memory.copyOutScratch(address, 0, TYPE_BYTES + length);
  return stored < 0 ? stored : length;
}

/** msgctl(2). */
export function sysMsgctl(task: Task, args: SyscallArgs): Result {
  return msgctl(task, args.int(0), args.int(1), args.addr(2));
}

function msgctl(task: Task, id: number, command: number, address: number): Result {
  if (id < 0) return -EINVAL;
  const { messageQueues } = task.ipc;
  switch (command) {
    case IPC_INFO:
    case MSG_INFO:
      return storeInfo(task, address, command === MSG_INFO);
    case IPC_STAT:
    case MSG_STAT:
    case MSG_STAT_ANY: {
      const queue = command === IPC_STAT ? messageQueues.get(id) : messageQueues.at(id);
      if (isErrno(queue)) return queue;
      const allowed = command === MSG_STAT_ANY ? 0 : queue.checkAccess(task.credentials, IPC_READ);
      if (allowed < 0) return allowed;
      const stored = storeStatus(task, address, queue);
      return stored < 0 || command === IPC_STAT ? stored : queue.id;
    }
    case IPC_SET:
    case IPC_RMID:
      return change(task, id, command, address);
    default:
      return -EINVAL;
  }
}

function change(task: Task, id: number, command: number, address: number): Result {
  if (command === IPC_SET) {
    const copied = task.memory.copyInScratch(address, 0, MsqidDsLayout.byteLength);
    if (copied < 0) return copied;
  }
  const { messageQueues } = task.ipc;
  const queue = messageQueues.get(id);
  if (isErrno(queue)) return queue;
  const allowed = queue.checkControl(task.credentials);
  if (allowed < 0) return allowed;
  if (command === IPC_RMID) {
    messageQueues.remove(queue);
    return 0;
  }
  const byteLimit = MsqidDsLayout.qbytes.read(TaskMemory.scratchView, 0);
  if (byteLimit > MSGMNB && !task.credentials.has(CAP_SYS_RESOURCE)) return -EPERM;
  const owner = ownerFrom(MsqidDsLayout);
  if (isErrno(owner)) return owner;
  queue.byteLimit = byteLimit;
  queue.setOwner(owner.uid, owner.gid, owner.mode, task.ipc.nowSec());
  queue.onChanged();
  return 0;
}

function storeStatus(task: Task, address: number, queue: MessageQueue): 0 | Errno {
  const view = TaskMemory.scratchView;
  const status = MsqidDsLayout;
  writeOwner(status, view, queue);
  status.stime.write(view, 0, queue.sendSec);
  status.rtime.write(view, 0, queue.receiveSec);
  status.ctime.write(view, 0, queue.changeSec);
  status.cbytes.write(view, 0, queue.bytes);
  status.qnum.write(view, 0, queue.messageCount);
  status.qbytes.write(view, 0, queue.byteLimit);
  status.lspid.write(view, 0, queue.lastSender);
  status.lrpid.write(view, 0, queue.lastReceiver);
  return task.memory.copyOutScratch(address, 0, status.byteLength);
}

function storeInfo(task: Task, address: number, isUse: boolean): Result {
  /** What Linux tells of limits that it doesn't have. */
  const MSGSSZ = 16;
  const MSGSEG = 0xffff;
  const { messageQueues } = task.ipc;
  const view = TaskMemory.scratchView;
  const info = MsginfoLayout;
  const queues = messageQueues.all();
  info.zero(view, 0);
  info.msgpool.write(view, 0, isUse ? queues.length : (MSGMNI * MSGMNB) / 1024);
  info.msgmap.write(view, 0, isUse ? queues.reduce((sum, queue) => sum + queue.messageCount, 0) : MSGMNB);
  info.msgmax.write(view, 0, messageQueues.messageLimit);
  info.msgmnb.write(view, 0, MSGMNB);
  info.msgmni.write(view, 0, MSGMNI);
  info.msgssz.write(view, 0, MSGSSZ);
  info.msgtql.write(view, 0, isUse ? queues.reduce((sum, queue) => sum + queue.bytes, 0) : MSGMNB);
  info.msgseg.write(view, 0, MSGSEG);
  const stored = task.memory.copyOutScratch(address, 0, info.byteLength);
  return stored < 0 ? stored : messageQueues.highestIndex;
}

const GET_FLAGS = [
  [IPC_CREAT, "IPC_CREAT"],
  [IPC_EXCL, "IPC_EXCL"],
] as const;

const MESSAGE_FLAGS = [
  [IPC_NOWAIT, "IPC_NOWAIT"],
  [MSG_NOERROR, "MSG_NOERROR"],
  [MSG_EXCEPT, "MSG_EXCEPT"],
  [MSG_COPY, "MSG_COPY"],
] as const;

const COMMANDS = [
  [IPC_RMID, "IPC_RMID"],
  [IPC_SET, "IPC_SET"],
  [IPC_STAT, "IPC_STAT"],
  [IPC_INFO, "IPC_INFO"],
  [MSG_STAT, "MSG_STAT"],
  [MSG_INFO, "MSG_INFO"],
  [MSG_STAT_ANY, "MSG_STAT_ANY"],
] as const;

export const msgRows: RowTable = {
  68: supported("msgget", sysMsgget, [hex, flags(GET_FLAGS)]),
  69: supported("msgsnd", sysMsgsnd, [int, addr, size, flags(MESSAGE_FLAGS)]),
  70: supported("msgrcv", sysMsgrcv, [int, addr, size, offset, flags(MESSAGE_FLAGS)]),
  71: supported("msgctl", sysMsgctl, [int, oneOf(COMMANDS), addr]),
};
