/**
 * Moving bytes between a file and application memory: what read(2), write(2) and their relatives share.
 *
 * Up to a window's worth goes straight between the file and the payload window, which the stub copies; more goes in pieces through one
 * buffer of the sentry's own.
 */
import { EAGAIN, EFAULT, EFBIG, EINTR, EPIPE, ERESTARTSYS } from "../../../shared/abi/errno.ts";
import { O_NONBLOCK, O_PATH } from "../../../shared/abi/fcntl.ts";
import { POLLIN, POLLOUT } from "../../../shared/abi/poll.ts";
import { SIGXFSZ } from "../../../shared/abi/signal.ts";
import { anonInode } from "../kernel/anonymous_inode.ts";
import { EventFile } from "../kernel/eventfd.ts";
import type { Result } from "../kernel/result.ts";
import { sendPipeSignal } from "../kernel/signal/send.ts";
import { SignalInfo } from "../kernel/signal/signal_info.ts";
import { type Task, WAKE_SIGNAL, WAKE_TIMEOUT } from "../kernel/task.ts";
import type { FileDescription } from "../vfs/file_description.ts";
import type { VfsContext } from "../vfs/types.ts";
import { IoVector } from "./io_vector.ts";
import { isDatagramSocket } from "./timeouts.ts";

/** For `position`: at the description's own offset. */
export const AT_OFFSET = -1;

/** Positions from here on would overflow the file offset; they come clamped to this. */
export const BEYOND_FILES = 2 ** 53;

const BOUNCE_BYTES = 1 << 20;
/** What goes through it at a time: stays in a core's second-level cache between the two copies. */
const PIECE_BYTES = 1 << 18;
/** Private memory that a large transfer passes through; contents last only within one call of a function here. */
export const bounce: Uint8Array = new Uint8Array(BOUNCE_BYTES);

/** The pieces of the call that is running. */
export const ioVector: IoVector = new IoVector();

function readFile(
  file: FileDescription,
  context: VfsContext,
  memory: Uint8Array,
  start: number,
  length: number,
  position: number,
): number {
  return position < 0
    ? file.read(context, memory, start, length)
    : file.pread(context, memory, start, length, position);
}

function writeFile(
  file: FileDescription,
  context: VfsContext,
  memory: Uint8Array,
  start: number,
  length: number,
  position: number,
): number {
  return position < 0
    ? file.write(context, memory, start, length)
    : file.pwrite(context, memory, start, length, position);
}

/** Reads into one buffer; `length` fits the thread's window. The common case of read(2). */
export function readToWindow(
  task: Task,
  file: FileDescription,
  address: number,
  length: number,
  position: number,
): number {
  const thread = task.thread;
  const arena = task.memory.arena;
  const at = thread.windowStart;
  const n = readFile(file, task.vfsContext, arena, at, length, position);
  task.queuedReadAt = at;
  task.queuedReadBytes = n;
  if (n > 0 && !thread.queueCopyOut(address, at, n)) {
    const put = Math.max(thread.space.write(address, arena, at, n), 0);
    if (put < n) return cutRead(file, position, n, put);
  }
  return n;
}

/** Reads into the pieces of `iov`. Bytes, 0 at the end of the file, or an errno (-EAGAIN: has to wait). */
export function readToVector(task: Task, file: FileDescription, iov: IoVector, position: number): number {
  const thread = task.thread;
  if (iov.total <= thread.windowLength) {
    const at = thread.windowStart;
    const n = readFile(file, task.vfsContext, task.memory.arena, at, iov.total, position);
    if (n <= 0) return n;
    task.queuedReadAt = at;
    task.queuedReadBytes = n;
    const put = iov.scatterWindow(task, at, n);
    return put < n ? cutRead(file, position, n, put) : n;
  }
  let done = readDirectly(task, file, iov, position);
  while (done < iov.total) {
    const chunk = Math.min(iov.total - done, PIECE_BYTES);
    const n = readFile(file, task.vfsContext, bounce, 0, chunk, position < 0 ? position : position + done);
    if (n <= 0) return done > 0 ? done : n;
    const put = iov.scatter(task, done, bounce, 0, n);
    if (put < n) {
      const result = cutRead(file, position, n, put);
      return done > 0 ? done + put : result;
    }
    done += n;
    if (n < chunk) break;
  }
  return done;
}

/**
 * Copies all but the last piece of a large read straight from the host file that holds the content, if one does. The last piece, and
 * whatever is out of the ordinary, is for the usual way.
 */
function readDirectly(task: Task, file: FileDescription, iov: IoVector, position: number): number {
  const length = iov.total - PIECE_BYTES;
  const fd = iov.count === 1 && length > 0 ? file.hostFd() : -1;
  if (fd < 0) return 0;
  const from = position < 0 ? file.offset : position;
  const done = task.thread.space.writeFromFile(iov.baseOf(0), fd, from, length);
  if (position < 0) file.offset += done;
  return done;
}

/** A bad address took only `put` of the `got` bytes: the offset goes back to what the program has seen. */
export function cutRead(file: FileDescription, position: number, got: number, put: number): number {
  if (position < 0 && file.isSeekable) file.offset -= got - put;
  return put > 0 ? put : -EFAULT;
}

/** Writes the pieces of `iov` from byte `from` on. Bytes written beyond `from`, or an errno. */
export function writeFromVector(
  task: Task,
  file: FileDescription,
  iov: IoVector,
  from: number,
  position: number,
): number {
  const context = task.vfsContext;
  if (iov.count === 1 && from === 0) {
    const at = task.thread.findPrefetched(iov.baseOf(0), iov.total);
    if (at >= 0) return writeFile(file, context, task.memory.arena, at, iov.total, position);
  }
  let done = 0;
  do {
    const chunk = Math.min(iov.total - from - done, PIECE_BYTES);
    const got = iov.gather(task, from + done, bounce, 0, chunk);
    if (got === 0 && chunk > 0) return done > 0 ? done : -EFAULT;
    const n = writeFile(file, context, bounce, 0, got, position < 0 ? position : position + done);
    if (n < 0) return done > 0 ? done : n;
    done += n;
    if (n < chunk) break;
  } while (from + done < iov.total);
  return done;
}

/** When a wait that is about to begin must end, by the file's own time-out (SO_RCVTIMEO, SO_SNDTIMEO). */
function waitDeadline(task: Task, timeoutNs: number): number {
  return timeoutNs === Number.POSITIVE_INFINITY ? timeoutNs : task.nowNs() + timeoutNs;
}

/** What a call that waits remembers: how far it got, and until when it waits. */
export class IoProgress {
  done = 0;
  deadlineNs = Number.POSITIVE_INFINITY;
}

export function ioProgress(task: Task): IoProgress | null {
  return task.callState instanceof IoProgress ? task.callState : null;
}

/**
 * Ends a read that gave `result`: waits if it found nothing and may wait. `timeoutNs` is how long at most.
 */
export function finishRead(
  task: Task,
  file: FileDescription,
  result: number,
  mayWait: boolean,
  timeoutNs = Number.POSITIVE_INFINITY,
): Result {
  if (result !== -EAGAIN || !mayWait) return result;
  return waitFor(task, file, POLLIN, timeoutNs, 0, 0);
}

/** Parks the task until `file` has one of `events`. `done` bytes have been moved so far: they are the result if the wait ends. */
export function waitFor(
  task: Task,
  file: FileDescription,
  events: number,
  timeoutNs: number,
  done: number,
  whenDone: number,
): Result {
  const queue = file.waiters;
  if (queue === null) return done > 0 ? whenDone : -EAGAIN;
  let progress = ioProgress(task);
  if (task.wakeReason === WAKE_SIGNAL) {
    if (done > 0) return whenDone;
    return timeoutNs === Number.POSITIVE_INFINITY ? -ERESTARTSYS : -EINTR;
  }
  if (task.wakeReason === WAKE_TIMEOUT) return done > 0 ? whenDone : -EAGAIN;
  if (progress === null && (done > 0 || timeoutNs !== Number.POSITIVE_INFINITY)) {
    progress = new IoProgress();
    progress.deadlineNs = waitDeadline(task, timeoutNs);
    task.callState = progress;
  }
  if (progress !== null) progress.done = done;
  return task.blockOn(queue, events, progress === null ? Number.POSITIVE_INFINITY : progress.deadlineNs);
}

/**
 * Writes all of `iov`, waiting as often as needed if `mayWait`; as on Linux, a short count comes back only after an error, a signal or
 * a time-out. `position` AT_OFFSET, or where to begin.
 */
export function writeAll(
  task: Task,
  file: FileDescription,
  iov: IoVector,
  position: number,
  mayWait: boolean,
  timeoutNs = Number.POSITIVE_INFINITY,
): Result {
  let done = ioProgress(task)?.done ?? 0;
  for (;;) {
    const n = writeFromVector(task, file, iov, done, position < 0 ? position : position + done);
    if (n >= 0) {
      done += n;
      // Only what can be waited for (a pipe, a socket, a terminal) takes the rest later.
      if (done >= iov.total || n === 0 || file.waiters === null || !mayWait) return done;
      continue;
    }
    if (n === -EAGAIN && mayWait) return waitFor(task, file, POLLOUT, timeoutNs, done, done);
    if (n === -EPIPE && !isDatagramSocket(file)) sendPipeSignal(task);
    if (n === -EFBIG && task.vfsContext.fileSizeLimit !== Number.POSITIVE_INFINITY) {
      task.sendSignal(SignalInfo.kernel(SIGXFSZ));
    }
    return done > 0 ? done : n;
  }
}

export function mayBlock(file: FileDescription): boolean {
  return (file.flags & O_NONBLOCK) === 0;
}

/** Whether the description lets a program read it: not for O_WRONLY, O_PATH, and the odd access mode 3. */
export function canRead(file: FileDescription): boolean {
  return ((file.flags + 1) & 1) !== 0 && (file.flags & O_PATH) === 0;
}

export function canWrite(file: FileDescription): boolean {
  return ((file.flags + 1) & 2) !== 0 && (file.flags & O_PATH) === 0;
}

/** Whether readv(2) and writev(2) of no bytes succeed: not where the file has no such operation at all (epoll, timerfd...). */
export function canTransferNothing(file: FileDescription): boolean {
  return file.inode !== anonInode || file instanceof EventFile;
}
