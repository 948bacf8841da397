/** stat(2), lstat(2), fstat(2), newfstatat(2), statx(2), statfs(2), fstatfs(2), access(2), faccessat(2), faccessat2(2). */
import { EBADF, EINVAL, type Errno } from "../../../shared/abi/errno.ts";
import * as f from "../../../shared/abi/fcntl.ts";
import * as m from "../../../shared/abi/mount.ts";
import { STATX__RESERVED } from "../../../shared/abi/stat.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import type { Task } from "../kernel/task.ts";
import type { Mount } from "../vfs/mount.ts";
import { type Attributes, type FilesystemStatistics, newAttributes } from "../vfs/types.ts";
import { ACCESS_MODES, AT_FLAGS, formatBytes, formatStat } from "./file_formats.ts";
import { anyFileOf, isAboutDescriptor, startOf } from "./paths.ts";
import { dirfd, fd, flags, hex, outStruct, path, type RowTable, supported } from "./row.ts";
import { sendStat, sendStatfs, sendStatx } from "./stat_out.ts";

/** The record that every call here fills; valid within one call. */
const attributes: Attributes = newAttributes();
const statistics: FilesystemStatistics = {
  type: 0,
  blockSize: 0,
  blocks: 0,
  blocksFree: 0,
  blocksAvailable: 0,
  files: 0,
  filesFree: 0,
  nameLength: 0,
};

const STAT_FLAGS = f.AT_SYMLINK_NOFOLLOW | f.AT_NO_AUTOMOUNT | f.AT_EMPTY_PATH | f.AT_STATX_SYNC_TYPE;

/** stat(2). */
export function sysStat(task: Task, args: SyscallArgs): Result {
  return statPath(task, f.AT_FDCWD, args.addr(0), args.addr(1), 0);
}

/** lstat(2). */
export function sysLstat(task: Task, args: SyscallArgs): Result {
  return statPath(task, f.AT_FDCWD, args.addr(0), args.addr(1), f.AT_SYMLINK_NOFOLLOW);
}

/** fstat(2). */
export function sysFstat(task: Task, args: SyscallArgs): Result {
  return statDescriptor(task, args.int(0), args.addr(1));
}

/** newfstatat(2). */
export function sysNewfstatat(task: Task, args: SyscallArgs): Result {
  const atFlags = args.int(3);
  if ((atFlags & ~STAT_FLAGS) !== 0) return -EINVAL;
  return statPath(task, args.int(0), args.addr(1), args.addr(2), atFlags);
}

function statDescriptor(task: Task, descriptor: number, address: number): Result {
  const file = task.fdTable.get(descriptor);
  if (file === undefined) return -EBADF;
  const failed = file.getAttributes(attributes);
  return failed < 0 ? failed : sendStat(task, address, attributes);
}

function statPath(task: Task, directory: number, pathAddress: number, address: number, atFlags: number): Result {
  // Since Linux 6.11 a null path with AT_EMPTY_PATH means the descriptor, as an empty one does.
  const name = pathAddress === 0 && (atFlags & f.AT_EMPTY_PATH) !== 0 ? "" : task.memory.copyInPath(pathAddress);
  if (typeof name === "number") return name;
  if (isAboutDescriptor(directory, name, atFlags)) return statDescriptor(task, directory, address);
  const start = startOf(task, directory, name, atFlags);
  if (typeof start === "number") return start;
  const failed = task.kernel.vfs.statAt(task.vfsContext, start, name, atFlags, attributes);
  return failed < 0 ? failed : sendStat(task, address, attributes);
}

/** statx(2). */
export function sysStatx(task: Task, args: SyscallArgs): Result {
  const directory = args.int(0);
  const atFlags = args.int(2);
  const mask = args.uint(3);
  const address = args.addr(4);
  if ((mask & STATX__RESERVED) !== 0) return -EINVAL;
  if ((atFlags & ~STAT_FLAGS) !== 0 || (atFlags & f.AT_STATX_SYNC_TYPE) === f.AT_STATX_SYNC_TYPE) return -EINVAL;
  const name = args.addr(1) === 0 && (atFlags & f.AT_EMPTY_PATH) !== 0 ? "" : task.memory.copyInPath(args.addr(1));
  if (typeof name === "number") return name;
  if (isAboutDescriptor(directory, name, atFlags)) {
    const file = anyFileOf(task, directory);
    if (typeof file === "number") return file;
    const failed = file.getAttributes(attributes);
    return failed < 0 ? failed : sendStatx(task, address, attributes, mask, file.path?.mount.id ?? 0);
  }
  const start = startOf(task, directory, name, atFlags);
  if (typeof start === "number") return start;
  const found = task.kernel.vfs.resolve(
    task.vfsContext,
    start,
    name,
    atFlags & (f.AT_SYMLINK_NOFOLLOW | f.AT_EMPTY_PATH),
  );
  if (typeof found === "number") return found;
  const inode = found.dentry.inode;
  if (inode === null) return -EBADF;
  const failed = inode.getAttributes(attributes);
  return failed < 0 ? failed : sendStatx(task, address, attributes, mask, found.mount.id);
}

const MOUNT_FLAGS: readonly (readonly [number, number])[] = [
  [m.MS_NOSUID, m.ST_NOSUID],
  [m.MS_NODEV, m.ST_NODEV],
  [m.MS_NOEXEC, m.ST_NOEXEC],
  [m.MS_NOATIME, m.ST_NOATIME],
  [m.MS_NODIRATIME, m.ST_NODIRATIME],
  [m.MS_RELATIME, m.ST_RELATIME],
  [m.MS_NOSYMFOLLOW, m.ST_NOSYMFOLLOW],
];

function statfsFlags(mount: Mount | null): number {
  let bits = m.ST_VALID;
  if (mount === null) return bits;
  if (mount.isReadOnly) bits |= m.ST_RDONLY;
  for (const [of, shown] of MOUNT_FLAGS) if ((mount.flags & of) !== 0) bits |= shown;
  return bits;
}

/** statfs(2). */
export function sysStatfs(task: Task, args: SyscallArgs): Result {
  const name = task.memory.copyInPath(args.addr(0));
  if (typeof name === "number") return name;
  const found = task.kernel.vfs.resolve(task.vfsContext, task.vfsContext.cwd, name);
  if (typeof found === "number") return found;
  const failed = found.mount.filesystem.statistics(statistics);
  if (failed < 0) return failed;
  return sendStatfs(task, args.addr(1), statistics, statfsFlags(found.mount), found.mount.filesystem.device);
}

/** fstatfs(2). */
export function sysFstatfs(task: Task, args: SyscallArgs): Result {
  const file = anyFileOf(task, args.int(0));
  if (typeof file === "number") return file;
  const filesystem = file.inode.filesystem;
  const failed = filesystem.statistics(statistics);
  if (failed < 0) return failed;
  return sendStatfs(task, args.addr(1), statistics, statfsFlags(file.path?.mount ?? null), filesystem.device);
}

/** access(2). */
export function sysAccess(task: Task, args: SyscallArgs): Result {
  return access(task, f.AT_FDCWD, args.addr(0), args.int(1), 0);
}

/** faccessat(2), which has no flags. */
export function sysFaccessat(task: Task, args: SyscallArgs): Result {
  return access(task, args.int(0), args.addr(1), args.int(2), 0);
}

/** faccessat2(2). */
export function sysFaccessat2(task: Task, args: SyscallArgs): Result {
  return access(task, args.int(0), args.addr(1), args.int(2), args.int(3));
}

function access(task: Task, directory: number, pathAddress: number, mode: number, atFlags: number): 0 | Errno {
  if ((mode & ~(f.R_OK | f.W_OK | f.X_OK)) !== 0) return -EINVAL;
  if ((atFlags & ~(f.AT_EACCESS | f.AT_SYMLINK_NOFOLLOW | f.AT_EMPTY_PATH)) !== 0) return -EINVAL;
  const name = task.memory.copyInPath(pathAddress);
  if (typeof name === "number") return name;
  const start = startOf(task, directory, name, atFlags);
  if (typeof start === "number") return start;
  return task.kernel.vfs.accessAt(task.vfsContext, start, name, mode, atFlags);
}

const statOut = outStruct(144, formatStat);
const statfsOut = outStruct(120, formatBytes);

export const statRows: RowTable = {
  4: supported("stat", sysStat, [path, statOut]),
  5: supported("fstat", sysFstat, [fd, statOut]),
  6: supported("lstat", sysLstat, [path, statOut]),
  21: supported("access", sysAccess, [path, flags(ACCESS_MODES)]),
  137: supported("statfs", sysStatfs, [path, statfsOut]),
  138: supported("fstatfs", sysFstatfs, [fd, statfsOut]),
  262: supported("newfstatat", sysNewfstatat, [dirfd, path, statOut, flags(AT_FLAGS)]),
  269: supported("faccessat", sysFaccessat, [dirfd, path, flags(ACCESS_MODES)]),
  332: supported("statx", sysStatx, [dirfd, path, flags(AT_FLAGS), hex, outStruct(256, formatBytes)]),
  439: supported("faccessat2", sysFaccessat2, [dirfd, path, flags(ACCESS_MODES), flags(AT_FLAGS)]),
};
