/** read(2), pread(2), readv(2), preadv(2), preadv2(2). */
import { EAGAIN, EBADF, EFAULT, EINVAL, EISDIR, EOPNOTSUPP, type Errno, ESPIPE } from "../../../shared/abi/errno.ts";
import { O_PATH, RWF_NOWAIT, RWF_SUPPORTED } from "../../../shared/abi/fcntl.ts";
import { IN_ACCESS } from "../../../shared/abi/inotify.ts";
import { MAX_RW_COUNT } from "../../../shared/abi/uio.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import type { Task } from "../kernel/task.ts";
import type { FileDescription } from "../vfs/file_description.ts";
import { notifyFile } from "../vfs/watches.ts";
import { RWF_FLAGS } from "./file_formats.ts";
import { isUserRange } from "./io_vector.ts";
import { fd, flags, hex, int, offset, outBuffer, outIovec, type RowTable, size, supported } from "./row.ts";
import { receiveTimeoutOf } from "./timeouts.ts";
import {
  AT_OFFSET,
  BEYOND_FILES,
  canRead,
  canTransferNothing,
  finishRead,
  ioVector,
  mayBlock,
  readToVector,
  readToWindow,
} from "./transfer.ts";

/** read(2). */
export function sysRead(task: Task, args: SyscallArgs): Result {
  const file = task.fdTable.get(args.int(0));
  if (file === undefined || !canRead(file)) return -EBADF;
  return read(task, file, args.addr(1), args.size(2), AT_OFFSET);
}

/** pread64(2). */
export function sysPread64(task: Task, args: SyscallArgs): Result {
  const position = args.offset(3);
  if (position < 0 || (position >= BEYOND_FILES && isPastTheLastOffset(args))) return -EINVAL;
  const file = positionedFile(task, args.int(0));
  if (typeof file === "number") return file;
  return read(task, file, args.addr(1), args.size(2), position);
}

/** Whether the bytes asked for would end behind 2^63-1. An offset that a double can't hold is past the end of every file here, but need not be past that. */
function isPastTheLastOffset(args: SyscallArgs): boolean {
  return args.high(3) === 0x7fff_ffff && args.uint(3) + args.size(2) > 0xffff_ffff;
}

/** readv(2). */
export function sysReadv(task: Task, args: SyscallArgs): Result {
  const file = task.fdTable.get(args.int(0));
  if (file === undefined || !canRead(file)) return -EBADF;
  return readv(task, file, args.addr(1), args.int(2), AT_OFFSET, 0);
}

/** preadv(2). */
export function sysPreadv(task: Task, args: SyscallArgs): Result {
  const position = args.offset(3);
  if (position < 0 || position >= BEYOND_FILES) return -EINVAL;
  const file = positionedFile(task, args.int(0));
  if (typeof file === "number") return file;
  return readv(task, file, args.addr(1), args.int(2), position, 0);
}

/** preadv2(2). A position of -1 is the file offset. */
export function sysPreadv2(task: Task, args: SyscallArgs): Result {
  const position = args.offset(3);
  const rwFlags = args.int(5);
  if (position === -1) {
    const file = task.fdTable.get(args.int(0));
    if (file === undefined || !canRead(file)) return -EBADF;
    return readv(task, file, args.addr(1), args.int(2), AT_OFFSET, rwFlags);
  }
  if (position < 0 || position >= BEYOND_FILES) return -EINVAL;
  const file = positionedFile(task, args.int(0));
  if (typeof file === "number") return file;
  return readv(task, file, args.addr(1), args.int(2), position, rwFlags);
}

/** The file to read at a position of the caller's choosing; Linux finds out that it can't seek before that it can't be read. */
function positionedFile(task: Task, descriptor: number): FileDescription | Errno {
  const file = task.fdTable.get(descriptor);
  if (file === undefined || (file.flags & O_PATH) !== 0) return -EBADF;
  if (!canRead(file)) return file.isSeekable ? -EBADF : -ESPIPE;
  return file;
}

function read(task: Task, file: FileDescription, address: number, count: number, position: number): Result {
  if (!isUserRange(address, count)) return -EFAULT;
  const length = count > MAX_RW_COUNT ? MAX_RW_COUNT : count;
  let n: number;
  if (length <= task.thread.windowLength) {
    n = readToWindow(task, file, address, length, position);
  } else {
    ioVector.setSingle(address, length);
    n = readToVector(task, file, ioVector, position);
  }
  return end(task, file, n, mayBlock(file));
}

function readv(
  task: Task,
  file: FileDescription,
  address: number,
  count: number,
  position: number,
  rwFlags: number,
): Result {
  const parsed = ioVector.parse(task, address, count);
  if (parsed < 0) return parsed;
  if ((rwFlags & ~RWF_SUPPORTED) !== 0) return -EOPNOTSUPP;
  if (ioVector.total === 0) return canTransferNothing(file) ? 0 : -EINVAL;
  const n = readToVector(task, file, ioVector, position);
  return end(task, file, n, mayBlock(file) && (rwFlags & RWF_NOWAIT) === 0);
}

function end(task: Task, file: FileDescription, n: number, mayWait: boolean): Result {
  if (n > 0) {
    notifyFile(file, IN_ACCESS);
    return n;
  }
  if (n < 0 && file.inode.isDirectory) return -EISDIR;
  if (n !== -EAGAIN || !mayWait) return n;
  return finishRead(task, file, n, mayWait, receiveTimeoutOf(file));
}

export const readRows: RowTable = {
  0: supported("read", sysRead, [fd, outBuffer(2), size]),
  17: supported("pread64", sysPread64, [fd, outBuffer(2), size, offset]),
  19: supported("readv", sysReadv, [fd, outIovec(2), int]),
  295: supported("preadv", sysPreadv, [fd, outIovec(2), int, offset, hex]),
  327: supported("preadv2", sysPreadv2, [fd, outIovec(2), int, offset, hex, flags(RWF_FLAGS)]),
};
