/** dup(2), dup2(2), dup3(2), close_range(2), lseek(2), umask(2). */
import { EBADF, EINVAL, EOVERFLOW } from "../../../shared/abi/errno.ts";
import { CLOSE_RANGE_CLOEXEC, CLOSE_RANGE_UNSHARE, O_CLOEXEC, SEEK_MAX } from "../../../shared/abi/fcntl.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import type { Task } from "../kernel/task.ts";
import { CLOSE_RANGE_FLAGS, OPEN_FLAGS, WHENCE } from "./file_formats.ts";
import { fileOf } from "./paths.ts";
import { fd, flags, octal, offset, oneOf, type RowTable, supported, uint } from "./row.ts";

const LARGEST_DESCRIPTOR = 0x7fffffff;

/** dup(2). */
export function sysDup(task: Task, args: SyscallArgs): Result {
  return task.fdTable.duplicate(args.int(0), false);
}

/** dup2(2): of a descriptor to itself it only checks. */
export function sysDup2(task: Task, args: SyscallArgs): Result {
  const from = args.int(0);
  const to = args.int(1);
  if (from === to) return task.fdTable.get(from) === undefined ? -EBADF : from;
  return duplicateTo(task, from, to, false);
}

/** dup3(2). */
export function sysDup3(task: Task, args: SyscallArgs): Result {
  const from = args.int(0);
  const to = args.int(1);
  const dupFlags = args.int(2);
  if ((dupFlags & ~O_CLOEXEC) !== 0 || from === to) return -EINVAL;
  return duplicateTo(task, from, to, dupFlags !== 0);
}

function duplicateTo(task: Task, from: number, to: number, closeOnExec: boolean): Result {
  const table = task.fdTable;
  if (to < 0 || to >= table.limit) return -EBADF;
  const file = table.get(from);
  if (file === undefined) return -EBADF;
  file.takeReference();
  return table.installAt(to, file, closeOnExec);
}

/** close_range(2). */
export function sysCloseRange(task: Task, args: SyscallArgs): Result {
  const first = args.uint(0);
  const last = args.uint(1);
  const rangeFlags = args.uint(2);
  if ((rangeFlags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC)) !== 0 || first > last) return -EINVAL;
  const onlyMark = (rangeFlags & CLOSE_RANGE_CLOEXEC) !== 0;
  if ((rangeFlags & CLOSE_RANGE_UNSHARE) !== 0 && task.fdTable.isShared) {
    const shared = task.fdTable;
    task.fdTable = shared.fork();
    shared.dropReference();
  }
  return task.fdTable.closeRange(Math.min(first, LARGEST_DESCRIPTOR), Math.min(last, LARGEST_DESCRIPTOR), onlyMark);
}

/** lseek(2). */
export function sysLseek(task: Task, args: SyscallArgs): Result {
  const file = fileOf(task, args.int(0));
  if (typeof file === "number") return file;
  const whence = args.uint(2);
  if (whence > SEEK_MAX) return -EINVAL;
  const position = file.seek(task.vfsContext, args.offset(1), whence);
  return position > Number.MAX_SAFE_INTEGER || position === -EOVERFLOW ? -EINVAL : position;
}

/** umask(2). */
export function sysUmask(task: Task, args: SyscallArgs): Result {
  const old = task.fs.umask;
  task.fs.umask = args.uint(0) & 0o777;
  return old;
}

export const fdRows: RowTable = {
  8: supported("lseek", sysLseek, [fd, offset, oneOf(WHENCE)]),
  32: supported("dup", sysDup, [fd]),
  33: supported("dup2", sysDup2, [fd, fd]),
  95: supported("umask", sysUmask, [octal]),
  292: supported("dup3", sysDup3, [fd, fd, flags(OPEN_FLAGS)]),
  436: supported("close_range", sysCloseRange, [uint, uint, flags(CLOSE_RANGE_FLAGS)]),
};
