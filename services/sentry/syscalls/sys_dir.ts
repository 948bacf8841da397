/** Names: mkdir(2), rmdir(2), unlink(2), rename(2), link(2), symlink(2), readlink(2), mknod(2), chdir(2), chroot(2), getcwd(2) and their *at forms. */

import { CAP_SYS_CHROOT } from "../../../shared/abi/capability.ts";
import { EINVAL, ENAMETOOLONG, ENOENT, ENOTDIR, EPERM, ERANGE, type Errno } from "../../../shared/abi/errno.ts";
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_REMOVEDIR,
  AT_SYMLINK_FOLLOW,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
  RENAME_WHITEOUT,
} from "../../../shared/abi/fcntl.ts";
import { PATH_MAX } from "../../../shared/abi/limits.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import type { Task } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import { MAY_EXEC } from "../vfs/permissions.ts";
import type { VfsPath } from "../vfs/types.ts";
import { AT_FLAGS, RENAME_FLAGS, UNLINK_FLAGS } from "./file_formats.ts";
import { anyFileOf, startOf } from "./paths.ts";
import { dirfd, fd, flags, hex, octal, outBuffer, path, type RowTable, size, supported } from "./row.ts";

/** Copies a path in and finds where it starts; the two answers of the last `take`. */
let start: VfsPath;
let name = "";

function take(task: Task, directory: number, address: number, atFlags = 0): 0 | Errno {
  const text = task.memory.copyInPath(address);
  if (typeof text === "number") return text;
  const from = startOf(task, directory, text, atFlags);
  if (typeof from === "number") return from;
  start = from;
  name = text;
  return 0;
}

/** mkdir(2). */
export function sysMkdir(task: Task, args: SyscallArgs): Result {
  return mkdir(task, AT_FDCWD, args.addr(0), args.uint(1));
}

/** mkdirat(2). */
export function sysMkdirat(task: Task, args: SyscallArgs): Result {
  return mkdir(task, args.int(0), args.addr(1), args.uint(2));
}

function mkdir(task: Task, directory: number, address: number, mode: number): Result {
  const failed = take(task, directory, address);
  return failed < 0 ? failed : task.kernel.vfs.mkdirAt(task.vfsContext, start, name, mode & 0o7777);
}

/** rmdir(2). */
export function sysRmdir(task: Task, args: SyscallArgs): Result {
  const failed = take(task, AT_FDCWD, args.addr(0));
  return failed < 0 ? failed : task.kernel.vfs.rmdirAt(task.vfsContext, start, name);
}

/** unlink(2). */
export function sysUnlink(task: Task, args: SyscallArgs): Result {
  const failed = take(task, AT_FDCWD, args.addr(0));
  return failed < 0 ? failed : task.kernel.vfs.unlinkAt(task.vfsContext, start, name);
}

/** unlinkat(2). */
export function sysUnlinkat(task: Task, args: SyscallArgs): Result {
  const atFlags = args.int(2);
  if ((atFlags & ~AT_REMOVEDIR) !== 0) return -EINVAL;
  const failed = take(task, args.int(0), args.addr(1));
  if (failed < 0) return failed;
  const { vfs } = task.kernel;
  return atFlags === 0 ? vfs.unlinkAt(task.vfsContext, start, name) : vfs.rmdirAt(task.vfsContext, start, name);
}

/** rename(2). */
export function sysRename(task: Task, args: SyscallArgs): Result {
  return rename(task, AT_FDCWD, args.addr(0), AT_FDCWD, args.addr(1), 0);
}

/** renameat(2). */
export function sysRenameat(task: Task, args: SyscallArgs): Result {
  return rename(task, args.int(0), args.addr(1), args.int(2), args.addr(3), 0);
}

/** renameat2(2). */
export function sysRenameat2(task: Task, args: SyscallArgs): Result {
  return rename(task, args.int(0), args.addr(1), args.int(2), args.addr(3), args.uint(4));
}

function rename(
  task: Task,
  fromDirectory: number,
  fromAddress: number,
  toDirectory: number,
  toAddress: number,
  renameFlags: number,
): Result {
  if ((renameFlags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT)) !== 0) return -EINVAL;
  if ((renameFlags & RENAME_EXCHANGE) !== 0 && (renameFlags & (RENAME_NOREPLACE | RENAME_WHITEOUT)) !== 0) {
    return -EINVAL;
  }
  let failed = take(task, fromDirectory, fromAddress);
  if (failed < 0) return failed;
  const from = start;
  const fromName = name;
  failed = take(task, toDirectory, toAddress);
  if (failed < 0) return failed;
  return task.kernel.vfs.renameAt(task.vfsContext, from, fromName, start, name, renameFlags);
}

/** link(2): doesn't follow a symbolic link. */
export function sysLink(task: Task, args: SyscallArgs): Result {
  return link(task, AT_FDCWD, args.addr(0), AT_FDCWD, args.addr(1), 0);
}

/** linkat(2). */
export function sysLinkat(task: Task, args: SyscallArgs): Result {
  return link(task, args.int(0), args.addr(1), args.int(2), args.addr(3), args.int(4));
}

function link(
  task: Task,
  fromDirectory: number,
  fromAddress: number,
  toDirectory: number,
  toAddress: number,
  atFlags: number,
): Result {
  if ((atFlags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) !== 0) return -EINVAL;
  let failed = take(task, fromDirectory, fromAddress, atFlags);
  if (failed < 0) return failed;
  const from = start;
  const fromName = name;
  failed = take(task, toDirectory, toAddress);
  if (failed < 0) return failed;
  return task.kernel.vfs.linkAt(task.vfsContext, from, fromName, start, name, atFlags);
}

/** symlink(2). */
export function sysSymlink(task: Task, args: SyscallArgs): Result {
  return symlink(task, args.addr(0), AT_FDCWD, args.addr(1));
}

/** symlinkat(2). */
export function sysSymlinkat(task: Task, args: SyscallArgs): Result {
  return symlink(task, args.addr(0), args.int(1), args.addr(2));
}

function symlink(task: Task, targetAddress: number, directory: number, address: number): Result {
  const target = task.memory.copyInPath(targetAddress);
  if (typeof target === "number") return target;
  if (target === "") return -ENOENT;
  const failed = take(task, directory, address);
  return failed < 0 ? failed : task.kernel.vfs.symlinkAt(task.vfsContext, start, name, target);
}

/** readlink(2). */
export function sysReadlink(task: Task, args: SyscallArgs): Result {
  return readlink(task, AT_FDCWD, args.addr(0), args.addr(1), args.int(2));
}

/** readlinkat(2); with an empty path it reads the link that the descriptor is. */
export function sysReadlinkat(task: Task, args: SyscallArgs): Result {
  return readlink(task, args.int(0), args.addr(1), args.addr(2), args.int(3));
}

function readlink(task: Task, directory: number, address: number, buffer: number, bytes: number): Result {
  if (bytes <= 0) return -EINVAL;
  const failed = take(task, directory, address, AT_EMPTY_PATH);
  if (failed < 0) return failed;
  const target = task.kernel.vfs.readlinkAt(task.vfsContext, start, name);
  if (typeof target === "number") return target;
  const length = Math.min(target.length, bytes, PATH_MAX);
  return sendText(task, buffer, target, length);
}

/** Copies the first `length` bytes of a latin1 string out; its result is `length`. */
function sendText(task: Task, address: number, text: string, length: number): Result {
  const scratch = TaskMemory.scratch;
  for (let i = 0; i < length; i++) scratch[i] = text.charCodeAt(i);
  const failed = task.memory.queueOut(address, scratch, 0, length);
  return failed < 0 ? failed : length;
}

/** mknod(2). */
export function sysMknod(task: Task, args: SyscallArgs): Result {
  return mknod(task, AT_FDCWD, args.addr(0), args.uint(1), args.uint(2));
}

/** mknodat(2). */
export function sysMknodat(task: Task, args: SyscallArgs): Result {
  return mknod(task, args.int(0), args.addr(1), args.uint(2), args.uint(3));
}

function mknod(task: Task, directory: number, address: number, mode: number, device: number): Result {
  const failed = take(task, directory, address);
  return failed < 0 ? failed : task.kernel.vfs.mknodAt(task.vfsContext, start, name, mode, device);
}

/** chdir(2). */
export function sysChdir(task: Task, args: SyscallArgs): Result {
  const failed = take(task, AT_FDCWD, args.addr(0));
  if (failed < 0) return failed;
  const found = task.kernel.vfs.resolve(task.vfsContext, start, name);
  if (typeof found === "number") return found;
  const checked = checkDirectory(task, found);
  if (checked < 0) return checked;
  task.fs.cwd = found;
  return 0;
}

/** fchdir(2). */
export function sysFchdir(task: Task, args: SyscallArgs): Result {
  const file = anyFileOf(task, args.int(0));
  if (typeof file === "number") return file;
  if (file.path === null) return -ENOTDIR;
  const checked = checkDirectory(task, file.path);
  if (checked < 0) return checked;
  task.fs.cwd = file.path;
  return 0;
}

function checkDirectory(task: Task, place: VfsPath): 0 | Errno {
  const inode = place.dentry.inode;
  if (inode === null || !inode.isDirectory) return -ENOTDIR;
  return inode.checkPermission(task.vfsContext, MAY_EXEC);
}

/** chroot(2). */
export function sysChroot(task: Task, args: SyscallArgs): Result {
  const failed = take(task, AT_FDCWD, args.addr(0));
  if (failed < 0) return failed;
  const found = task.kernel.vfs.resolve(task.vfsContext, start, name);
  if (typeof found === "number") return found;
  const checked = checkDirectory(task, found);
  if (checked < 0) return checked;
  if (!task.credentials.has(CAP_SYS_CHROOT)) return -EPERM;
  task.fs.root = found;
  return 0;
}

/** getcwd(2): the length with its NUL. */
export function sysGetcwd(task: Task, args: SyscallArgs): Result {
  const { cwd, root } = task.vfsContext;
  if (cwd.dentry.isUnlinked) return -ENOENT;
  const text = `${task.kernel.vfs.pathOf(cwd, root)}\0`;
  if (text.length > PATH_MAX) return -ENAMETOOLONG;
  if (text.length > args.size(1)) return -ERANGE;
  return sendText(task, args.addr(0), text, text.length);
}

export const dirRows: RowTable = {
  79: supported("getcwd", sysGetcwd, [outBuffer(1), size]),
  80: supported("chdir", sysChdir, [path]),
  81: supported("fchdir", sysFchdir, [fd]),
  82: supported("rename", sysRename, [path, path]),
  83: supported("mkdir", sysMkdir, [path, octal]),
  84: supported("rmdir", sysRmdir, [path]),
  86: supported("link", sysLink, [path, path]),
  87: supported("unlink", sysUnlink, [path]),
  88: supported("symlink", sysSymlink, [path, path]),
  89: supported("readlink", sysReadlink, [path, outBuffer(2), size]),
  133: supported("mknod", sysMknod, [path, octal, hex]),
  161: supported("chroot", sysChroot, [path]),
  258: supported("mkdirat", sysMkdirat, [dirfd, path, octal]),
  259: supported("mknodat", sysMknodat, [dirfd, path, octal, hex]),
  263: supported("unlinkat", sysUnlinkat, [dirfd, path, flags(UNLINK_FLAGS)]),
  264: supported("renameat", sysRenameat, [dirfd, path, dirfd, path]),
  265: supported("linkat", sysLinkat, [dirfd, path, dirfd, path, flags(AT_FLAGS)]),
  266: supported("symlinkat", sysSymlinkat, [path, dirfd, path]),
  267: supported("readlinkat", sysReadlinkat, [dirfd, path, outBuffer(3), size]),
  316: supported("renameat2", sysRenameat2, [dirfd, path, dirfd, path, flags(RENAME_FLAGS)]),
};
