/** Who may do what to another process: kill(2), ptrace(2) access checks. */
import { CAP_KILL, CAP_SYS_PTRACE } from "../../../shared/abi/capability.ts";
import { EPERM, type Errno, ESRCH } from "../../../shared/abi/errno.ts";
import { SIGCONT } from "../../../shared/abi/signal.ts";
import type { Task } from "./task.ts";

/** kill(2): by user ids, by CAP_KILL, or SIGCONT within a session. */
export function mayKill(task: Task, target: Task, signal: number): boolean {
  if (target.threadGroup === task.threadGroup) return true;
  const mine = task.credentials;
  const theirs = target.credentials;
  if (
    mine.euid === theirs.suid ||
    mine.euid === theirs.ruid ||
    mine.ruid === theirs.suid ||
    mine.ruid === theirs.ruid
  ) {
    return true;
  }
  if (mine.has(CAP_KILL)) return true;
  return signal === SIGCONT && task.threadGroup.session === target.threadGroup.session;
}

/** ptrace(2) "access mode checking", PTRACE_MODE_ATTACH_REALCREDS: also for process_vm_readv(2), /proc/[pid]/mem, prlimit(2)... */
export function mayTrace(task: Task, target: Task): boolean {
  if (task.threadGroup === target.threadGroup) return true;
  if (task.credentials.has(CAP_SYS_PTRACE)) return true;
  const mine = task.credentials;
  const theirs = target.credentials;
  const isSameUser = mine.ruid === theirs.euid && mine.ruid === theirs.suid && mine.ruid === theirs.ruid;
  const isSameGroup = mine.rgid === theirs.egid && mine.rgid === theirs.sgid && mine.rgid === theirs.rgid;
  if (!isSameUser || !isSameGroup || target.threadGroup.dumpable !== 1) return false;
  const { low, high } = theirs.permitted;
  return ((low & ~mine.permitted.low) | (high & ~mine.permitted.high)) === 0;
}

/** The task `tid`, if `task` may trace it; -ESRCH or -EPERM. */
export function findTraceable(task: Task, tid: number): Task | Errno {
  const target = task.kernel.findTask(tid);
  if (target === undefined || target.isExited) return -ESRCH;
  return mayTrace(task, target) ? target : -EPERM;
}
