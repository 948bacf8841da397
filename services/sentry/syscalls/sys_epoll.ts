/** epoll_create(2), epoll_ctl(2), epoll_wait(2), epoll_pwait(2), epoll_pwait2(2). */
import * as e from "../../../shared/abi/epoll.ts";
import { EFAULT, EINTR, EINVAL, EPERM } from "../../../shared/abi/errno.ts";
import { SIGSET_BYTES } from "../../../shared/abi/signal.ts";
import { TimespecLayout } from "../../../shared/abi/time.ts";
import { EpollFile, type EventSink, epollOf } from "../kernel/epoll.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import { type Task, WAKE_SIGNAL, WAKE_TIMEOUT } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import { formatTimespec } from "./file_formats.ts";
import { isUserRange } from "./io_vector.ts";
import { fileOf } from "./paths.ts";
import { deadlineOf, takeMask } from "./poll_wait.ts";
import { fd, flags, inStruct, int, oneOf, outBuffer, type RowTable, size, supported } from "./row.ts";
import { bounce } from "./transfer.ts";

const EVENT_BYTES = 12;
const MAX_EVENTS = Math.floor(0x7fffffff / EVENT_BYTES);
const EXCLUSIVE_OK = e.EPOLLIN | e.EPOLLOUT | e.EPOLLERR | e.EPOLLHUP | e.EPOLLWAKEUP | e.EPOLLET | e.EPOLLEXCLUSIVE;

/** epoll_create(2): the size must be positive and means nothing. */
export function sysEpollCreate(task: Task, args: SyscallArgs): Result {
  return args.int(0) <= 0 ? -EINVAL : create(task, 0);
}

/** epoll_create1(2). */
export function sysEpollCreate1(task: Task, args: SyscallArgs): Result {
  return create(task, args.int(0));
}

function create(task: Task, createFlags: number): Result {
  if ((createFlags & ~e.EPOLL_CLOEXEC) !== 0) return -EINVAL;
  const file = new EpollFile();
  const descriptor = task.fdTable.install(file, createFlags !== 0);
  if (descriptor < 0) file.dropReference();
  return descriptor;
}

/** epoll_ctl(2). */
export function sysEpollCtl(task: Task, args: SyscallArgs): Result {
  const operation = args.int(1);
  let events = 0;
  let low = 0;
  let high = 0;
  if (operation !== e.EPOLL_CTL_DEL) {
    const failed = task.memory.copyInScratch(args.addr(3), 0, EVENT_BYTES);
    if (failed < 0) return failed;
    const view = TaskMemory.scratchView;
    events = e.EpollEventLayout.events.read(view, 0);
    low = e.EpollEventLayout.dataLo.read(view, 0);
    high = e.EpollEventLayout.dataHi.read(view, 0);
  }
  const epollFile = fileOf(task, args.int(0));
  if (typeof epollFile === "number") return epollFile;
  const descriptor = args.int(2);
  const file = fileOf(task, descriptor);
  if (typeof file === "number") return file;
  // Files that are always ready can't be waited for: "the target file does not support epoll".
  if (file.waiters === null) return -EPERM;
  const epoll = epollOf(epollFile);
  if (typeof epoll === "number") return epoll;
  if (epoll === file) return -EINVAL;
  if (operation !== e.EPOLL_CTL_DEL && (events & e.EPOLLEXCLUSIVE) !== 0) {
    if (operation === e.EPOLL_CTL_MOD) return -EINVAL;
    if (file instanceof EpollFile || (events & ~EXCLUSIVE_OK) !== 0) return -EINVAL;
  }
  switch (operation) {
    case e.EPOLL_CTL_ADD:
      return epoll.add(descriptor, file, events, low, high);
    case e.EPOLL_CTL_MOD:
      return epoll.modify(descriptor, file, events, low, high);
    case e.EPOLL_CTL_DEL:
      return epoll.delete(descriptor, file);
    default:
      return -EINVAL;
  }
}

/** epoll_wait(2). */
export function sysEpollWait(task: Task, args: SyscallArgs): Result {
  return wait(task, args, timeoutMs(args.int(3)));
}

/** epoll_pwait(2). */
export function sysEpollPwait(task: Task, args: SyscallArgs): Result {
  const failed = takeMask(task, args.addr(4), args.size(5));
  return failed < 0 ? failed : wait(task, args, timeoutMs(args.int(3)));
}

/** epoll_pwait2(2): the timeout is a timespec, or null for ever. */
export function sysEpollPwait2(task: Task, args: SyscallArgs): Result {
  let timeoutNs = Number.POSITIVE_INFINITY;
  if (args.addr(3) !== 0) {
    const failed = task.memory.copyInScratch(args.addr(3), 0, TimespecLayout.byteLength);
    if (failed < 0) return failed;
    const sec = TimespecLayout.sec.read(TaskMemory.scratchView, 0);
    const nsec = TimespecLayout.nsec.read(TaskMemory.scratchView, 0);
    if (sec < 0 || nsec < 0 || nsec >= 1e9) return -EINVAL;
    timeoutNs = sec * 1e9 + nsec;
  }
  const failed = takeMask(task, args.addr(4), args.size(5));
  return failed < 0 ? failed : wait(task, args, timeoutNs);
}

function timeoutMs(ms: number): number {
  return ms < 0 ? Number.POSITIVE_INFINITY : ms * 1e6;
}

/** Where the events that are being collected go. */
let view: DataView = new DataView(bounce.buffer);
const bounceView = view;
let at = 0;
let end = 0;

const sink: EventSink = (events, dataLow, dataHigh) => {
  if (at + EVENT_BYTES > end) return false;
  view.setUint32(at, events, true);
  view.setUint32(at + 4, dataLow, true);
  view.setUint32(at + 8, dataHigh, true);
  at += EVENT_BYTES;
  return true;
};

function wait(task: Task, args: SyscallArgs, timeoutNs: number): Result {
  const maxEvents = args.int(2);
  if (maxEvents <= 0 || maxEvents > MAX_EVENTS) return -EINVAL;
  const address = args.addr(1);
  const bytes = maxEvents * EVENT_BYTES;
  if (!isUserRange(address, bytes)) return -EFAULT;
  const file = fileOf(task, args.int(0));
  if (typeof file === "number") return file;
  const epoll = epollOf(file);
  if (typeof epoll === "number") return epoll;
  const { thread } = task;
  const inWindow = bytes <= thread.windowLength;
  view = inWindow ? task.memory.arenaView : bounceView;
  const start = inWindow ? thread.windowStart : 0;
  at = start;
  end = start + Math.min(bytes, inWindow ? bytes : bounce.length);
  const count = epoll.collect(sink);
  if (count > 0) {
    const used = count * EVENT_BYTES;
    if (inWindow && thread.queueCopyOut(address, start, used)) return count;
    const failed = task.memory.copyOut(address, inWindow ? task.memory.arena : bounce, start, used);
    return failed < 0 ? failed : count;
  }
  if (timeoutNs === 0 || task.wakeReason === WAKE_TIMEOUT) return 0;
  // Unlike poll(2) it is not restarted, whether a handler runs or not.
  if (task.wakeReason === WAKE_SIGNAL) return -EINTR;
  return task.blockOn(epoll.waiters, e.EPOLLIN, deadlineOf(task, timeoutNs));
}

const CREATE_FLAGS = [[e.EPOLL_CLOEXEC, "EPOLL_CLOEXEC"]] as const;
const OPERATIONS = [
  [e.EPOLL_CTL_ADD, "EPOLL_CTL_ADD"],
  [e.EPOLL_CTL_DEL, "EPOLL_CTL_DEL"],
  [e.EPOLL_CTL_MOD, "EPOLL_CTL_MOD"],
] as const;

function formatEvent(data: DataView, start: number): string {
  const word = (field: { read(v: DataView, b: number): number }): string => `0x${field.read(data, start).toString(16)}`;
  const { events, dataLo, dataHi } = e.EpollEventLayout;
  return `{events=${word(events)}, data=[${word(dataLo)}, ${word(dataHi)}]}`;
}

function formatMask(data: DataView, start: number): string {
  return `~[0x${data.getUint32(start + 4, true).toString(16)} 0x${data.getUint32(start, true).toString(16)}]`;
}

export const maskIn = inStruct(SIGSET_BYTES, formatMask);

export const epollRows: RowTable = {
  213: supported("epoll_create", sysEpollCreate, [int]),
  232: supported("epoll_wait", sysEpollWait, [fd, outBuffer(2, EVENT_BYTES), int, int]),
  233: supported("epoll_ctl", sysEpollCtl, [fd, oneOf(OPERATIONS), fd, inStruct(EVENT_BYTES, formatEvent)]),
  281: supported("epoll_pwait", sysEpollPwait, [fd, outBuffer(2, EVENT_BYTES), int, int, maskIn, size]),
  291: supported("epoll_create1", sysEpollCreate1, [flags(CREATE_FLAGS)]),
  441: supported("epoll_pwait2", sysEpollPwait2, [
    fd,
    outBuffer(2, EVENT_BYTES),
    int,
    inStruct(16, formatTimespec),
    maskIn,
    size,
  ]),
};
