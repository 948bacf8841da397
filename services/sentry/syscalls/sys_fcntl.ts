/** fcntl(2), flock(2). */
import { CAP_LEASE, CAP_SYS_RESOURCE } from "../../../shared/abi/capability.ts";
import {
  EACCES,
  EAGAIN,
  EBADF,
  EINVAL,
  EOVERFLOW,
  EPERM,
  ERESTARTSYS,
  type Errno,
  ESRCH,
} from "../../../shared/abi/errno.ts";
import * as f from "../../../shared/abi/fcntl.ts";
import { POLLIN } from "../../../shared/abi/poll.ts";
import { SIGRTMAX } from "../../../shared/abi/signal.ts";
import { notifyOfDirectory } from "../kernel/dnotify.ts";
import { asyncOwnerOf, setAsync } from "../kernel/file_async.ts";
import { pipeOf } from "../kernel/pipe_file.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import { type Task, WAKE_SIGNAL } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import type { FileDescription } from "../vfs/file_description.ts";
import { cancelWait, FileLocks, type RangeLock } from "../vfs/file_locks.ts";
import { isOwnerOrCapable } from "../vfs/permissions.ts";
import { newAttributes } from "../vfs/types.ts";
import { FCNTL_COMMANDS, FLOCK_OPERATIONS } from "./file_formats.ts";
import { fileOf } from "./paths.ts";
import { fd as fdArgument, flags, hex, oneOf, type RowTable, supported } from "./row.ts";
import { canRead, canWrite } from "./transfer.ts";

const SETTABLE = f.O_APPEND | f.O_NONBLOCK | f.O_ASYNC | f.O_DIRECT | f.O_NOATIME;
const LOCK_MAND = 32;
const attributes = newAttributes();

/** fcntl(2). An O_PATH descriptor takes only the commands that are about the descriptor. */
export function sysFcntl(task: Task, args: SyscallArgs): Result {
  const descriptor = args.int(0);
  const file = task.fdTable.get(descriptor);
  if (file === undefined) return -EBADF;
  switch (args.int(1)) {
    case f.F_DUPFD:
      return duplicate(task, descriptor, args, false);
    case f.F_DUPFD_CLOEXEC:
      return duplicate(task, descriptor, args, true);
    case f.F_GETFD:
      return task.fdTable.isCloseOnExec(descriptor) ? f.FD_CLOEXEC : 0;
    case f.F_SETFD:
      return task.fdTable.setCloseOnExec(descriptor, (args.uint(2) & f.FD_CLOEXEC) !== 0);
    case f.F_GETFL:
      return file.flags;
    default:
      return (file.flags & f.O_PATH) !== 0 ? -EBADF : fileCommand(task, file, args);
  }
}

function duplicate(task: Task, descriptor: number, args: SyscallArgs, closeOnExec: boolean): Result {
  const minimum = args.addr(2);
  if (minimum >= task.fdTable.limit) return -EINVAL;
  return task.fdTable.duplicate(descriptor, closeOnExec, minimum);
}

function fileCommand(task: Task, file: FileDescription, args: SyscallArgs): Result {
  switch (args.int(1)) {
    case f.F_SETFL:
      return setFlags(task, file, args.int(0), args.uint(2));
    case f.F_GETLK:
      return getLock(task, file, args.addr(2), false);
    case f.F_OFD_GETLK:
      return getLock(task, file, args.addr(2), true);
    case f.F_SETLK:
      return setLock(task, file, args.addr(2), false, false);
    case f.F_SETLKW:
      return setLock(task, file, args.addr(2), false, true);
    case f.F_OFD_SETLK:
      return setLock(task, file, args.addr(2), true, false);
    case f.F_OFD_SETLKW:
      return setLock(task, file, args.addr(2), true, true);
    case f.F_GETOWN:
      return asyncOwnerOf(file).ownerAsNumber;
    case f.F_SETOWN:
      return setOwner(task, file, args.int(2));
    case f.F_GETOWN_EX:
      return getOwnerEx(task, file, args.addr(2));
    case f.F_SETOWN_EX:
      return setOwnerEx(task, file, args.addr(2));
    case f.F_GETSIG:
      return asyncOwnerOf(file).signal;
    case f.F_SETSIG: {
      const signal = args.addr(2);
      if (signal > SIGRTMAX) return -EINVAL;
      asyncOwnerOf(file).signal = signal;
      return 0;
    }
    case f.F_GETPIPE_SZ: {
      const pipe = pipeOf(file);
      return typeof pipe === "number" ? pipe : pipe.capacity;
    }
    case f.F_SETPIPE_SZ: {
      const pipe = pipeOf(file);
      return typeof pipe === "number" ? pipe : pipe.setCapacity(args.uint(2), task.credentials.has(CAP_SYS_RESOURCE));
    }
    case f.F_ADD_SEALS:
      return canWrite(file) ? file.addSeals(args.uint(2)) : -EPERM;
    case f.F_GET_SEALS:
      return file.getSeals();
    case f.F_GETLEASE:
      return f.F_UNLCK;
    case f.F_SETLEASE:
      return setLease(task, file, args.int(2));
    case f.F_NOTIFY:
      return notifyOfDirectory(task, file, args.int(0), args.uint(2));
    case f.F_GET_RW_HINT:
    case f.F_GET_FILE_RW_HINT:
      return task.memory.copyOutU64(args.addr(2), 0);
    case f.F_SET_RW_HINT:
    case f.F_SET_FILE_RW_HINT:
      return task.memory.copyInScratch(args.addr(2), 0, 8);
    default:
      return -EINVAL;
  }
}

function setFlags(task: Task, file: FileDescription, fd: number, wanted: number): Result {
  if (((file.flags ^ wanted) & f.O_NOATIME) !== 0 && (wanted & f.O_NOATIME) !== 0) {
    if (!isOwnerOrCapable(task.credentials, file.inode)) return -EPERM;
  }
  const changed = (file.flags ^ wanted) & SETTABLE;
  file.flags ^= changed;
  if ((changed & f.O_ASYNC) !== 0) setAsync(task.kernel, file, (wanted & f.O_ASYNC) !== 0, fd);
  if (changed !== 0) file.onFlagsChanged();
  return 0;
}

/** A positive number is a process, a negative one a process group. */
function setOwner(task: Task, file: FileDescription, who: number): Result {
  const owner = asyncOwnerOf(file);
  if (who === -0x80000000) return -EINVAL;
  if (who > 0 && task.threadGroup.pidNamespace.task(who) === undefined) return -ESRCH;
  if (who < 0 && !task.threadGroup.pidNamespace.processGroups.has(-who)) return -ESRCH;
  owner.set(who < 0 ? f.F_OWNER_PGRP : f.F_OWNER_PID, Math.abs(who), task.credentials);
  return 0;
}

function getOwnerEx(task: Task, file: FileDescription, address: number): Result {
  const owner = asyncOwnerOf(file);
  const view = TaskMemory.scratchView;
  f.FOwnerExLayout.type.write(view, 0, owner.kind);
  f.FOwnerExLayout.pid.write(view, 0, owner.id);
  return task.memory.copyOutScratch(address, 0, f.FOwnerExLayout.byteLength);
}

function setOwnerEx(task: Task, file: FileDescription, address: number): Result {
  const failed = task.memory.copyInScratch(address, 0, f.FOwnerExLayout.byteLength);
  if (failed < 0) return failed;
  const kind = f.FOwnerExLayout.type.read(TaskMemory.scratchView, 0);
  const id = f.FOwnerExLayout.pid.read(TaskMemory.scratchView, 0);
  const namespace = task.threadGroup.pidNamespace;
  if (kind !== f.F_OWNER_TID && kind !== f.F_OWNER_PID && kind !== f.F_OWNER_PGRP) return -EINVAL;
  if (id < 0) return -ESRCH;
  const known = kind === f.F_OWNER_PGRP ? namespace.processGroups.has(id) : namespace.task(id) !== undefined;
  if (id > 0 && !known) return -ESRCH;
  asyncOwnerOf(file).set(kind, id, task.credentials);
  return 0;
}

/** Leases aren't kept: what a lease would guard against can't be told in time to a lease holder. Taking one fails as on filesystems without them. */
function setLease(task: Task, file: FileDescription, type: number): Result {
  if (file.inode.uid !== task.credentials.fsuid && !task.credentials.has(CAP_LEASE)) return -EACCES;
  if (!file.inode.isRegular) return -EINVAL;
  return type === f.F_UNLCK ? -EAGAIN : -EINVAL;
}

/** Reads a struct flock and makes the range [start, end) of it, in file offsets: flock_to_posix_lock() of fs/locks.c. */
function readLock(task: Task, file: FileDescription, address: number, isOfd: boolean): RangeLock | Errno {
  const failed = task.memory.copyInScratch(address, 0, f.FlockLayout.byteLength);
  if (failed < 0) return failed;
  const view = TaskMemory.scratchView;
  const type = f.FlockLayout.type.read(view, 0);
  const whence = f.FlockLayout.whence.read(view, 0);
  const length = f.FlockLayout.len.read(view, 0);
  let start = f.FlockLayout.start.read(view, 0);
  if (type !== f.F_RDLCK && type !== f.F_WRLCK && type !== f.F_UNLCK) return -EINVAL;
  if (isOfd && f.FlockLayout.pid.read(view, 0) !== 0) return -EINVAL;
  if (whence === f.SEEK_CUR) {
    start += file.offset;
  } else if (whence === f.SEEK_END) {
    const failedStat = file.getAttributes(attributes);
    if (failedStat < 0) return failedStat;
    start += attributes.size;
  } else if (whence !== f.SEEK_SET) {
    return -EINVAL;
  }
  if (start < 0) return -EINVAL;
  let end = length === 0 ? Number.POSITIVE_INFINITY : start + length;
  if (length < 0) {
    end = start;
    start += length;
    if (start < 0) return -EINVAL;
  } else if (length > 0 && end > 2 ** 63) {
    return -EOVERFLOW;
  }
  return {
    type,
    start,
    end,
    owner: isOfd ? file : task.fdTable,
    pid: isOfd ? -1 : task.threadGroup.pid,
  };
}

function getLock(task: Task, file: FileDescription, address: number, isOfd: boolean): Result {
  const request = readLock(task, file, address, isOfd);
  if (typeof request === "number") return request;
  if (request.type === f.F_UNLCK) return -EINVAL;
  const other = file.inode.locks?.conflict(request) ?? null;
  const view = TaskMemory.scratchView;
  if (other === null) {
    f.FlockLayout.type.write(view, 0, f.F_UNLCK);
  } else {
    f.FlockLayout.type.write(view, 0, other.type);
    f.FlockLayout.whence.write(view, 0, f.SEEK_SET);
    f.FlockLayout.start.write(view, 0, other.start);
    f.FlockLayout.len.write(view, 0, other.end === Number.POSITIVE_INFINITY ? 0 : other.end - other.start);
    f.FlockLayout.pid.write(view, 0, other.pid);
  }
  return task.memory.copyOutScratch(address, 0, f.FlockLayout.byteLength);
}

function setLock(task: Task, file: FileDescription, address: number, isOfd: boolean, waits: boolean): Result {
  const request = readLock(task, file, address, isOfd);
  if (typeof request === "number") return request;
  if (request.type === f.F_RDLCK && !canRead(file)) return -EBADF;
  if (request.type === f.F_WRLCK && !canWrite(file)) return -EBADF;
  file.inode.locks ??= new FileLocks();
  const { locks } = file.inode;
  const result = locks.setRange(request, waits ? task : null);
  if (result !== -EAGAIN || !waits) return result;
  if (task.wakeReason === WAKE_SIGNAL) {
    cancelWait(task);
    return -ERESTARTSYS;
  }
  return task.blockOn(locks.waiters, POLLIN);
}

/** flock(2). */
export function sysFlock(task: Task, args: SyscallArgs): Result {
  // Mandatory locks are gone from Linux, which takes the request and does nothing.
  if ((args.int(1) & LOCK_MAND) !== 0) return 0;
  const operation = args.int(1) & ~f.LOCK_NB;
  if (operation !== f.LOCK_SH && operation !== f.LOCK_EX && operation !== f.LOCK_UN) return -EINVAL;
  const file = fileOf(task, args.int(0));
  if (typeof file === "number") return file;
  file.inode.locks ??= new FileLocks();
  const { locks } = file.inode;
  const result = locks.flock(file, operation);
  if (result !== -EAGAIN || (args.int(1) & f.LOCK_NB) !== 0) return result;
  if (task.wakeReason === WAKE_SIGNAL) return -ERESTARTSYS;
  return task.blockOn(locks.waiters, POLLIN);
}

export const fcntlRows: RowTable = {
  72: supported("fcntl", sysFcntl, [fdArgument, oneOf(FCNTL_COMMANDS), hex]),
  73: supported("flock", sysFlock, [fdArgument, flags(FLOCK_OPERATIONS)]),
};
