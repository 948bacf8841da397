/** write(2), pwrite(2), writev(2), pwritev(2), pwritev2(2). */
import { EBADF, EINVAL, EOPNOTSUPP, type Errno, ESPIPE } from "../../../shared/abi/errno.ts";
import {
  O_APPEND,
  O_DSYNC,
  O_PATH,
  RWF_APPEND,
  RWF_DSYNC,
  RWF_NOWAIT,
  RWF_SUPPORTED,
  RWF_SYNC,
} from "../../../shared/abi/fcntl.ts";
import { IN_MODIFY } from "../../../shared/abi/inotify.ts";
import { EventFile } from "../kernel/eventfd.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import type { Task } from "../kernel/task.ts";
import type { FileDescription } from "../vfs/file_description.ts";
import { notifyFile } from "../vfs/watches.ts";
import { RWF_FLAGS } from "./file_formats.ts";
import { fd, flags, hex, inBuffer, inIovec, int, offset, type RowTable, size, supported } from "./row.ts";
import { sendTimeoutOf } from "./timeouts.ts";
import { AT_OFFSET, BEYOND_FILES, canTransferNothing, canWrite, ioVector, mayBlock, writeAll } from "./transfer.ts";

/** write(2). */
export function sysWrite(task: Task, args: SyscallArgs): Result {
  const file = task.fdTable.get(args.int(0));
  if (file === undefined || !canWrite(file)) return -EBADF;
  const failed = ioVector.setSingle(args.addr(1), args.size(2));
  return failed < 0 ? failed : write(task, file, AT_OFFSET, 0);
}

/** pwrite64(2). */
export function sysPwrite64(task: Task, args: SyscallArgs): Result {
  const position = args.offset(3);
  if (position < 0 || position >= BEYOND_FILES) return -EINVAL;
  const file = positionedFile(task, args.int(0));
  if (typeof file === "number") return file;
  const failed = ioVector.setSingle(args.addr(1), args.size(2));
  return failed < 0 ? failed : write(task, file, position, 0);
}

/** writev(2). */
export function sysWritev(task: Task, args: SyscallArgs): Result {
  const file = task.fdTable.get(args.int(0));
  if (file === undefined || !canWrite(file)) return -EBADF;
  const failed = ioVector.parse(task, args.addr(1), args.int(2));
  return failed < 0 ? failed : writev(task, file, AT_OFFSET, 0);
}

/** pwritev(2). */
export function sysPwritev(task: Task, args: SyscallArgs): Result {
  const position = args.offset(3);
  if (position < 0 || position >= BEYOND_FILES) return -EINVAL;
  const file = positionedFile(task, args.int(0));
  if (typeof file === "number") return file;
  const failed = ioVector.parse(task, args.addr(1), args.int(2));
  return failed < 0 ? failed : writev(task, file, position, 0);
}

/** pwritev2(2). A position of -1 is the file offset. */
export function sysPwritev2(task: Task, args: SyscallArgs): Result {
  const position = args.offset(3);
  let file: FileDescription | Errno | undefined;
  if (position === -1) {
    file = task.fdTable.get(args.int(0));
    if (file === undefined || !canWrite(file)) return -EBADF;
  } else {
    if (position < 0 || position >= BEYOND_FILES) return -EINVAL;
    file = positionedFile(task, args.int(0));
    if (typeof file === "number") return file;
  }
  const failed = ioVector.parse(task, args.addr(1), args.int(2));
  return failed < 0 ? failed : writev(task, file, position === -1 ? AT_OFFSET : position, args.int(5));
}

function positionedFile(task: Task, descriptor: number): FileDescription | Errno {
  const file = task.fdTable.get(descriptor);
  if (file === undefined || (file.flags & O_PATH) !== 0) return -EBADF;
  if (!canWrite(file)) return file.isSeekable ? -EBADF : -ESPIPE;
  return file;
}

function writev(task: Task, file: FileDescription, position: number, rwFlags: number): Result {
  if ((rwFlags & ~RWF_SUPPORTED) !== 0) return -EOPNOTSUPP;
  if (ioVector.total === 0) return canTransferNothing(file) ? 0 : -EINVAL;
  // An eventfd takes each piece as a write of its own, and the second fails.
  if (file instanceof EventFile) ioVector.keepFirst();
  return write(task, file, position, rwFlags);
}

/** Writes what `ioVector` describes. */
function write(task: Task, file: FileDescription, position: number, rwFlags: number): Result {
  const mayWait = mayBlock(file) && (rwFlags & RWF_NOWAIT) === 0;
  let n: Result;
  if ((rwFlags & RWF_APPEND) !== 0 && (file.flags & O_APPEND) === 0) {
    // Only this call appends; nobody can see the description in between.
    file.flags |= O_APPEND;
    n = writeAll(task, file, ioVector, position, mayWait, sendTimeoutOf(file));
    file.flags &= ~O_APPEND;
  } else {
    n = writeAll(task, file, ioVector, position, mayWait, sendTimeoutOf(file));
  }
  if (n <= 0) return n;
  notifyFile(file, IN_MODIFY);
  if ((file.flags & O_DSYNC) !== 0 || (rwFlags & (RWF_DSYNC | RWF_SYNC)) !== 0) file.sync(true);
  return n;
}

export const writeRows: RowTable = {
  1: supported("write", sysWrite, [fd, inBuffer(2), size]),
  18: supported("pwrite64", sysPwrite64, [fd, inBuffer(2), size, offset]),
  20: supported("writev", sysWritev, [fd, inIovec(2), int]),
  296: supported("pwritev", sysPwritev, [fd, inIovec(2), int, offset, hex]),
  328: supported("pwritev2", sysPwritev2, [fd, inIovec(2), int, offset, hex, flags(RWF_FLAGS)]),
};
