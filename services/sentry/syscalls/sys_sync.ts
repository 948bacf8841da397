/** fsync(2), fdatasync(2), sync(2), syncfs(2), sync_file_range(2), fallocate(2), posix_fadvise(2), readahead(2). */
import { EBADF, EFBIG, EINVAL, EISDIR, ENODEV, EOPNOTSUPP, ESPIPE } from "../../../shared/abi/errno.ts";
import * as f from "../../../shared/abi/fcntl.ts";
import { SIGXFSZ } from "../../../shared/abi/signal.ts";
import { S_IFBLK, S_IFIFO, S_IFMT, S_IFREG } from "../../../shared/abi/stat.ts";
import type { Result } from "../kernel/result.ts";
import { SignalInfo } from "../kernel/signal/signal_info.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import type { Task } from "../kernel/task.ts";
import { FALLOCATE_MODES } from "./file_formats.ts";
import { fileOf } from "./paths.ts";
import { fd, flags, int, offset, type RowTable, size, supported, uint } from "./row.ts";
import { canRead, canWrite } from "./transfer.ts";

/** fsync(2). */
export function sysFsync(task: Task, args: SyscallArgs): Result {
  const file = fileOf(task, args.int(0));
  return typeof file === "number" ? file : file.sync(false);
}

/** fdatasync(2). */
export function sysFdatasync(task: Task, args: SyscallArgs): Result {
  const file = fileOf(task, args.int(0));
  return typeof file === "number" ? file : file.sync(true);
}

/** sync(2): every filesystem that the caller's mount namespace shows. */
export function sysSync(task: Task, _args: SyscallArgs): Result {
  const namespace = task.fs.root.mount.namespace;
  if (namespace !== null) for (const mount of namespace.root.tree()) mount.filesystem.sync();
  return 0;
}

/** syncfs(2). */
export function sysSyncfs(task: Task, args: SyscallArgs): Result {
  const file = fileOf(task, args.int(0));
  return typeof file === "number" ? file : file.inode.filesystem.sync();
}

/** sync_file_range(2): writes all of the file's data, which is more than was asked for. */
export function sysSyncFileRange(task: Task, args: SyscallArgs): Result {
  const file = fileOf(task, args.int(0));
  if (typeof file === "number") return file;
  const rangeFlags = args.uint(3);
  if ((rangeFlags & ~f.SYNC_FILE_RANGE_WRITE_AND_WAIT) !== 0 || args.offset(1) < 0 || args.offset(2) < 0)
    return -EINVAL;
  const type = file.inode.mode & S_IFMT;
  if (type !== S_IFREG && type !== S_IFBLK && !file.inode.isDirectory && !file.inode.isSymlink) return -ESPIPE;
  return rangeFlags === 0 ? 0 : file.sync(true);
}

/** fallocate(2). */
export function sysFallocate(task: Task, args: SyscallArgs): Result {
  const file = fileOf(task, args.int(0));
  if (typeof file === "number") return file;
  const mode = args.int(1);
  const start = args.offset(2);
  const length = args.offset(3);
  if (start < 0 || length <= 0) return -EINVAL;
  const known =
    f.FALLOC_FL_KEEP_SIZE |
    f.FALLOC_FL_PUNCH_HOLE |
    f.FALLOC_FL_COLLAPSE_RANGE |
    f.FALLOC_FL_ZERO_RANGE |
    f.FALLOC_FL_INSERT_RANGE |
    f.FALLOC_FL_UNSHARE_RANGE;
  if ((mode & ~known) !== 0) return -EOPNOTSUPP;
  const operation = mode & ~f.FALLOC_FL_KEEP_SIZE;
  if ((operation & (operation - 1)) !== 0) return -EOPNOTSUPP;
  if ((mode & f.FALLOC_FL_PUNCH_HOLE) !== 0 && (mode & f.FALLOC_FL_KEEP_SIZE) === 0) return -EOPNOTSUPP;
  if (!canWrite(file)) return -EBADF;
  const type = file.inode.mode & S_IFMT;
  if (type === S_IFIFO) return -ESPIPE;
  if (file.inode.isDirectory) return -EISDIR;
  if (type !== S_IFREG && type !== S_IFBLK) return -ENODEV;
  if (start + length > Number.MAX_SAFE_INTEGER) return -EFBIG;
  if ((mode & f.FALLOC_FL_KEEP_SIZE) === 0 && start + length > task.vfsContext.fileSizeLimit) {
    task.sendSignal(SignalInfo.kernel(SIGXFSZ));
    return -EFBIG;
  }
  return file.allocate(task.vfsContext, mode, start, length);
}

/** posix_fadvise(2): advice is checked and needs no action, since the host caches what the sandbox reads. */
export function sysFadvise64(task: Task, args: SyscallArgs): Result {
  const file = fileOf(task, args.int(0));
  if (typeof file === "number") return file;
  if ((file.inode.mode & S_IFMT) === S_IFIFO) return -ESPIPE;
  if (args.offset(2) < 0) return -EINVAL;
  const advice = args.int(3);
  return advice < f.POSIX_FADV_NORMAL || advice > f.POSIX_FADV_NOREUSE ? -EINVAL : 0;
}

/** readahead(2): advice too. */
export function sysReadahead(task: Task, args: SyscallArgs): Result {
  const file = fileOf(task, args.int(0));
  if (typeof file === "number") return file;
  if (!canRead(file)) return -EBADF;
  const type = file.inode.mode & S_IFMT;
  return type === S_IFREG || type === S_IFBLK ? 0 : -EINVAL;
}

export const syncRows: RowTable = {
  74: supported("fsync", sysFsync, [fd]),
  75: supported("fdatasync", sysFdatasync, [fd]),
  162: supported("sync", sysSync, []),
  187: supported("readahead", sysReadahead, [fd, offset, size]),
  221: supported("fadvise64", sysFadvise64, [fd, offset, size, int]),
  277: supported("sync_file_range", sysSyncFileRange, [fd, offset, offset, uint]),
  285: supported("fallocate", sysFallocate, [fd, flags(FALLOCATE_MODES), offset, offset]),
  306: supported("syncfs", sysSyncfs, [fd]),
};
