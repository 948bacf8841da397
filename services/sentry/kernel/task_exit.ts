/**
 * How tasks and processes end: exit(2), exit_group(2), death by signal; zombies, orphans and their new parents (kernel/exit.c).
 *
 * Order: a task first gives back what others wait for in its memory (robust futexes, clear_child_tid), then files and memory; the last task of a process
 * makes the zombie and tells the parent.
 */
import {
  CLD_DUMPED,
  CLD_EXITED,
  CLD_KILLED,
  SIG_IGN,
  SIGCHLD,
  SIGCONT,
  SIGHUP,
  SIGKILL,
  SIGRTMAX,
} from "../../../shared/abi/signal.ts";
import { releaseRobustList, wakeClearedTid } from "./robust_list.ts";
import type { ProcessGroup } from "./session.ts";
import { CORE_FLAG } from "./signal/deliver.ts";
import { kickToDeath, sendToGroup, sendToProcessGroup } from "./signal/send.ts";
import { INFO_CHILD, SignalInfo } from "./signal/signal_info.ts";
import {
  STATE_BLOCKED,
  STATE_EXITED,
  STATE_IN_KERNEL,
  STATE_RUNNING,
  STATE_STOPPED,
  type Task,
  WAKE_SIGNAL,
  WORK_EXIT,
} from "./task.ts";
import type { ThreadGroup } from "./thread_group.ts";
import { clockTicks } from "./time/clock_ticks.ts";

const POLLIN = 1;

/** The wait status of exit(`code`). */
export function exitedStatus(code: number): number {
  return (code & 0xff) << 8;
}

/** Every task of `group` is to exit, and `status` is what the parent will see. The first caller's status counts. */
export function exitGroup(group: ThreadGroup, status: number): void {
  if (group.isExiting || group.isExited) return;
  group.isExiting = true;
  group.exitStatus = status;
  killTasks(group, null);
}

/** Makes every task of `group` but `survivor` exit: exit_group(2), execve(2). */
export function killTasks(group: ThreadGroup, survivor: Task | null): void {
  for (const task of [...group.tasks]) {
    if (task === survivor || task.state === STATE_EXITED) continue;
    task.work |= WORK_EXIT;
    if (task.state === STATE_STOPPED) group.kernel.unpark(task);
    else if (task.isInVfork) task.endVfork();
    else kickToDeath(task);
  }
}

/** Ends `task`, whose thread is with the kernel, or gone with its address space. */
export function exitTask(task: Task): void {
  if (task.state === STATE_EXITED) return;
  const group = task.threadGroup;
  const { thread, mm } = task;
  if (task.state === STATE_BLOCKED) cancelCall(task);
  releaseRobustList(task);
  wakeClearedTid(task);

  const isRunning = task.state === STATE_RUNNING;
  group.usage.cpuTimeNs += task.cpuTimeNs();
  group.usage.voluntarySwitches += task.voluntarySwitches;
  group.usage.maximumRssKb = Math.max(group.usage.maximumRssKb, Math.floor(mm.peakBytes / 1024));
  task.state = STATE_EXITED;
  task.callState = null;
  group.tasks.delete(task);

  const { vforkDone } = task;
  task.vforkDone = null;
  if (!isRunning && mm.users > 1) {
    task.forgetAffinity();
    thread.release();
  }
  mm.dropReference();
  vforkDone?.();
  task.fdTable.dropReference();
  task.fs.dropReference();
  task.kernel.onTaskExit(task);
  passOnChildren(task);

  if (group.tasks.size === 0) exitThreadGroup(group);
  else {
    if (task !== group.leader) group.pidNamespace.remove(task);
    group.retargetPending(task);
  }
  group.onTaskGone?.();
}

/** Lets the handler of a blocked call take its waiters back. */
function cancelCall(task: Task): void {
  task.wake(WAKE_SIGNAL);
  if (task.state === STATE_IN_KERNEL) task.kernel.abandonCall(task);
}

/** Children made by `task` get another task of the process as the one whose death they are told of. */
function passOnChildren(task: Task): void {
  const group = task.threadGroup;
  const heir = group.tasks.values().next().value ?? null;
  for (const child of group.children) {
    if (child.parentTask !== task) continue;
    child.parentTask = heir;
    sendParentDeathSignal(child);
  }
}

function sendParentDeathSignal(child: ThreadGroup): void {
  for (const task of child.tasks) {
    if (task.parentDeathSignal === 0) continue;
    sendToGroup(child, SignalInfo.user(task.parentDeathSignal, child.parent?.pid ?? 0, 0));
  }
}

/** The last task of `group` is gone. */
function exitThreadGroup(group: ThreadGroup): void {
  const { kernel } = group;
  group.isExited = true;
  group.isExiting = true;
  group.cpuLimit?.cancel();
  group.intervalTimers?.cancelAll();
  group.posixTimers?.deleteAll();
  group.actions.dropReference();
  group.pending.clear();
  if (group.isInit) killNamespace(group);
  reparentChildren(group);

  const { session, processGroup } = group;
  if (session.leader === group) {
    session.leader = null;
    session.terminal?.onSessionLeaderExit(session);
  }
  hangUpIfOrphaned(processGroup, group);
  group.exitWaiters.notify(POLLIN);
  group.onExited?.(group.exitStatus);
  if (group.parent === null) reap(group);
  else notifyParent(group);
  if (group.isInit) kernel.onInitExit(group.exitStatus);
}

/** Init is gone, and with it everybody. */
function killNamespace(init: ThreadGroup): void {
  for (const other of init.pidNamespace.threadGroups()) {
    if (other === init || other.isExited) continue;
    const info = SignalInfo.kernel(SIGKILL);
    sendToGroup(other, info);
  }
}

function findReaper(group: ThreadGroup): ThreadGroup | null {
  for (let ancestor = group.parent; ancestor !== null; ancestor = ancestor.parent) {
    if (ancestor.isChildSubreaper && !ancestor.isExited) return ancestor;
  }
  const { init } = group.pidNamespace;
  return init === group || init === null || init.isExited ? null : init;
}

function reparentChildren(group: ThreadGroup): void {
  if (group.children.size === 0) return;
  const reaper = findReaper(group);
  for (const child of [...group.children]) {
    group.children.delete(child);
    child.parent = reaper;
    child.parentTask = reaper?.anyTask ?? null;
    if (!child.isExited) {
      reaper?.children.add(child);
      child.exitSignal = SIGCHLD;
      if (child.processGroup !== group.processGroup) hangUpIfOrphaned(child.processGroup, null);
      continue;
    }
    if (reaper === null) {
      reap(child);
      continue;
    }
    reaper.children.add(child);
    child.exitSignal = SIGCHLD;
    notifyParent(child);
  }
}

/** A process group that nobody can continue any more, with a stopped member, gets SIGHUP and SIGCONT. */
function hangUpIfOrphaned(processGroup: ProcessGroup, leaving: ThreadGroup | null): void {
  if (!processGroup.hasStoppedMember || !processGroup.isOrphaned(leaving)) return;
  sendToProcessGroup(processGroup, SignalInfo.kernel(SIGHUP));
  sendToProcessGroup(processGroup, SignalInfo.kernel(SIGCONT));
}

/** Tells the parent that `group` is a zombie, or reaps it if the parent doesn't want to know. */
function notifyParent(group: ThreadGroup): void {
  const parent = group.parent as ThreadGroup;
  const signal = group.exitSignal;
  const ignores = signal === SIGCHLD && parent.actions.reapsChildren;
  // clone(2) takes any byte for a signal, and those that are none tell nobody.
  const isSignal = signal > 0 && signal <= SIGRTMAX;
  if (isSignal && !(signal === SIGCHLD && parent.actions.get(SIGCHLD).handler === SIG_IGN)) {
    sendToGroup(parent, childInfo(group, signal));
  }
  if (ignores) reap(group);
  parent.childWaiters.notify(POLLIN);
}

function childInfo(group: ThreadGroup, signal: number): SignalInfo {
  const info = new SignalInfo(signal, exitCode(group.exitStatus));
  info.layout = INFO_CHILD;
  info.pid = group.pid;
  info.uid = group.leader.credentials.ruid;
  info.status = exitValue(group.exitStatus);
  info.utime = clockTicks(group.cpuTimeNs());
  return info;
}

/** CLD_* of a wait status. */
export function exitCode(status: number): number {
  if ((status & 0x7f) === 0) return CLD_EXITED;
  return (status & CORE_FLAG) !== 0 ? CLD_DUMPED : CLD_KILLED;
}

/** si_status of a wait status: the exit code or the signal. */
export function exitValue(status: number): number {
  return (status & 0x7f) === 0 ? (status >> 8) & 0xff : status & 0x7f;
}

/** The zombie has been waited for: nothing of it is left. */
export function reap(group: ThreadGroup): void {
  if (group.isReaped) return;
  group.isReaped = true;
  const { parent } = group;
  if (parent !== null) {
    parent.children.delete(group);
    parent.childrenUsage.add(group.usage);
    parent.childrenUsage.add(group.childrenUsage);
  }
  group.pidNamespace.remove(group.leader);
  group.leaveProcessGroup();
}
