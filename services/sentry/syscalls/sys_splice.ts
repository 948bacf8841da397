/** sendfile(2), copy_file_range(2), splice(2), tee(2), vmsplice(2): data from file to file. It passes through a buffer of the sentry. */
import {
  EAGAIN,
  EBADF,
  EFBIG,
  EINVAL,
  EISDIR,
  EOVERFLOW,
  EPIPE,
  ERESTARTSYS,
  type Errno,
  ESPIPE,
} from "../../../shared/abi/errno.ts";
import { O_APPEND, SPLICE_F_GIFT, SPLICE_F_MORE, SPLICE_F_MOVE, SPLICE_F_NONBLOCK } from "../../../shared/abi/fcntl.ts";
import { readI64 } from "../../../shared/abi/layout.ts";
import { POLLIN, POLLOUT } from "../../../shared/abi/poll.ts";
import { MAX_RW_COUNT } from "../../../shared/abi/uio.ts";
import { anonInode } from "../kernel/anonymous_inode.ts";
import type { Pipe } from "../kernel/pipe.ts";
import { pipeOf } from "../kernel/pipe_file.ts";
import type { Result } from "../kernel/result.ts";
import { sendPipeSignal } from "../kernel/signal/send.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import { type Task, WAKE_SIGNAL } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import type { FileDescription } from "../vfs/file_description.ts";
import { newAttributes } from "../vfs/types.ts";
import { SPLICE_FLAGS } from "./file_formats.ts";
import { fileOf } from "./paths.ts";
import { addr, fd, flags, inIovec, type RowTable, size, supported, uint } from "./row.ts";
import { AT_OFFSET, bounce, canRead, canWrite, ioVector, mayBlock, readToVector, writeAll } from "./transfer.ts";

const attributes = newAttributes();
const KNOWN_FLAGS = SPLICE_F_MOVE | SPLICE_F_NONBLOCK | SPLICE_F_MORE | SPLICE_F_GIFT;

/** A file and where in it: a position of its own, or AT_OFFSET. */
interface End {
  readonly file: FileDescription;
  readonly position: number;
  /** Where the program keeps the position; 0 if it doesn't. */
  readonly address: number;
}

/** Takes the file of `descriptor` with the position at `address` (0: the file's own). */
function endAt(task: Task, descriptor: number, address: number): End | Errno {
  const file = fileOf(task, descriptor);
  if (typeof file === "number") return file;
  if (address === 0) return { file, position: AT_OFFSET, address };
  const failed = task.memory.copyInScratch(address, 0, 8);
  if (failed < 0) return failed;
  const position = readI64(TaskMemory.scratchView, 0);
  return position < 0 ? -EINVAL : { file, position, address };
}

/** Tells the program how far `end` has moved. */
function advance(task: Task, end: End, moved: number): Result {
  if (end.address === 0 || moved <= 0) return moved;
  const failed = task.memory.copyOutU64(end.address, end.position + moved);
  return failed < 0 ? failed : moved;
}

/** Why `move` stopped. */
let stoppedFor: FileDescription | null = null;
let stoppedEvents = 0;

/**
 * Copies up to `count` bytes. Stops at the end of the source, or when one side would have to wait (then `stoppedFor` says which). What the target
 * doesn't take is given back to the source.
 */
function move(task: Task, from: End, to: End, count: number): number {
  const context = task.vfsContext;
  stoppedFor = null;
  let done = 0;
  while (done < count) {
    // Nothing is taken from a pipe that the target has no room for.
    const chunk = Math.min(count - done, bounce.length, roomOf(to.file));
    if (chunk === 0) return stop(to.file, POLLOUT, done);
    const got = read(from, context, chunk, done);
    if (got === -EAGAIN) return stop(from.file, POLLIN, done);
    if (got <= 0) return done > 0 ? done : got;
    let put = 0;
    while (put < got) {
      const n =
        to.position < 0
          ? to.file.write(context, bounce, put, got - put)
          : to.file.pwrite(context, bounce, put, got - put, to.position + done + put);
      if (n <= 0) {
        giveBack(from, got - put);
        done += put;
        if (n === -EAGAIN) return stop(to.file, POLLOUT, done);
        return done > 0 ? done : n;
      }
      put += n;
    }
    done += got;
    if (got < chunk && !holdsMore(from.file)) break;
  }
  return done;
}

/** A pipe of packets gives one at a time. */
function holdsMore(file: FileDescription): boolean {
  const pipe = pipeOf(file);
  return typeof pipe !== "number" && pipe.length > 0;
}

function stop(file: FileDescription, events: number, done: number): number {
  stoppedFor = file;
  stoppedEvents = events;
  return done > 0 ? done : -EAGAIN;
}

/** How much `file` takes without waiting, where that is known. */
function roomOf(file: FileDescription): number {
  const pipe = pipeOf(file);
  if (typeof pipe === "number" || pipe.readers === 0) return bounce.length;
  return pipe.capacity - pipe.length;
}

function read(from: End, context: Task["vfsContext"], count: number, done: number): number {
  const { file, position } = from;
  if (position >= 0) return file.pread(context, bounce, 0, count, position + done);
  return file.read(context, bounce, 0, count);
}

/** Bytes that were read and not written: a file's offset goes back. Of other sources they are lost, as they are on Linux when sendfile(2) fails half-way. */
function giveBack(from: End, count: number): void {
  if (from.position < 0 && from.file.isSeekable) from.file.offset -= count;
}

/** Waits for what `move` stopped for, if it has done nothing yet. */
function finish(task: Task, result: number, mayWait: boolean): Result {
  if (result === -EPIPE) sendPipeSignal(task);
  if (result !== -EAGAIN || !mayWait) return result;
  const queue = (stoppedFor as FileDescription | null)?.waiters ?? null;
  if (queue === null) return result;
  if (task.wakeReason === WAKE_SIGNAL) return -ERESTARTSYS;
  return task.blockOn(queue, stoppedEvents);
}

/** sendfile(2). */
export function sysSendfile(task: Task, args: SyscallArgs): Result {
  const from = endAt(task, args.int(1), args.addr(2));
  if (typeof from === "number") return from;
  if (!canRead(from.file)) return -EBADF;
  if (from.address !== 0 && !from.file.isSeekable) return -ESPIPE;
  let to = endAt(task, args.int(0), 0);
  if (typeof to === "number") return to;
  if (!canWrite(to.file)) return -EBADF;
  // On Linux either side moves on by itself, also where both are one description.
  if (to.file === from.file && to.file.isSeekable) to = { ...to, position: to.file.offset };
  const count = Math.min(args.size(3), MAX_RW_COUNT);
  const checked = checkSendfile(from.file, to.file, count);
  if (checked < 0 || count === 0) return checked < 0 ? finish(task, checked, mayBlock(to.file)) : 0;
  const moved = move(task, from, to, count);
  if (moved < 0) return finish(task, moved, mayBlock(stoppedFor ?? to.file));
  return advance(task, from, moved);
}

/** What Linux refuses, and in which order: do_sendfile() of fs/read_write.c, fs/splice.c. */
function checkSendfile(source: FileDescription, target: FileDescription, count: number): 0 | Errno {
  if ((target.flags & O_APPEND) !== 0) return -EINVAL;
  const toPipe = pipeOf(target);
  if (typeof toPipe !== "number") {
    if (toPipe.readers === 0) return -EPIPE;
    if (toPipe.length >= toPipe.capacity) return stop(target, POLLOUT, 0) as Errno;
  } else if (!source.isSeekable && source.inode !== anonInode) {
    // What can't be sought back might be lost half-way.
    return -EINVAL;
  }
  if (count === 0) return 0;
  const unsupported = source.inode === anonInode || source.inode.isDirectory || typeof pipeOf(source) !== "number";
  if (unsupported) return -EINVAL;
  if (target.inode !== anonInode) return 0;
  // Nothing is ever written to such a target; at the end of the source nobody notices.
  source.getAttributes(attributes);
  return source.inode.isRegular && source.offset >= attributes.size ? 0 : -EINVAL;
}

/** copy_file_range(2). */
export function sysCopyFileRange(task: Task, args: SyscallArgs): Result {
  const from = endAt(task, args.int(0), args.addr(1));
  if (typeof from === "number") return from;
  const to = endAt(task, args.int(2), args.addr(3));
  if (typeof to === "number") return to;
  if (args.uint(5) !== 0) return -EINVAL;
  if (from.file.inode.isDirectory || to.file.inode.isDirectory) return -EISDIR;
  if (!from.file.inode.isRegular || !to.file.inode.isRegular) return -EINVAL;
  if (!canRead(from.file) || !canWrite(to.file) || (to.file.flags & O_APPEND) !== 0) return -EBADF;
  from.file.getAttributes(attributes);
  const fromAt = from.position < 0 ? from.file.offset : from.position;
  const toAt = to.position < 0 ? to.file.offset : to.position;
  // Past the end there is nothing to copy, and so nothing that could overlap.
  const count = Math.min(args.size(4), MAX_RW_COUNT, Math.max(0, attributes.size - fromAt));
  if (fromAt + count > Number.MAX_SAFE_INTEGER || toAt + count > Number.MAX_SAFE_INTEGER) return -EOVERFLOW;
  if (from.file.inode === to.file.inode && fromAt < toAt + count && toAt < fromAt + count) return -EINVAL;
  if (count > 0 && toAt >= task.vfsContext.fileSizeLimit) return -EFBIG;
  const moved = move(task, from, to, count);
  const told = advance(task, from, moved);
  return told < 0 ? told : advance(task, to, moved);
}

/** splice(2): one end at least is a pipe. */
export function sysSplice(task: Task, args: SyscallArgs): Result {
  const count = Math.min(args.size(4), MAX_RW_COUNT);
  const spliceFlags = args.uint(5);
  if ((spliceFlags & ~KNOWN_FLAGS) !== 0) return -EINVAL;
  if (count === 0) return 0;
  const source = fileOf(task, args.int(0));
  if (typeof source === "number") return source;
  const target = fileOf(task, args.int(2));
  if (typeof target === "number") return target;
  if (!canRead(source) || !canWrite(target)) return -EBADF;
  const fromPipe = pipeOf(source);
  const toPipe = pipeOf(target);
  if (typeof fromPipe === "number" && typeof toPipe === "number") return -EINVAL;
  if (typeof fromPipe !== "number" && args.addr(1) !== 0) return -ESPIPE;
  if (typeof toPipe !== "number" && args.addr(3) !== 0) return -ESPIPE;
  if (fromPipe === toPipe || target.inode === anonInode) return -EINVAL;
  if (typeof toPipe === "number" && (target.flags & O_APPEND) !== 0) return -EINVAL;
  const from = endAt(task, args.int(0), args.addr(1));
  if (typeof from === "number") return from;
  const to = endAt(task, args.int(2), args.addr(3));
  if (typeof to === "number") return to;
  if (from.address !== 0 && !source.isSeekable) return -ESPIPE;
  if (to.address !== 0 && !target.isSeekable) return -ESPIPE;
  if (typeof toPipe !== "number" && toPipe.readers === 0) {
    const isEmpty = typeof fromPipe !== "number" && fromPipe.length === 0 && fromPipe.writers > 0;
    if (!isEmpty) return finish(task, -EPIPE, false);
  }
  if (source.inode === anonInode) return -EINVAL;
  const moved = move(task, from, to, count);
  if (moved < 0) {
    return finish(task, moved, (spliceFlags & SPLICE_F_NONBLOCK) === 0 && mayBlock(stoppedFor ?? target));
  }
  const told = advance(task, from, moved);
  return told < 0 ? told : advance(task, to, moved);
}

/** tee(2): copies from pipe to pipe and takes nothing. */
export function sysTee(task: Task, args: SyscallArgs): Result {
  const count = Math.min(args.size(2), MAX_RW_COUNT);
  const teeFlags = args.uint(3);
  if ((teeFlags & ~KNOWN_FLAGS) !== 0) return -EINVAL;
  if (count === 0) return 0;
  const source = fileOf(task, args.int(0));
  if (typeof source === "number") return source;
  const target = fileOf(task, args.int(1));
  if (typeof target === "number") return target;
  if (!canRead(source) || !canWrite(target)) return -EBADF;
  const from = pipeOf(source);
  const to = pipeOf(target);
  if (typeof from === "number" || typeof to === "number" || from === to) return -EINVAL;
  stoppedFor = null;
  const copied = copyPipe(source, from, target, to, count);
  return finish(task, copied, (teeFlags & SPLICE_F_NONBLOCK) === 0 && mayBlock(stoppedFor ?? target));
}

function copyPipe(source: FileDescription, from: Pipe, target: FileDescription, to: Pipe, count: number): number {
  if (to.readers === 0) return -EPIPE;
  if (from.length === 0) return from.writers === 0 ? 0 : stop(source, POLLIN, 0);
  const n = from.peek(bounce, 0, Math.min(count, to.capacity - to.length, bounce.length));
  if (n <= 0) return stop(target, POLLOUT, 0);
  return to.write(bounce, 0, n, 0);
}

/** vmsplice(2): copies, since pages can't be lent to a pipe here; to the program or from it, by which end of the pipe it is. */
export function sysVmsplice(task: Task, args: SyscallArgs): Result {
  const spliceFlags = args.uint(3);
  if ((spliceFlags & ~KNOWN_FLAGS) !== 0) return -EINVAL;
  const file = fileOf(task, args.int(0));
  if (typeof file === "number") return file;
  if (typeof pipeOf(file) === "number") return -EBADF;
  const parsed = ioVector.parse(task, args.addr(1), args.int(2));
  if (parsed < 0) return parsed;
  if (ioVector.total === 0) return 0;
  const mayWait = (spliceFlags & SPLICE_F_NONBLOCK) === 0 && mayBlock(file);
  if (canWrite(file)) return writeAll(task, file, ioVector, AT_OFFSET, mayWait);
  stop(file, POLLIN, 0);
  return finish(task, readToVector(task, file, ioVector, AT_OFFSET), mayWait);
}

export const spliceRows: RowTable = {
  40: supported("sendfile", sysSendfile, [fd, fd, addr, size]),
  275: supported("splice", sysSplice, [fd, addr, fd, addr, size, flags(SPLICE_FLAGS)]),
  276: supported("tee", sysTee, [fd, fd, size, flags(SPLICE_FLAGS)]),
  278: supported("vmsplice", sysVmsplice, [fd, inIovec(2), size, flags(SPLICE_FLAGS)]),
  326: supported("copy_file_range", sysCopyFileRange, [fd, addr, fd, addr, size, uint]),
};
