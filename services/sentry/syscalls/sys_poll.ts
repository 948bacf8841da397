/** poll(2), ppoll(2), select(2), pselect6(2). */
import { EBADF, EINVAL, ERESTART_RESTARTBLOCK, ERESTARTNOHAND, type Errno } from "../../../shared/abi/errno.ts";
import { readU53 } from "../../../shared/abi/layout.ts";
import {
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLNVAL,
  POLLOUT,
  POLLPRI,
  POLLRDBAND,
  POLLRDNORM,
  POLLWRBAND,
  POLLWRNORM,
} from "../../../shared/abi/poll.ts";
import { TimespecLayout, TimevalLayout } from "../../../shared/abi/time.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import { type Task, WAKE_SIGNAL, WAKE_TIMEOUT } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import { formatBytes, formatTimespec, formatTimeval } from "./file_formats.ts";
import { fileOf } from "./paths.ts";
import { PollWait, pollWaitOf, takeMask } from "./poll_wait.ts";
import { addr, inBuffer, inOutStruct, inStruct, int, type RowTable, size, supported, uint } from "./row.ts";
import { maskIn } from "./sys_epoll.ts";
import { bounce } from "./transfer.ts";

const POLLFD_BYTES = 8;
const bounceView = new DataView(bounce.buffer);
const FOREVER = Number.POSITIVE_INFINITY;

/** poll(2). */
export function sysPoll(task: Task, args: SyscallArgs): Result {
  const ms = args.int(2);
  const result = poll(task, args.addr(0), args.uint(1), ms < 0 ? FOREVER : ms * 1e6);
  return result === INTERRUPTED ? -ERESTART_RESTARTBLOCK : result;
}

/** ppoll(2): tells in the timeout how much of it was left. */
export function sysPpoll(task: Task, args: SyscallArgs): Result {
  const timeout = readTimeout(task, args.addr(2), false);
  if (timeout < 0) return timeout;
  const failed = takeMask(task, args.addr(3), args.size(4));
  if (failed < 0) return failed;
  const deadline = currentDeadline(task);
  const result = poll(task, args.addr(0), args.uint(1), timeout);
  if (result === INTERRUPTED) {
    writeRemaining(task, args.addr(2), deadline, false);
    return -ERESTARTNOHAND;
  }
  if (result >= 0) writeRemaining(task, args.addr(2), deadline ?? task.nowNs() + timeout, false);
  return result;
}

/** Returned by `poll` and `select` here when a signal ends the wait. */
const INTERRUPTED = -1_000_100;

/** The deadline of the wait that is running again, if any; the call may be over when it is needed. */
function currentDeadline(task: Task): number | null {
  return task.callState instanceof PollWait ? task.callState.deadlineNs : null;
}

function poll(task: Task, address: number, count: number, timeoutNs: number): number {
  if (count > task.fdTable.limit || count * POLLFD_BYTES > bounce.length) return -EINVAL;
  const bytes = count * POLLFD_BYTES;
  const wait = pollWaitOf(task);
  const failed = task.memory.copyIn(address, bounce, 0, bytes);
  if (failed < 0) return failed;
  const ready = scanPollfds(task, bytes);
  if (ready === 0) {
    if (task.wakeReason === WAKE_SIGNAL) return INTERRUPTED;
    if (timeoutNs !== 0 && task.wakeReason !== WAKE_TIMEOUT) return waitForPollfds(task, wait, bytes, timeoutNs);
  }
  if (bytes > 0) {
    const sent = task.memory.queueOut(address, bounce, 0, bytes);
    if (sent < 0) return sent;
  }
  return ready;
}

/** Fills in revents; returns how many descriptors have some. */
function scanPollfds(task: Task, bytes: number): number {
  let ready = 0;
  for (let at = 0; at < bytes; at += POLLFD_BYTES) {
    const descriptor = bounceView.getInt32(at, true);
    let events = 0;
    if (descriptor >= 0) {
      const file = fileOf(task, descriptor);
      if (typeof file === "number") events = POLLNVAL;
      else events = file.readiness() & (bounceView.getUint16(at + 4, true) | POLLERR | POLLHUP);
    }
    bounceView.setUint16(at + 6, events, true);
    if (events !== 0) ready++;
  }
  return ready;
}

function waitForPollfds(task: Task, current: PollWait | null, bytes: number, timeoutNs: number): Result {
  const wait = current ?? beginWait(task, timeoutNs);
  for (let at = 0; at < bytes; at += POLLFD_BYTES) {
    const descriptor = bounceView.getInt32(at, true);
    const file = descriptor < 0 ? undefined : task.fdTable.get(descriptor);
    if (file !== undefined) wait.watch(file, bounceView.getUint16(at + 4, true));
  }
  return task.block(wait.deadlineNs);
}

function beginWait(task: Task, timeoutNs: number): PollWait {
  const wait = new PollWait(task, timeoutNs === FOREVER ? FOREVER : task.nowNs() + timeoutNs);
  task.callState = wait;
  return wait;
}

/** select(2): tells in the timeout how much of it was left. */
export function sysSelect(task: Task, args: SyscallArgs): Result {
  const timeout = readTimeout(task, args.addr(4), true);
  if (timeout < 0) return timeout;
  return finishSelect(task, args, timeout, true);
}

/** pselect6(2): the last argument points at the mask's address and size. */
export function sysPselect6(task: Task, args: SyscallArgs): Result {
  const timeout = readTimeout(task, args.addr(4), false);
  if (timeout < 0) return timeout;
  const pack = args.addr(5);
  if (pack !== 0) {
    let failed: number = task.memory.copyInScratch(pack, 0, 16);
    if (failed < 0) return failed;
    const view = TaskMemory.scratchView;
    failed = takeMask(task, readU53(view, 0), readU53(view, 8));
    if (failed < 0) return failed;
  }
  return finishSelect(task, args, timeout, false);
}

function finishSelect(task: Task, args: SyscallArgs, timeoutNs: number, isTimeval: boolean): Result {
  const deadline = currentDeadline(task);
  const result = select(task, args, timeoutNs);
  if (result === INTERRUPTED) {
    writeRemaining(task, args.addr(4), deadline, isTimeval);
    return -ERESTARTNOHAND;
  }
  if (result >= 0) writeRemaining(task, args.addr(4), deadline ?? task.nowNs() + timeoutNs, isTimeval);
  return result;
}

/** What select(2) wants of each set: include/linux/poll.h, fs/select.c. */
const SELECT_EVENTS = [
  POLLRDNORM | POLLRDBAND | POLLIN | POLLHUP | POLLERR | POLLNVAL,
  POLLWRBAND | POLLWRNORM | POLLOUT | POLLERR | POLLNVAL,
  POLLPRI | POLLNVAL,
];

/** Three sets as they came, then three as they go out. */
function select(task: Task, args: SyscallArgs, timeoutNs: number): number {
  let count = args.int(0);
  if (count < 0) return -EINVAL;
  count = Math.min(count, Math.max(task.fdTable.highest, 64));
  const setBytes = Math.ceil(count / 64) * 8;
  const wait = pollWaitOf(task);
  bounce.fill(0, 0, setBytes * 6);
  for (let set = 0; set < 3; set++) {
    const address = args.addr(1 + set);
    if (address === 0) continue;
    const failed = task.memory.copyIn(address, bounce, set * setBytes, setBytes);
    if (failed < 0) return failed;
  }
  const ready = scanSets(task, count, setBytes);
  if (ready < 0) return ready;
  if (ready === 0) {
    if (task.wakeReason === WAKE_SIGNAL) return INTERRUPTED;
    if (timeoutNs !== 0 && task.wakeReason !== WAKE_TIMEOUT) {
      return waitForSets(task, wait, count, setBytes, timeoutNs);
    }
  }
  for (let set = 0; set < 3; set++) {
    const address = args.addr(1 + set);
    if (address === 0) continue;
    const failed = task.memory.copyOut(address, bounce, (3 + set) * setBytes, setBytes);
    if (failed < 0) return failed;
  }
  return ready;
}

function wantedOf(descriptor: number, setBytes: number): number {
  const at = descriptor >> 3;
  const bit = 1 << (descriptor & 7);
  let wanted = 0;
  for (let set = 0; set < 3; set++) if ((bounce[set * setBytes + at] & bit) !== 0) wanted |= SELECT_EVENTS[set];
  return wanted;
}

function scanSets(task: Task, count: number, setBytes: number): number | Errno {
  let ready = 0;
  for (let descriptor = 0; descriptor < count; descriptor++) {
    const wanted = wantedOf(descriptor, setBytes);
    if (wanted === 0) continue;
    const file = fileOf(task, descriptor);
    if (typeof file === "number") return -EBADF;
    const events = file.readiness() & wanted;
    if (events === 0) continue;
    const at = descriptor >> 3;
    const bit = 1 << (descriptor & 7);
    for (let set = 0; set < 3; set++) {
      if ((bounce[set * setBytes + at] & bit) === 0 || (events & SELECT_EVENTS[set]) === 0) continue;
      bounce[(3 + set) * setBytes + at] |= bit;
      ready++;
    }
  }
  return ready;
}

function waitForSets(task: Task, current: PollWait | null, count: number, setBytes: number, timeoutNs: number): Result {
  const wait = current ?? beginWait(task, timeoutNs);
  for (let descriptor = 0; descriptor < count; descriptor++) {
    const wanted = wantedOf(descriptor, setBytes);
    const file = wanted === 0 ? undefined : task.fdTable.get(descriptor);
    if (file !== undefined) wait.watch(file, wanted);
  }
  return task.block(wait.deadlineNs);
}

/** A timeout in ns, Infinity for a null pointer, or an errno. */
function readTimeout(task: Task, address: number, isTimeval: boolean): number | Errno {
  if (address === 0) return FOREVER;
  const failed = task.memory.copyInScratch(address, 0, TimespecLayout.byteLength);
  if (failed < 0) return failed;
  const view = TaskMemory.scratchView;
  const sec = TimespecLayout.sec.read(view, 0);
  if (isTimeval) {
    // As on Linux more than a million microseconds are carried over.
    const usec = TimevalLayout.usec.read(view, 0);
    return sec < 0 || usec < 0 ? -EINVAL : sec * 1e9 + usec * 1e3;
  }
  const nsec = TimespecLayout.nsec.read(view, 0);
  return sec < 0 || nsec < 0 || nsec >= 1e9 ? -EINVAL : sec * 1e9 + nsec;
}

/** Writes what is left until `deadlineNs`; a bad address is nobody's concern any more. */
function writeRemaining(task: Task, address: number, deadlineNs: number | null, isTimeval: boolean): void {
  if (address === 0 || deadlineNs === null || deadlineNs === FOREVER) return;
  const left = Math.max(0, deadlineNs - task.nowNs());
  const sec = Math.floor(left / 1e9);
  const view = TaskMemory.scratchView;
  TimespecLayout.sec.write(view, 0, sec);
  const nsec = Math.floor(left - sec * 1e9);
  TimespecLayout.nsec.write(view, 0, isTimeval ? Math.floor(nsec / 1e3) : nsec);
  task.memory.copyOutScratch(address, 0, TimespecLayout.byteLength);
}

const pollfds = inBuffer(1, POLLFD_BYTES);
const timespec = inOutStruct(16, formatTimespec);

export const pollRows: RowTable = {
  7: supported("poll", sysPoll, [pollfds, uint, int]),
  23: supported("select", sysSelect, [int, addr, addr, addr, inOutStruct(16, formatTimeval)]),
  270: supported("pselect6", sysPselect6, [int, addr, addr, addr, timespec, inStruct(16, formatBytes)]),
  271: supported("ppoll", sysPpoll, [pollfds, uint, timespec, maskIn, size]),
};
