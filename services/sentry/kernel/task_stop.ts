/** Job control's stops: a stop signal stops every task of a process, SIGCONT lets them go on; the parent hears of both. */
import { CLD_CONTINUED, CLD_STOPPED, SA_NOCLDSTOP, SIGCHLD, SIGCONT } from "../../../shared/abi/signal.ts";
import { kick, sendToGroup } from "./signal/send.ts";
import { INFO_CHILD, SignalInfo } from "./signal/signal_info.ts";
import { STATE_EXITED, STATE_STOPPED, type Task, WORK_STOP } from "./task.ts";
import type { ThreadGroup } from "./thread_group.ts";
import { clockTicks } from "./time/clock_ticks.ts";

const POLLIN = 1;

/** Begins to stop `group`: its tasks stop as they get here. */
export function stopGroup(group: ThreadGroup, signal: number): void {
  group.stopSignal = signal;
  for (const task of group.tasks) {
    if (task.state === STATE_EXITED) continue;
    task.work |= WORK_STOP;
    kick(task);
  }
}

/** Stops `task`, which is with the kernel and has WORK_STOP. */
export function stopTask(task: Task): void {
  task.state = STATE_STOPPED;
  task.thread.park(Number.POSITIVE_INFINITY);
  const group = task.threadGroup;
  if (group.isStopped) return;
  for (const other of group.tasks) {
    if (other.state !== STATE_STOPPED && other.state !== STATE_EXITED && !other.isInVfork) return;
  }
  group.isStopped = true;
  group.stopReported = false;
  group.continueReported = true;
  notifyParentOfStop(group, CLD_STOPPED, group.stopSignal);
}

/** SIGCONT was sent: everything goes on. */
export function continueGroup(group: ThreadGroup): void {
  const wasStopped = group.isStopped;
  endStop(group);
  if (!wasStopped) return;
  group.continueReported = false;
  notifyParentOfStop(group, CLD_CONTINUED, SIGCONT);
}

/** Lets every task go on without a word to the parent: for SIGKILL, and as the first half of SIGCONT. */
export function endStop(group: ThreadGroup): void {
  if (group.stopSignal === 0) return;
  group.stopSignal = 0;
  group.isStopped = false;
  group.stopReported = true;
  for (const task of group.tasks) {
    task.work &= ~WORK_STOP;
    if (task.state === STATE_STOPPED) group.kernel.unpark(task);
  }
}

function notifyParentOfStop(group: ThreadGroup, code: number, status: number): void {
  const parent = group.parent;
  if (parent === null) return;
  if ((parent.actions.get(SIGCHLD).flags & SA_NOCLDSTOP) === 0) {
    const info = new SignalInfo(SIGCHLD, code);
    info.layout = INFO_CHILD;
    info.pid = group.pid;
    info.uid = group.leader.credentials.ruid;
    info.status = status;
    info.utime = clockTicks(group.cpuTimeNs());
    sendToGroup(parent, info);
  }
  parent.childWaiters.notify(POLLIN);
}
