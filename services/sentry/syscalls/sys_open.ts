/** open(2), openat(2), openat2(2), creat(2), close(2). */
import { E2BIG, EAGAIN, EINVAL, EMFILE, ERESTARTSYS, type Errno, isErrno } from "../../../shared/abi/errno.ts";
import * as f from "../../../shared/abi/fcntl.ts";
import { TIOCSCTTY } from "../../../shared/abi/ioctl.ts";
import { POLLIN, POLLOUT } from "../../../shared/abi/poll.ts";
import { S_IFCHR, S_IFMT } from "../../../shared/abi/stat.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import { type Task, WAKE_SIGNAL } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import { majorOf } from "../vfs/device_registry.ts";
import { FileDescription } from "../vfs/file_description.ts";
import { newAttributes } from "../vfs/types.ts";
import { formatBytes, OPEN_FLAGS } from "./file_formats.ts";
import { startOf } from "./paths.ts";
import { dirfd, fd, flags, inStruct, octal, path, type RowTable, size, supported } from "./row.ts";

const VALID_FLAGS =
  f.O_ACCMODE |
  f.O_CREAT |
  f.O_EXCL |
  f.O_NOCTTY |
  f.O_TRUNC |
  f.O_APPEND |
  f.O_NONBLOCK |
  f.O_SYNC |
  f.O_DSYNC |
  f.O_ASYNC |
  f.O_DIRECT |
  f.O_LARGEFILE |
  f.O_DIRECTORY |
  f.O_NOFOLLOW |
  f.O_NOATIME |
  f.O_CLOEXEC |
  f.O_PATH |
  f.__O_TMPFILE;

const O_PATH_FLAGS = f.O_DIRECTORY | f.O_NOFOLLOW | f.O_PATH | f.O_CLOEXEC;
const VALID_RESOLVE =
  f.RESOLVE_NO_XDEV |
  f.RESOLVE_NO_MAGICLINKS |
  f.RESOLVE_NO_SYMLINKS |
  f.RESOLVE_BENEATH |
  f.RESOLVE_IN_ROOT |
  f.RESOLVE_CACHED;
const S_IALLUGO = 0o7777;
const OPEN_HOW_MAX = 4096;
const UNIX98_PTY_SLAVE_MAJOR = 136;
const attributes = newAttributes();

/** open(2). */
export function sysOpen(task: Task, args: SyscallArgs): Result {
  return openAt(task, f.AT_FDCWD, args.addr(0), args.int(1), args.uint(2));
}

/** creat(2). */
export function sysCreat(task: Task, args: SyscallArgs): Result {
  return openAt(task, f.AT_FDCWD, args.addr(0), f.O_CREAT | f.O_WRONLY | f.O_TRUNC, args.uint(1));
}

/** openat(2). */
export function sysOpenat(task: Task, args: SyscallArgs): Result {
  return openAt(task, args.int(0), args.addr(1), args.int(2), args.uint(3));
}

/** openat2(2): unlike the older calls it refuses what it doesn't know. */
export function sysOpenat2(task: Task, args: SyscallArgs): Result {
  const bytes = args.size(3);
  if (bytes < f.OPEN_HOW_SIZE_VER0) return -EINVAL;
  if (bytes > OPEN_HOW_MAX) return -E2BIG;
  const failed = task.memory.copyInScratch(args.addr(2), 0, bytes);
  if (failed < 0) return failed;
  for (let i = f.OPEN_HOW_SIZE_VER0; i < bytes; i++) if (TaskMemory.scratch[i] !== 0) return -E2BIG;
  const view = TaskMemory.scratchView;
  const flagsWord = f.OpenHowLayout.flags.read(view, 0);
  const mode = f.OpenHowLayout.mode.read(view, 0);
  const resolve = f.OpenHowLayout.resolve.read(view, 0);
  if (flagsWord > 0x7fffffff || (flagsWord & ~VALID_FLAGS) !== 0) return -EINVAL;
  if (resolve > 0x7fffffff || (resolve & ~VALID_RESOLVE) !== 0) return -EINVAL;
  if ((resolve & f.RESOLVE_BENEATH) !== 0 && (resolve & f.RESOLVE_IN_ROOT) !== 0) return -EINVAL;
  if ((flagsWord & (f.O_CREAT | f.__O_TMPFILE)) !== 0) {
    if (mode > S_IALLUGO) return -EINVAL;
  } else if (mode !== 0) {
    return -EINVAL;
  }
  if ((flagsWord & f.O_PATH) !== 0 && (flagsWord & ~O_PATH_FLAGS) !== 0) return -EINVAL;
  // RESOLVE_CACHED must not wait for anything: nothing is promised to be cached, and callers try again without it.
  if ((resolve & f.RESOLVE_CACHED) !== 0) return -EAGAIN;
  return openAt(task, args.int(0), args.addr(1), flagsWord, mode, resolve);
}

function openAt(
  task: Task,
  directory: number,
  pathAddress: number,
  openFlags: number,
  mode: number,
  resolve = 0,
): Result {
  if (task.callState instanceof FileDescription) return finishOpening(task, task.callState, openFlags);
  const checked = checkFlags(openFlags);
  if (checked < 0) return checked;
  const name = task.memory.copyInPath(pathAddress);
  if (typeof name === "number") return name;
  // With RESOLVE_IN_ROOT even an absolute path begins at the directory.
  const start = startOf(task, directory, (resolve & f.RESOLVE_IN_ROOT) !== 0 && name !== "" ? "." : name);
  if (typeof start === "number") return start;
  const table = task.fdTable;
  // As on Linux, nothing is created or truncated when there is no descriptor to be had.
  if (table.usedCount >= table.limit) return -EMFILE;
  const file = task.kernel.vfs.openAt(task.vfsContext, start, name, checked, mode & S_IALLUGO, resolve);
  if (isErrno(file)) return file;
  if (file.isOpening) return waitForOpening(task, file, openFlags);
  return install(task, file, openFlags);
}

/** The flags as the file system sees them, or an errno: build_open_flags() of fs/open.c. */
function checkFlags(openFlags: number): number | Errno {
  let checked = openFlags & VALID_FLAGS;
  if ((checked & f.O_PATH) !== 0) return checked & O_PATH_FLAGS;
  if ((checked & f.__O_TMPFILE) !== 0) {
    if ((checked & f.O_TMPFILE) !== f.O_TMPFILE) return -EINVAL;
    if ((checked & f.O_ACCMODE) === f.O_RDONLY) return -EINVAL;
    if ((checked & f.O_CREAT) !== 0) return -EINVAL;
  } else if ((checked & f.O_CREAT) !== 0 && (checked & f.O_DIRECTORY) !== 0) {
    return -EINVAL;
  }
  if ((checked & f.__O_SYNC) !== 0) checked |= f.O_DSYNC;
  return checked | f.O_LARGEFILE;
}

function install(task: Task, file: FileDescription, openFlags: number): Result {
  const descriptor = task.fdTable.install(file, (openFlags & f.O_CLOEXEC) !== 0);
  if (descriptor < 0) file.dropReference();
  else if ((openFlags & (f.O_NOCTTY | f.O_PATH)) === 0) takeControllingTerminal(task, file);
  return descriptor;
}

/** A session leader without a terminal gets the first one that it opens: tty_open_proc_set_tty() of drivers/tty/tty_jobctrl.c. */
function takeControllingTerminal(task: Task, file: FileDescription): void {
  if ((file.inode.mode & S_IFMT) !== S_IFCHR || (file.flags & f.O_ACCMODE) === f.O_WRONLY) return;
  const group = task.threadGroup;
  if (group.session.leader !== group || group.session.terminal !== null) return;
  if (file.getAttributes(attributes) < 0 || majorOf(attributes.rdev) !== UNIX98_PTY_SLAVE_MAJOR) return;
  file.ioctl(task, TIOCSCTTY, 0);
}

/** A FIFO whose other end isn't open yet: fifo(7). */
function waitForOpening(task: Task, file: FileDescription, openFlags: number): Result {
  task.callState = file;
  return finishOpening(task, file, openFlags);
}

function finishOpening(task: Task, file: FileDescription, openFlags: number): Result {
  if (!file.isOpening) {
    task.callState = null;
    return install(task, file, openFlags);
  }
  const queue = file.waiters;
  if (task.wakeReason === WAKE_SIGNAL || queue === null) {
    task.callState = null;
    file.dropReference();
    return -ERESTARTSYS;
  }
  return task.blockOn(queue, POLLIN | POLLOUT);
}

/** close(2). */
export function sysClose(task: Task, args: SyscallArgs): Result {
  return task.fdTable.close(args.int(0));
}

export const openRows: RowTable = {
  2: supported("open", sysOpen, [path, flags(OPEN_FLAGS), octal]),
  3: supported("close", sysClose, [fd]),
  85: supported("creat", sysCreat, [path, octal]),
  257: supported("openat", sysOpenat, [dirfd, path, flags(OPEN_FLAGS), octal]),
  437: supported("openat2", sysOpenat2, [dirfd, path, inStruct(24, formatBytes), size]),
};
