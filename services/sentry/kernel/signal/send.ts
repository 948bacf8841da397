/**
 * How signals reach a process: signal(7), kernel/signal.c. Generation drops what is ignored, lets SIGCONT and the stop signals cancel
 * each other, queues the rest and wakes somebody who can take it.
 */
import { EAGAIN, type Errno } from "../../../../shared/abi/errno.ts";
import { RLIMIT_SIGPENDING } from "../../../../shared/abi/resource.ts";
import {
  SIG_DFL,
  SIG_IGN,
  SIGCONT,
  SIGKILL,
  SIGRTMIN,
  SIGSTOP,
  SIGTSTP,
  SIGTTIN,
  SIGTTOU,
} from "../../../../shared/abi/signal.ts";
import type { ProcessGroup } from "../session.ts";
import {
  STATE_BLOCKED,
  STATE_EXITED,
  STATE_RUNNING,
  STATE_STOPPED,
  type Task,
  WAKE_READY,
  WAKE_SIGNAL,
  WORK_EXIT,
  WORK_SIGNAL,
} from "../task.ts";
import { continueGroup, endStop } from "../task_stop.ts";
import type { ThreadGroup } from "../thread_group.ts";
import type { PendingSignals } from "./pending_signals.ts";
import { DEFAULT_ACTION, DISPOSITION_STOP, DISPOSITION_TERMINATE, defaultDisposition } from "./signal_actions.ts";
import { SignalInfo } from "./signal_info.ts";

const POLLIN = 1;

/** Sends to one task: tgkill(2). 0, or -EAGAIN when a real-time queue is full. */
export function sendToTask(task: Task, info: SignalInfo): 0 | Errno {
  if (task.state === STATE_EXITED) return 0;
  const group = task.threadGroup;
  if (!prepare(group, info) || isDropped(task, info)) return 0;
  const queued = enqueue(group, task.pending, info);
  if (queued < 0) return queued;
  group.signalWaiters.notify(POLLIN);
  if (info.signal === SIGKILL || wants(task, info.signal)) deliverTo(task, info);
  return 0;
}

/** Sends to the process: kill(2). */
export function sendToGroup(group: ThreadGroup, info: SignalInfo): 0 | Errno {
  const main = group.anyTask;
  if (main === undefined || group.isExited) return 0;
  if (!prepare(group, info) || isDropped(main, info)) return 0;
  const queued = enqueue(group, group.pending, info);
  if (queued < 0) return queued;
  group.signalWaiters.notify(POLLIN);
  if (info.signal === SIGKILL || wants(main, info.signal)) {
    deliverTo(main, info);
    return 0;
  }
  for (const task of group.tasks) {
    if (!wants(task, info.signal)) continue;
    deliverTo(task, info);
    break;
  }
  return 0;
}

/** Sends a copy to every process of a group, as the terminal driver does. */
export function sendToProcessGroup(processGroup: ProcessGroup, info: SignalInfo): void {
  for (const group of [...processGroup.members]) sendToGroup(group, info);
}

/** A fault that can't be put off: if it is blocked or ignored, the default action is taken (force_sig). */
export function forceSignal(task: Task, info: SignalInfo): void {
  const actions = task.threadGroup.actions;
  const action = actions.get(info.signal);
  const isBlocked = task.signalMask.has(info.signal);
  if (isBlocked || action.handler === SIG_IGN) {
    actions.set(info.signal, DEFAULT_ACTION);
    if (isBlocked) {
      const mask = task.signalMask.clone();
      mask.remove(info.signal);
      task.setSignalMask(mask.low, mask.high);
    }
  }
  if (actions.get(info.signal).handler === SIG_DFL) info.fromOutside = true;
  task.pending.add(info);
  task.recalculateSignals();
}

/** A thread that is to end and doesn't come to the kernel for so long has shut its ears. */
const PATIENCE_NS = 2e9;

/** As `kick`, for a task that is to end: if its thread doesn't come, its process is killed. */
export function kickToDeath(task: Task): void {
  kick(task);
  if (task.state !== STATE_RUNNING) return;
  const { timers, platform } = task.kernel;
  timers.at(platform.nowNs() + PATIENCE_NS, () => {
    if (task.state === STATE_RUNNING && task.work !== 0) task.thread.space.terminate();
  });
}

/** Gets a task to look at its `work`. */
export function kick(task: Task): void {
  if (task.state === STATE_RUNNING) task.thread.interrupt();
  else if (task.state === STATE_BLOCKED) task.wake(WAKE_SIGNAL);
  else if (task.state === STATE_STOPPED && (task.work & WORK_EXIT) !== 0) task.kernel.unpark(task);
}

function deliverTo(task: Task, info: SignalInfo): void {
  task.recalculateSignals();
  if (task.sigwaitSet !== null && task.state === STATE_BLOCKED) {
    task.wake(WAKE_READY);
    return;
  }
  if ((task.work & WORK_SIGNAL) === 0) return;
  // The wait for a vfork(2) child ends for nothing but death.
  if (task.isInVfork && isDeadly(task, info)) task.endVfork();
  else if (info.signal === SIGKILL) kickToDeath(task);
  else kick(task);
}

/** As complete_signal(): signals that would dump core first aren't. */
function isDeadly(task: Task, { signal, fromOutside }: SignalInfo): boolean {
  if (signal === SIGKILL) return true;
  const group = task.threadGroup;
  if (group.isProtected && !fromOutside) return false;
  return group.actions.get(signal).handler === SIG_DFL && defaultDisposition(signal) === DISPOSITION_TERMINATE;
}

function wants(task: Task, signal: number): boolean {
  if (task.state === STATE_EXITED) return false;
  return !task.signalMask.has(signal) || task.sigwaitSet?.has(signal) === true;
}

/** The side effects that come before anything else. False when the signal isn't to be sent at all. */
function prepare(group: ThreadGroup, info: SignalInfo): boolean {
  const { signal } = info;
  if (signal === SIGCONT) {
    discardEverywhere(group, SIGSTOP);
    discardEverywhere(group, SIGTSTP);
    discardEverywhere(group, SIGTTIN);
    discardEverywhere(group, SIGTTOU);
    continueGroup(group);
  } else if (signal === SIGKILL) {
    endStop(group);
  } else if (defaultDisposition(signal) === DISPOSITION_STOP) {
    discardEverywhere(group, SIGCONT);
  }
  return !group.isExited && !(group.isExiting && signal !== SIGKILL);
}

function discardEverywhere(group: ThreadGroup, signal: number): void {
  group.pending.discard(signal);
  for (const task of group.tasks) task.pending.discard(signal);
}

function isDropped(task: Task, info: SignalInfo): boolean {
  const { signal } = info;
  const group = task.threadGroup;
  if (group.isProtected && !info.fromOutside && group.actions.get(signal).handler === SIG_DFL) return true;
  if (task.signalMask.has(signal) || task.sigwaitSet?.has(signal) === true) return false;
  return group.actions.isIgnored(signal);
}

function enqueue(group: ThreadGroup, pending: PendingSignals, info: SignalInfo): 0 | Errno {
  if (info.signal >= SIGRTMIN && pending.count >= group.limits.soft[RLIMIT_SIGPENDING]) return -EAGAIN;
  pending.add(info);
  return 0;
}

/** SIGPIPE for a write(2) to a pipe or socket without a reader. */
export function sendPipeSignal(task: Task): void {
  const info = SignalInfo.user(13, task.threadGroup.pid, task.credentials.ruid);
  sendToTask(task, info);
}
