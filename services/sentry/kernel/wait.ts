/** Which child has changed: the search that wait4(2) and waitid(2) share (kernel/exit.c do_wait). */
import { ECHILD, type Errno } from "../../../shared/abi/errno.ts";
import { CLD_CONTINUED, CLD_STOPPED, SIGCHLD, SIGCONT } from "../../../shared/abi/signal.ts";
import {
  __WALL,
  __WCLONE,
  P_ALL,
  P_PGID,
  P_PID,
  WCONTINUED,
  WEXITED,
  WNOWAIT,
  WSTOPPED,
} from "../../../shared/abi/wait.ts";
import { exitCode, exitValue, reap } from "./task_exit.ts";
import type { ThreadGroup } from "./thread_group.ts";
import { Usage } from "./thread_group.ts";

/** What a wait is for. */
export interface WaitRequest {
  /** P_ALL, P_PID or P_PGID (P_PIDFD has become P_PID). */
  readonly idType: number;
  readonly id: number;
  /** WEXITED, WSTOPPED, WCONTINUED, WNOWAIT, __WALL, __WCLONE. */
  readonly options: number;
}

/** What was found. Owned by the caller. */
export interface WaitReport {
  readonly pid: number;
  readonly uid: number;
  /** CLD_* */
  readonly code: number;
  /** As si_status: an exit code or a signal. */
  readonly value: number;
  /** As wait4(2) stores it. */
  readonly status: number;
  readonly usage: Usage;
}

const STATUS_STOPPED = 0x7f;
const STATUS_CONTINUED = 0xffff;

/** A change among the children of `parent`; null when there is none yet; -ECHILD when there can never be one. Consumes it, unless WNOWAIT. */
export function findChange(parent: ThreadGroup, request: WaitRequest): WaitReport | null | Errno {
  let hasCandidate = false;
  for (const child of parent.children) {
    if (!matches(child, request)) continue;
    hasCandidate = true;
    const report = changeOf(child, request.options);
    if (report !== null) return report;
  }
  return hasCandidate ? null : -ECHILD;
}

function matches(child: ThreadGroup, request: WaitRequest): boolean {
  if (request.idType === P_PID && child.pid !== request.id) return false;
  if (request.idType === P_PGID && child.processGroup.id !== request.id) return false;
  if (request.idType !== P_ALL && request.idType !== P_PID && request.idType !== P_PGID) return false;
  if ((request.options & __WALL) !== 0) return true;
  const isClone = child.exitSignal !== SIGCHLD;
  return isClone === ((request.options & __WCLONE) !== 0);
}

function changeOf(child: ThreadGroup, options: number): WaitReport | null {
  const keep = (options & WNOWAIT) !== 0;
  if (child.isExited) {
    if ((options & WEXITED) === 0) return null;
    const status = child.exitStatus;
    const found = report(child, exitCode(status), exitValue(status), status);
    if (!keep) reap(child);
    return found;
  }
  if ((options & WSTOPPED) !== 0 && child.isStopped && !child.stopReported) {
    if (!keep) child.stopReported = true;
    return report(child, CLD_STOPPED, child.stopSignal, (child.stopSignal << 8) | STATUS_STOPPED);
  }
  if ((options & WCONTINUED) !== 0 && !child.continueReported) {
    if (!keep) child.continueReported = true;
    return report(child, CLD_CONTINUED, SIGCONT, STATUS_CONTINUED);
  }
  return null;
}

function report(child: ThreadGroup, code: number, value: number, status: number): WaitReport {
  const usage = new Usage();
  usage.add(child.usage);
  usage.add(child.childrenUsage);
  if (!child.isExited) usage.cpuTimeNs = child.cpuTimeNs();
  return { pid: child.pid, uid: child.leader.credentials.ruid, code, value, status, usage };
}
