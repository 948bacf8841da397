/** chmod(2), chown(2), utime(2), utimes(2), futimesat(2), utimensat(2), truncate(2), ftruncate(2) and their relatives. */
import { EFBIG, EINVAL, type Errno } from "../../../shared/abi/errno.ts";
import { AT_EMPTY_PATH, AT_FDCWD, AT_SYMLINK_NOFOLLOW } from "../../../shared/abi/fcntl.ts";
import { SIGXFSZ } from "../../../shared/abi/signal.ts";
import { UTIME_NOW, UTIME_OMIT } from "../../../shared/abi/stat.ts";
import { TimespecLayout, TimevalLayout, UtimbufLayout } from "../../../shared/abi/time.ts";
import type { Result } from "../kernel/result.ts";
import { SignalInfo } from "../kernel/signal/signal_info.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import type { Task } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import type { FileDescription } from "../vfs/file_description.ts";
import type { AttributeChange } from "../vfs/types.ts";
import { AT_FLAGS, formatBytes, formatTimespecPair, formatTimevalPair } from "./file_formats.ts";
import { anyFileOf, fileOf, isAboutDescriptor, startOf } from "./paths.ts";
import { dirfd, fd, flags, inStruct, octal, offset, path, type RowTable, supported, uint } from "./row.ts";
import { canWrite } from "./transfer.ts";

const NO_ID = 0xffffffff;
const NOW = "now" as const;

/** chmod(2). */
export function sysChmod(task: Task, args: SyscallArgs): Result {
  return changeAt(task, AT_FDCWD, args.addr(0), 0, { mode: args.uint(1) & 0o7777 });
}

/** fchmod(2). */
export function sysFchmod(task: Task, args: SyscallArgs): Result {
  return changeOpen(task, fileOf(task, args.int(0)), { mode: args.uint(1) & 0o7777 });
}

/** fchmodat(2), which has no flags. */
export function sysFchmodat(task: Task, args: SyscallArgs): Result {
  return changeAt(task, args.int(0), args.addr(1), 0, { mode: args.uint(2) & 0o7777 });
}

/** fchmodat2(2). */
export function sysFchmodat2(task: Task, args: SyscallArgs): Result {
  const atFlags = args.int(3);
  if ((atFlags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) !== 0) return -EINVAL;
  return changeAt(task, args.int(0), args.addr(1), atFlags, { mode: args.uint(2) & 0o7777 });
}

function ownership(uid: number, gid: number): AttributeChange {
  const change: AttributeChange = {};
  if (uid !== NO_ID) change.uid = uid;
  if (gid !== NO_ID) change.gid = gid;
  return change;
}

/** chown(2). */
export function sysChown(task: Task, args: SyscallArgs): Result {
  return changeAt(task, AT_FDCWD, args.addr(0), 0, ownership(args.uint(1), args.uint(2)));
}

/** lchown(2). */
export function sysLchown(task: Task, args: SyscallArgs): Result {
  return changeAt(task, AT_FDCWD, args.addr(0), AT_SYMLINK_NOFOLLOW, ownership(args.uint(1), args.uint(2)));
}

/** fchown(2). */
export function sysFchown(task: Task, args: SyscallArgs): Result {
  return changeOpen(task, fileOf(task, args.int(0)), ownership(args.uint(1), args.uint(2)));
}

/** fchownat(2). */
export function sysFchownat(task: Task, args: SyscallArgs): Result {
  const atFlags = args.int(4);
  if ((atFlags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) !== 0) return -EINVAL;
  return changeAt(task, args.int(0), args.addr(1), atFlags, ownership(args.uint(2), args.uint(3)));
}

/** truncate(2). */
export function sysTruncate(task: Task, args: SyscallArgs): Result {
  const length = args.offset(1);
  if (length < 0) return -EINVAL;
  const tooLong = checkSize(task, length);
  if (tooLong < 0) return tooLong;
  return changeAt(task, AT_FDCWD, args.addr(0), 0, { size: length });
}

/** ftruncate(2). */
export function sysFtruncate(task: Task, args: SyscallArgs): Result {
  const length = args.offset(1);
  if (length < 0) return -EINVAL;
  const file = fileOf(task, args.int(0));
  if (typeof file === "number") return file;
  if (!canWrite(file) || !file.inode.isRegular) return -EINVAL;
  const tooLong = checkSize(task, length);
  return tooLong < 0 ? tooLong : changeOpen(task, file, { size: length });
}

function checkSize(task: Task, length: number): 0 | Errno {
  if (length <= task.vfsContext.fileSizeLimit) return 0;
  task.sendSignal(SignalInfo.kernel(SIGXFSZ));
  return -EFBIG;
}

/** utime(2): whole seconds. */
export function sysUtime(task: Task, args: SyscallArgs): Result {
  const times = args.addr(1);
  if (times === 0) return changeAt(task, AT_FDCWD, args.addr(0), 0, { atime: NOW, mtime: NOW });
  const failed = task.memory.copyInScratch(times, 0, UtimbufLayout.byteLength);
  if (failed < 0) return failed;
  const view = TaskMemory.scratchView;
  const change: AttributeChange = {
    atime: [UtimbufLayout.actime.read(view, 0), 0],
    mtime: [UtimbufLayout.modtime.read(view, 0), 0],
  };
  return changeAt(task, AT_FDCWD, args.addr(0), 0, change);
}

/** utimes(2). */
export function sysUtimes(task: Task, args: SyscallArgs): Result {
  return changeMicroseconds(task, AT_FDCWD, args.addr(0), args.addr(1));
}

/** futimesat(2): with a null path, of the descriptor. */
export function sysFutimesat(task: Task, args: SyscallArgs): Result {
  return changeMicroseconds(task, args.int(0), args.addr(1), args.addr(2));
}

function changeMicroseconds(task: Task, directory: number, pathAddress: number, times: number): Result {
  let change: AttributeChange = { atime: NOW, mtime: NOW };
  if (times !== 0) {
    const failed = task.memory.copyInScratch(times, 0, 2 * TimevalLayout.byteLength);
    if (failed < 0) return failed;
    const view = TaskMemory.scratchView;
    const second = TimevalLayout.byteLength;
    const atimeUsec = TimevalLayout.usec.read(view, 0);
    const mtimeUsec = TimevalLayout.usec.read(view, second);
    if (atimeUsec < 0 || atimeUsec >= 1e6 || mtimeUsec < 0 || mtimeUsec >= 1e6) return -EINVAL;
    change = {
      atime: [TimevalLayout.sec.read(view, 0), atimeUsec * 1000],
      mtime: [TimevalLayout.sec.read(view, second), mtimeUsec * 1000],
    };
  }
  if (pathAddress === 0 && directory !== AT_FDCWD) return changeOpen(task, anyFileOf(task, directory), change);
  return changeAt(task, directory, pathAddress, 0, change);
}

/** utimensat(2): with a null path, of the descriptor (futimens(3)). */
export function sysUtimensat(task: Task, args: SyscallArgs): Result {
  const atFlags = args.int(3);
  if ((atFlags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) !== 0) return -EINVAL;
  const change: AttributeChange = {};
  const times = args.addr(2);
  if (times === 0) {
    change.atime = NOW;
    change.mtime = NOW;
  } else {
    const failed = task.memory.copyInScratch(times, 0, 2 * TimespecLayout.byteLength);
    if (failed < 0) return failed;
    const atime = timeAt(0);
    const mtime = timeAt(TimespecLayout.byteLength);
    if (typeof atime === "number" || typeof mtime === "number") return -EINVAL;
    // Nothing to change: as on Linux the path isn't even looked at.
    if (atime === null && mtime === null) return 0;
    if (atime !== null) change.atime = atime;
    if (mtime !== null) change.mtime = mtime;
  }
  const pathAddress = args.addr(1);
  const directory = args.int(0);
  if (pathAddress === 0 && directory !== AT_FDCWD) {
    if (atFlags !== 0) return -EINVAL;
    return changeOpen(task, anyFileOf(task, directory), change);
  }
  return changeAt(task, directory, pathAddress, atFlags, change);
}

/** A timespec in the scratch memory: a time, null for UTIME_OMIT, or -EINVAL. */
function timeAt(at: number): readonly [number, number] | "now" | null | Errno {
  const view = TaskMemory.scratchView;
  const nsec = TimespecLayout.nsec.read(view, at);
  if (nsec === UTIME_NOW) return NOW;
  if (nsec === UTIME_OMIT) return null;
  if (nsec < 0 || nsec >= 1e9) return -EINVAL;
  return [TimespecLayout.sec.read(view, at), nsec];
}

function changeAt(
  task: Task,
  directory: number,
  pathAddress: number,
  atFlags: number,
  change: AttributeChange,
): Result {
  const name = task.memory.copyInPath(pathAddress);
  if (typeof name === "number") return name;
  if (isAboutDescriptor(directory, name, atFlags)) return changeOpen(task, anyFileOf(task, directory), change);
  const start = startOf(task, directory, name, atFlags);
  if (typeof start === "number") return start;
  return task.kernel.vfs.setAttributesAt(task.vfsContext, start, name, atFlags, change);
}

function changeOpen(task: Task, file: FileDescription | Errno, change: AttributeChange): Result {
  if (typeof file === "number") return file;
  return task.kernel.vfs.setAttributesOf(task.vfsContext, file, change);
}

const timespecs = inStruct(32, formatTimespecPair);
const timevals = inStruct(32, formatTimevalPair);

export const attrRows: RowTable = {
  76: supported("truncate", sysTruncate, [path, offset]),
  77: supported("ftruncate", sysFtruncate, [fd, offset]),
  90: supported("chmod", sysChmod, [path, octal]),
  91: supported("fchmod", sysFchmod, [fd, octal]),
  92: supported("chown", sysChown, [path, uint, uint]),
  93: supported("fchown", sysFchown, [fd, uint, uint]),
  94: supported("lchown", sysLchown, [path, uint, uint]),
  132: supported("utime", sysUtime, [path, inStruct(16, formatBytes)]),
  235: supported("utimes", sysUtimes, [path, timevals]),
  260: supported("fchownat", sysFchownat, [dirfd, path, uint, uint, flags(AT_FLAGS)]),
  261: supported("futimesat", sysFutimesat, [dirfd, path, timevals]),
  268: supported("fchmodat", sysFchmodat, [dirfd, path, octal]),
  280: supported("utimensat", sysUtimensat, [dirfd, path, timespecs, flags(AT_FLAGS)]),
  452: supported("fchmodat2", sysFchmodat2, [dirfd, path, octal, flags(AT_FLAGS)]),
};
