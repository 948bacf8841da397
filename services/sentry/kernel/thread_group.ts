/**
 * A process: the tasks that share a process id, signal actions and limits (struct signal_struct).
 *
 * Invariant: `tasks` holds the tasks that haven't exited; `leader` is the task whose tid is `pid`, and stays known after its exit. `exitStatus` is final
 * once `isExiting`. A zombie (`isExited`) stays in `parent.children` until it is waited for.
 */
import { SIGCHLD } from "../../../shared/abi/signal.ts";
import { WaitQueue } from "../../../shared/waiter/wait_queue.ts";
import type { Kernel } from "./kernel.ts";
import type { Limits } from "./limits.ts";
import type { PidNamespace } from "./pid_namespace.ts";
import type { ControllingTerminal, ProcessGroup, Session } from "./session.ts";
import { PendingSignals } from "./signal/pending_signals.ts";
import { kick, sendToGroup } from "./signal/send.ts";
import type { SignalActions } from "./signal/signal_actions.ts";
import type { SignalInfo } from "./signal/signal_info.ts";
import { STATE_EXITED, type Task, WORK_SIGNAL } from "./task.ts";
import type { CpuLimit } from "./time/cpu_limit.ts";
import type { IntervalTimers } from "./time/interval_timers.ts";
import type { PosixTimers } from "./time/posix_timers.ts";

/** What getrusage(2) counts of tasks and children that are gone. */
export class Usage {
  cpuTimeNs = 0;
  maximumRssKb = 0;
  voluntarySwitches = 0;

  add(other: Usage): void {
    this.cpuTimeNs += other.cpuTimeNs;
    this.maximumRssKb = Math.max(this.maximumRssKb, other.maximumRssKb);
    this.voluntarySwitches += other.voluntarySwitches;
  }
}

export class ThreadGroup {
  readonly kernel: Kernel;
  readonly pidNamespace: PidNamespace;
  readonly pid: number;
  leader!: Task;
  readonly tasks = new Set<Task>();
  parent: ThreadGroup | null;
  /** The task that made it, for PR_SET_PDEATHSIG. */
  parentTask: Task | null = null;
  readonly children = new Set<ThreadGroup>();
  processGroup: ProcessGroup;
  actions: SignalActions;
  limits: Limits;
  /** Sent to the process as a whole. */
  readonly pending = new PendingSignals();
  /** Told POLLIN of every signal sent to the process or one of its tasks: signalfd(2). */
  readonly signalWaiters = new WaitQueue();
  /** Told POLLIN when a child exits, stops or continues: wait4(2). */
  readonly childWaiters = new WaitQueue();
  /** Told POLLIN at exit: pidfd_open(2). */
  readonly exitWaiters = new WaitQueue();

  /** What the parent gets at exit; 0 for nothing. */
  exitSignal = SIGCHLD;
  /** A status as wait4(2) stores it. */
  exitStatus = 0;
  isExiting = false;
  isExited = false;
  /** Waited for, and out of every table. */
  isReaped = false;
  /** The task that execs, while it waits for the others to go. */
  execTask: Task | null = null;
  /** Runs when a task of the group has exited, while execve(2) waits for that. */
  onTaskGone: (() => void) | null = null;

  /** For processes that the runtime started: runs once, with the wait status. */
  onExited: ((status: number) => void) | null = null;

  /** A stop signal is being obeyed: every task stops where it is. */
  stopSignal = 0;
  isStopped = false;
  /** wait4(2) hasn't told the parent yet. */
  stopReported = true;
  continueReported = true;

  isChildSubreaper = false;
  hasChildSubreaper = false;
  /** prctl(2) PR_SET_DUMPABLE. */
  dumpable = 1;
  /** It has called execve(2): setpgid(2) by the parent is refused. */
  hasExeced = false;
  oomScoreAdjust = 0;
  noThp = false;
  readonly usage = new Usage();
  readonly childrenUsage = new Usage();
  /** RLIMIT_CPU: looks whether the soft limit is used up; null while there is none. */
  cpuLimit: CpuLimit | null = null;
  intervalTimers: IntervalTimers | null = null;
  posixTimers: PosixTimers | null = null;
  readonly startNs: number;

  constructor(
    kernel: Kernel,
    pidNamespace: PidNamespace,
    pid: number,
    parent: ThreadGroup | null,
    processGroup: ProcessGroup,
    actions: SignalActions,
    limits: Limits,
  ) {
    this.kernel = kernel;
    this.pidNamespace = pidNamespace;
    this.pid = pid;
    this.parent = parent;
    this.processGroup = processGroup;
    this.actions = actions;
    this.limits = limits;
    this.startNs = kernel.timekeeper.monotonicNs();
    processGroup.members.add(this);
    parent?.children.add(this);
  }

  get session(): Session {
    return this.processGroup.session;
  }

  get terminal(): ControllingTerminal | null {
    return this.processGroup.session.terminal;
  }

  /** Process 1 of its namespace. */
  get isInit(): boolean {
    return this.pidNamespace.init === this;
  }

  /** An init that takes from its own namespace only signals that it handles: pid_namespaces(7). */
  get isProtected(): boolean {
    return this.pidNamespace.protectsInit && this.isInit;
  }

  sendSignal(info: SignalInfo): void {
    sendToGroup(this, info);
  }

  moveTo(processGroup: ProcessGroup): void {
    if (processGroup === this.processGroup) return;
    const old = this.processGroup;
    this.processGroup = processGroup;
    processGroup.members.add(this);
    this.#leave(old);
  }

  /** After the process was reaped. */
  leaveProcessGroup(): void {
    this.#leave(this.processGroup);
  }

  #leave(group: ProcessGroup): void {
    group.members.delete(this);
    if (group.members.size > 0) return;
    this.pidNamespace.forgetProcessGroup(group);
  }

  /** Shared pending signals that `except` has just blocked, or leaves behind by its exit, go to another task. */
  retargetPending(except: Task): void {
    for (const task of this.tasks) {
      if (task === except || task.state === STATE_EXITED) continue;
      const had = task.work & WORK_SIGNAL;
      task.recalculateSignals();
      if (had === 0 && (task.work & WORK_SIGNAL) !== 0) kick(task);
    }
  }

  /** CPU time of all its tasks, dead ones included. */
  cpuTimeNs(): number {
    let total = this.usage.cpuTimeNs;
    for (const task of this.tasks) total += task.cpuTimeNs();
    return total;
  }

  /** Any task that hasn't exited; the leader if it hasn't. */
  get anyTask(): Task | undefined {
    if (this.leader.state !== STATE_EXITED) return this.leader;
    return this.tasks.values().next().value;
  }
}
