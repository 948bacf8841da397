/** inotify_init(2), inotify_add_watch(2), inotify_rm_watch(2). */
import { EINVAL, ENOTDIR, type Errno } from "../../../shared/abi/errno.ts";
import { AT_SYMLINK_NOFOLLOW } from "../../../shared/abi/fcntl.ts";
import * as n from "../../../shared/abi/inotify.ts";
import { InotifyFile } from "../kernel/inotify.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import type { Task } from "../kernel/task.ts";
import { MAY_READ } from "../vfs/permissions.ts";
import type { Inode } from "../vfs/types.ts";
import { fileOf } from "./paths.ts";
import { fd, flags, hex, int, path, type RowTable, supported } from "./row.ts";

const KNOWN_EVENTS =
  n.IN_ALL_EVENTS |
  n.IN_ONESHOT |
  n.IN_Q_OVERFLOW |
  n.IN_IGNORED |
  n.IN_UNMOUNT |
  n.IN_ONLYDIR |
  n.IN_DONT_FOLLOW |
  n.IN_EXCL_UNLINK |
  n.IN_MASK_ADD |
  n.IN_MASK_CREATE |
  n.IN_ISDIR;

/** inotify_init(2), which has no flags. */
export function sysInotifyInit(task: Task, _args: SyscallArgs): Result {
  return init(task, 0);
}

/** inotify_init1(2). */
export function sysInotifyInit1(task: Task, args: SyscallArgs): Result {
  return init(task, args.int(0));
}

function init(task: Task, initFlags: number): Result {
  if ((initFlags & ~(n.IN_CLOEXEC | n.IN_NONBLOCK)) !== 0) return -EINVAL;
  const file = new InotifyFile(initFlags);
  const descriptor = task.fdTable.install(file, (initFlags & n.IN_CLOEXEC) !== 0);
  if (descriptor < 0) file.dropReference();
  return descriptor;
}

function instanceOf(task: Task, descriptor: number): InotifyFile | Errno {
  const file = fileOf(task, descriptor);
  if (typeof file === "number") return file;
  return file instanceof InotifyFile ? file : -EINVAL;
}

/** inotify_add_watch(2). */
export function sysInotifyAddWatch(task: Task, args: SyscallArgs): Result {
  const mask = args.uint(2);
  if ((mask & ~KNOWN_EVENTS) !== 0 || (mask & KNOWN_EVENTS) === 0) return -EINVAL;
  if ((mask & n.IN_MASK_ADD) !== 0 && (mask & n.IN_MASK_CREATE) !== 0) return -EINVAL;
  const instance = instanceOf(task, args.int(0));
  if (typeof instance === "number") return instance;
  const name = task.memory.copyInPath(args.addr(1));
  if (typeof name === "number") return name;
  const follow = (mask & n.IN_DONT_FOLLOW) !== 0 ? AT_SYMLINK_NOFOLLOW : 0;
  const place = task.kernel.vfs.resolve(task.vfsContext, task.vfsContext.cwd, name, follow);
  if (typeof place === "number") return place;
  const inode = place.dentry.inode as Inode;
  if ((mask & n.IN_ONLYDIR) !== 0 && !inode.isDirectory) return -ENOTDIR;
  const allowed = inode.checkPermission(task.vfsContext, MAY_READ);
  if (allowed < 0) return allowed;
  const wanted = mask & (n.IN_ALL_EVENTS | n.IN_ONESHOT | n.IN_EXCL_UNLINK);
  return instance.watch(inode, wanted, (mask & n.IN_MASK_ADD) !== 0, (mask & n.IN_MASK_CREATE) !== 0);
}

/** inotify_rm_watch(2). */
export function sysInotifyRmWatch(task: Task, args: SyscallArgs): Result {
  const instance = instanceOf(task, args.int(0));
  return typeof instance === "number" ? instance : instance.remove(args.int(1));
}

const INIT_FLAGS = [
  [n.IN_CLOEXEC, "IN_CLOEXEC"],
  [n.IN_NONBLOCK, "IN_NONBLOCK"],
] as const;

export const inotifyRows: RowTable = {
  253: supported("inotify_init", sysInotifyInit, []),
  254: supported("inotify_add_watch", sysInotifyAddWatch, [fd, path, hex]),
  255: supported("inotify_rm_watch", sysInotifyRmWatch, [fd, int]),
  294: supported("inotify_init1", sysInotifyInit1, [flags(INIT_FLAGS)]),
};
