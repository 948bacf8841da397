/** wait4(2), waitid(2), pidfd_open(2), pidfd_send_signal(2), pidfd_getfd(2). */
import { EBADF, ECHILD, EINVAL, EPERM, ERESTARTSYS, type Errno, ESRCH, isErrno } from "../../../shared/abi/errno.ts";
import { PIDFD_NONBLOCK, PIDFD_THREAD } from "../../../shared/abi/pidfd.ts";
import { RusageLayout } from "../../../shared/abi/resource.ts";
import { SIGCHLD, SiginfoChildLayout, SiginfoLayout } from "../../../shared/abi/signal.ts";
import {
  __WALL,
  __WCLONE,
  __WNOTHREAD,
  P_ALL,
  P_PGID,
  P_PID,
  P_PIDFD,
  WCONTINUED,
  WEXITED,
  WNOHANG,
  WNOWAIT,
  WSTOPPED,
  WUNTRACED,
} from "../../../shared/abi/wait.ts";
import { findTraceable } from "../kernel/permissions.ts";
import { PidFile } from "../kernel/pidfd.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import { type Task, WAKE_SIGNAL } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import { findChange, type WaitReport, type WaitRequest } from "../kernel/wait.ts";
import { anyFileOf } from "./paths.ts";
import { addr, fd, flags, hex, int, oneOf, pid, type RowTable, supported } from "./row.ts";
import { writeUsage } from "./usage.ts";

const POLLIN = 1;
const O_NONBLOCK = 0o4000;
const RUSAGE_AT = 256;

const WAIT_OPTIONS: readonly (readonly [number, string])[] = [
  [WNOHANG, "WNOHANG"],
  [WSTOPPED, "WSTOPPED"],
  [WEXITED, "WEXITED"],
  [WCONTINUED, "WCONTINUED"],
  [WNOWAIT, "WNOWAIT"],
  [__WALL, "__WALL"],
  [__WCLONE, "__WCLONE"],
];

/** wait4(2). */
export function sysWait4(task: Task, args: SyscallArgs): Result {
  return wait4(task, args.int(0), args.addr(1), args.int(2), args.addr(3));
}

function wait4(task: Task, id: number, statusAddr: number, options: number, usageAddr: number): Result {
  if ((options & ~(WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL)) !== 0) return -EINVAL;
  // -INT_MIN has no positive counterpart.
  if (id === -0x8000_0000) return -ESRCH;
  const request: WaitRequest = {
    idType: id === -1 ? P_ALL : id > 0 ? P_PID : P_PGID,
    id: id === 0 ? task.threadGroup.processGroup.id : Math.abs(id),
    options: options | WEXITED,
  };
  const found = findChange(task.threadGroup, request);
  if (isErrno(found)) return found;
  if (found === null) return nothingYet(task, options);
  // As on Linux, a child that was waited for stays so if its status can't be stored.
  if (statusAddr !== 0) {
    const stored = task.memory.copyOutU32(statusAddr, found.status);
    if (stored < 0) return stored;
  }
  const stored = storeUsage(task, usageAddr, found);
  return stored < 0 ? stored : found.pid;
}

function nothingYet(task: Task, options: number): Result {
  if ((options & WNOHANG) !== 0) return 0;
  if (task.wakeReason === WAKE_SIGNAL) return -ERESTARTSYS;
  return task.blockOn(task.threadGroup.childWaiters, POLLIN);
}

function storeUsage(task: Task, address: number, found: WaitReport): 0 | Errno {
  if (address === 0) return 0;
  writeUsage(TaskMemory.scratchView, RUSAGE_AT, found.usage);
  return task.memory.copyOutScratch(address, RUSAGE_AT, RusageLayout.byteLength);
}

/** waitid(2). */
export function sysWaitid(task: Task, args: SyscallArgs): Result {
  return waitid(task, args.int(0), args.int(1), args.addr(2), args.int(3), args.addr(4));
}

function waitid(task: Task, idType: number, id: number, infoAddr: number, options: number, usageAddr: number): Result {
  const known = WNOHANG | WNOWAIT | WEXITED | WSTOPPED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL;
  if ((options & ~known) !== 0 || (options & (WEXITED | WSTOPPED | WCONTINUED)) === 0) return -EINVAL;
  let asked: WaitRequest = { idType, id, options };
  let isNonblocking = false;
  switch (idType) {
    case P_ALL:
      break;
    case P_PID:
      if (id <= 0) return -EINVAL;
      break;
    case P_PGID:
      if (id < 0) return -EINVAL;
      if (id === 0) asked = { idType, id: task.threadGroup.processGroup.id, options };
      break;
    case P_PIDFD: {
      if (id < 0) return -EINVAL;
      const file = anyFileOf(task, id);
      if (isErrno(file)) return file;
      if (!(file instanceof PidFile)) return -EBADF;
      const target = file.target;
      if (target === null) return -ECHILD;
      isNonblocking = (file.flags & O_NONBLOCK) !== 0;
      asked = { idType: P_PID, id: target.pid, options };
      break;
    }
    default:
      return -EINVAL;
  }
  const found = findChange(task.threadGroup, asked);
  if (isErrno(found)) return found;
  if (found === null) {
    if (isNonblocking && (options & WNOHANG) === 0) return -11;
    const result = nothingYet(task, options);
    return result === 0 && infoAddr !== 0 ? clearInfo(task, infoAddr) : result;
  }
  const stored = storeUsage(task, usageAddr, found);
  if (stored < 0) return stored;
  return infoAddr === 0 ? 0 : storeInfo(task, infoAddr, found);
}

/** As Linux: the members that say that nothing was found. */
function clearInfo(task: Task, address: number): Result {
  const view = TaskMemory.scratchView;
  SiginfoLayout.zero(view, 0);
  return task.memory.copyOutScratch(address, 0, 28);
}

function storeInfo(task: Task, address: number, found: WaitReport): Result {
  const view = TaskMemory.scratchView;
  SiginfoLayout.zero(view, 0);
  SiginfoChildLayout.signo.write(view, 0, SIGCHLD);
  SiginfoChildLayout.code.write(view, 0, found.code);
  SiginfoChildLayout.pid.write(view, 0, found.pid);
  SiginfoChildLayout.uid.write(view, 0, found.uid);
  SiginfoChildLayout.status.write(view, 0, found.value);
  return task.memory.copyOutScratch(address, 0, 28);
}

/** pidfd_open(2). */
export function sysPidfdOpen(task: Task, args: SyscallArgs): Result {
  const id = args.int(0);
  const openFlags = args.uint(1);
  if ((openFlags & ~(PIDFD_NONBLOCK | PIDFD_THREAD)) !== 0 || id <= 0) return -EINVAL;
  const target = task.kernel.findTask(id);
  if (target === undefined) return -ESRCH;
  if (!target.isLeader || (openFlags & PIDFD_THREAD) !== 0) return -EINVAL;
  const file = new PidFile(openFlags & PIDFD_NONBLOCK);
  file.setTarget(target.threadGroup);
  const number = task.fdTable.install(file, true);
  if (number < 0) file.dropReference();
  return number;
}

/** pidfd_getfd(2). */
export function sysPidfdGetfd(task: Task, args: SyscallArgs): Result {
  if (args.uint(2) !== 0) return -EINVAL;
  const file = anyFileOf(task, args.int(0));
  if (isErrno(file)) return file;
  if (!(file instanceof PidFile)) return -EBADF;
  if (file.target === null) return -ESRCH;
  const target = findTraceable(task, file.target.pid);
  if (isErrno(target)) return target === -EPERM ? -EPERM : -ESRCH;
  const wanted = target.fdTable.get(args.int(1));
  if (wanted === undefined) return -EBADF;
  const number = task.fdTable.install(wanted, true);
  if (number >= 0) wanted.takeReference();
  return number;
}

export const waitRows: RowTable = {
  61: supported("wait4", sysWait4, [pid, addr, flags(WAIT_OPTIONS), addr]),
  247: supported("waitid", sysWaitid, [
    oneOf([
      [P_ALL, "P_ALL"],
      [P_PID, "P_PID"],
      [P_PGID, "P_PGID"],
      [P_PIDFD, "P_PIDFD"],
    ]),
    int,
    addr,
    flags(WAIT_OPTIONS),
    addr,
  ]),
  434: supported("pidfd_open", sysPidfdOpen, [pid, hex]),
  438: supported("pidfd_getfd", sysPidfdGetfd, [fd, fd, hex]),
};
