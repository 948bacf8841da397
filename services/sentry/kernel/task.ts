/**
 * A thread of the application, as Linux's struct task_struct: the state machine that runs application code, serves its system calls, and exits.
 *
 * Invariant: `state` says who has the task's host thread. RUNNING: the application. IN_KERNEL: a handler runs for it, or is queued to run.
 * BLOCKED and STOPPED: it is parked and waits to be woken or continued. TAKEN: an order, fork or other request is with the platform, or the task waits for
 * something that ends by `finish`. EXITED: nobody; the task is gone for ever.
 *
 * Blocking: a handler registers what it waits for by `block` or `blockOn` and returns BLOCKED. On a wake-up the *same handler runs again* from its start;
 * `wakeReason` says why, and `callState` keeps what it must remember (bytes done, the file, an absolute deadline). Both are cleared when the call ends.
 */

import { CAP_IPC_LOCK } from "../../../shared/abi/capability.ts";
import { ERESTART_RESTARTBLOCK, type Errno } from "../../../shared/abi/errno.ts";
import { RLIMIT_AS, RLIMIT_DATA, RLIMIT_MEMLOCK } from "../../../shared/abi/resource.ts";
import { Waiter, type WaitQueue } from "../../../shared/waiter/wait_queue.ts";
import type { MemoryLimits, MemoryManager } from "../mm/memory_manager.ts";
import type { AppThread, Order } from "../platform/platform.ts";
import type { Credentials } from "../vfs/credentials.ts";
import type { VfsContext } from "../vfs/types.ts";
import type { FDTable } from "./fd_table.ts";
import type { FsContext } from "./fs_context.ts";
import type { IpcNamespace } from "./ipc/ipc_namespace.ts";
import type { Kernel } from "./kernel.ts";
import { findTraceable } from "./permissions.ts";
import { BLOCKED, type Result, TAKEN } from "./result.ts";
import { PendingSignals } from "./signal/pending_signals.ts";
import { sendToTask } from "./signal/send.ts";
import type { SignalInfo } from "./signal/signal_info.ts";
import { SignalSet } from "./signal/signal_set.ts";
import { SyscallArgs } from "./syscall_args.ts";
import { TaskMemory } from "./task_memory.ts";
import { TaskVfsContext } from "./task_vfs_context.ts";
import type { ThreadGroup } from "./thread_group.ts";
import type { UtsNamespace } from "./uts.ts";

/** Why a blocked call runs again. */
export const WAKE_NONE = 0;
export const WAKE_READY = 1;
export const WAKE_TIMEOUT = 2;
/** A signal is to be delivered (or the task is to stop or die): end the call with -ERESTARTSYS, -EINTR or what has been done so far. */
export const WAKE_SIGNAL = 3;

/** Who has the host thread. */
export const STATE_RUNNING = 0;
export const STATE_IN_KERNEL = 1;
export const STATE_BLOCKED = 2;
export const STATE_TAKEN = 3;
export const STATE_STOPPED = 4;
export const STATE_EXITED = 5;

/** Bits of `Task.work`: what to do before the task goes back to its application. */
export const WORK_SIGNAL = 1;
export const WORK_STOP = 2;
export const WORK_EXIT = 4;
/** The mask that sigsuspend(2) and its kin have replaced is to be put back. */
export const WORK_RESTORE_MASK = 8;

/** Bits of every processor that the host may have. */
const EVERY_PROCESSOR = new Uint8Array(128).fill(0xff);

/** Ends `performOrders`: the result of the system call, or BLOCKED or TAKEN again. */
export type OrdersContinuation = (failedIndex: number, result: number) => Result;

/** Wakes its task. */
class TaskWaiter extends Waiter {
  readonly #task: Task;
  constructor(task: Task) {
    super();
    this.#task = task;
  }
  override onReady(_events: number): boolean {
    this.#task.wake(WAKE_READY);
    return true;
  }
}

/** Where signal handlers with SA_ONSTACK run, sigaltstack(2). */
export class AlternateStack {
  address = 0;
  size = 0;
  /** SS_DISABLE, SS_AUTODISARM as an unsigned 32-bit number. */
  flags = 2;

  copyFrom(other: AlternateStack): void {
    this.address = other.address;
    this.size = other.size;
    this.flags = other.flags;
  }

  disable(): void {
    this.address = 0;
    this.size = 0;
    this.flags = 2;
  }

  contains(stackPointer: number): boolean {
    return stackPointer > this.address && stackPointer - this.address <= this.size;
  }
}

/** What a task is made from. References (fdTable, fs, mm) are the task's own from then on. */
export interface TaskParts {
  readonly kernel: Kernel;
  readonly thread: AppThread;
  readonly tid: number;
  readonly threadGroup: ThreadGroup;
  readonly credentials: Credentials;
  readonly fs: FsContext;
  readonly fdTable: FDTable;
  readonly mm: MemoryManager;
  readonly uts: UtsNamespace;
  readonly ipc: IpcNamespace;
  readonly name: string;
}

export class Task {
  readonly kernel: Kernel;
  thread: AppThread;
  /** Changes only when a thread that isn't the leader calls execve(2). */
  tid: number;
  readonly threadGroup: ThreadGroup;
  readonly args: SyscallArgs;
  readonly memory: TaskMemory;
  credentials: Credentials;
  fs: FsContext;
  fdTable: FDTable;
  mm: MemoryManager;
  uts: UtsNamespace;
  /** Changed by `unshareIpc` only. */
  ipc: IpcNamespace;
  readonly vfsContext: VfsContext;
  /** comm: at most 15 bytes. */
  name: string;

  state = STATE_TAKEN;
  /** WORK_* bits. */
  work = 0;
  /** WAKE_* of the current run of the handler. */
  wakeReason = WAKE_NONE;
  /** What the blocked call remembers between its runs. */
  callState: unknown = null;
  /** The result that the interrupted or stopped call will have; see Kernel.returnToUser. */
  pendingResult = 0;
  /** Number of the system call it is in. */
  syscallNumber = -1;
  /** Where in the window lie the bytes that read(2) or a relative has queued for the program, and how many: for a copy that fails half-way. */
  queuedReadAt = 0;
  queuedReadBytes = 0;

  /** Sent to this very task. */
  readonly pending = new PendingSignals();
  readonly signalMask = new SignalSet();
  /** The mask to put back, while WORK_RESTORE_MASK is set. */
  readonly savedMask = new SignalSet();
  /** What rt_sigtimedwait(2) waits for. */
  sigwaitSet: SignalSet | null = null;
  readonly alternateStack = new AlternateStack();

  /** set_tid_address(2). */
  clearChildTid = 0;
  /** set_robust_list(2). */
  robustListHead = 0;
  /** prctl(2) PR_SET_PDEATHSIG. */
  parentDeathSignal = 0;
  personality = 0;
  timerSlackNs = 50_000;
  nice = 0;
  schedulerPolicy = 0;
  schedulerPriority = 0;
  /** The processors that it may run on, as sched_setaffinity(2) has set them; null for all. */
  affinity: Uint8Array | null = null;
  keepCapabilities = false;
  /** Wakes the parent of vfork(2) when this task execs or exits. */
  vforkDone: (() => void) | null = null;
  /** Ends the wait for a vfork child; null when there is none. */
  vforkWait: (() => void) | null = null;
  /** Ends `spawn` and `fork` of the platform. */
  onSpawned: ((child: AppThread | Errno) => Result) | null = null;
  readonly startNs: number;
  /** Of threads that it ran on before. */
  cpuTimeBeforeNs = 0;
  voluntarySwitches = 0;

  #deadlineNs = Number.POSITIVE_INFINITY;
  #interruptible = true;
  #ordersDone: OrdersContinuation | null = null;
  readonly #waiter: TaskWaiter;

  constructor(parts: TaskParts) {
    this.kernel = parts.kernel;
    this.thread = parts.thread;
    this.tid = parts.tid;
    this.threadGroup = parts.threadGroup;
    this.credentials = parts.credentials;
    this.fs = parts.fs;
    this.fdTable = parts.fdTable;
    this.mm = parts.mm;
    this.uts = parts.uts;
    this.ipc = parts.ipc;
    this.ipc.takeReference();
    this.name = parts.name;
    this.args = new SyscallArgs(parts.thread);
    this.memory = new TaskMemory(parts.kernel.platform, parts.thread);
    this.vfsContext = new TaskVfsContext(this);
    this.#waiter = new TaskWaiter(this);
    this.startNs = parts.kernel.timekeeper.monotonicNs();
    parts.thread.owner = this;
  }

  /** Moves the task to another host thread: execve(2). */
  adoptThread(thread: AppThread): void {
    this.cpuTimeBeforeNs = this.cpuTimeNs();
    this.forgetAffinity();
    if (this.affinity !== null) thread.setAffinity(this.affinity);
    this.thread.owner = null;
    this.thread = thread;
    this.args.thread = thread;
    this.memory.thread = thread;
    thread.owner = this;
  }

  setAffinity(mask: Uint8Array): void {
    this.affinity = mask;
    this.thread.setAffinity(mask);
  }

  /** Before the host thread is left to another task. */
  forgetAffinity(): void {
    if (this.affinity !== null) this.thread.setAffinity(EVERY_PROCESSOR);
  }

  // --- waiting ---

  /** Parks the task until `wake` or `deadlineNs` (CLOCK_MONOTONIC). Return its result from the handler. */
  block(deadlineNs = Number.POSITIVE_INFINITY): Result {
    this.#deadlineNs = deadlineNs;
    this.#interruptible = true;
    return BLOCKED;
  }

  /** As `block`, woken also when `queue` notifies one of `mask`. */
  blockOn(queue: WaitQueue, mask: number, deadlineNs = Number.POSITIVE_INFINITY): Result {
    queue.add(this.#waiter, mask);
    return this.block(deadlineNs);
  }

  /** As `block`, but signals don't wake it: for waits that are known to be short. */
  blockUninterruptible(): Result {
    this.#deadlineNs = Number.POSITIVE_INFINITY;
    this.#interruptible = false;
    return BLOCKED;
  }

  /** For the kernel: the handler has returned BLOCKED. */
  enterBlocked(): void {
    this.state = STATE_BLOCKED;
    this.voluntarySwitches++;
    if (this.#interruptible && this.hasPendingSignal()) this.wake(WAKE_SIGNAL);
    else this.thread.park(this.#deadlineNs);
  }

  /** Makes the handler of a blocked task run again, soon. Harmless when it isn't blocked. */
  wake(reason: number): void {
    if (this.state !== STATE_BLOCKED) return;
    this.#waiter.queue?.remove(this.#waiter);
    this.state = STATE_IN_KERNEL;
    this.wakeReason = reason;
    this.kernel.enqueue(this);
  }

  get isBlocked(): boolean {
    return this.state === STATE_BLOCKED;
  }

  get isExited(): boolean {
    return this.state === STATE_EXITED;
  }

  /** What a call that waited returns after WAKE_SIGNAL if it must remember a deadline in `callState`: it goes on waiting unless a handler runs. */
  interruptedWithDeadline(): Result {
    return -ERESTART_RESTARTBLOCK;
  }

  // --- requests to the platform ---

  /** Has the task's own thread run `orders`, then `done`, which gives the call's result. Return its result from the handler. */
  performOrders(orders: readonly Order[], done: OrdersContinuation): Result {
    return this.performOrdersOn(this.thread, orders, done);
  }

  /** As performOrders, on a thread that isn't the task's own yet: execve(2) fills the new address space so. */
  performOrdersOn(thread: AppThread, orders: readonly Order[], done: OrdersContinuation): Result {
    if (orders.length === 0) return done(-1, 0);
    this.state = STATE_TAKEN;
    this.#ordersDone = done;
    thread.owner = this;
    thread.order(orders);
    return TAKEN;
  }

  /**
   * As performOrders, for a call whose result is known: the thread goes on by itself with `value` when the orders are done. `failed` runs if one fails and gives
   * the result then.
   */
  performOrdersAndResume(orders: readonly Order[], value: number, failed: (result: number) => Result): Result {
    if (this.work !== 0 || this.kernel.isObserved) {
      return this.performOrders(orders, (failedIndex, result) => (failedIndex >= 0 ? failed(result) : value));
    }
    this.state = STATE_RUNNING;
    this.#ordersDone = (_failedIndex, result) => failed(result);
    this.thread.setResult(value);
    this.thread.orderAndResume(orders);
    return TAKEN;
  }

  /** As performOrdersAndResume, but the thread goes on with the registers as they are. The task has no work to do. */
  performOrdersAndGoOn(orders: readonly Order[], failed: (result: number) => Result): Result {
    this.state = STATE_RUNNING;
    this.#ordersDone = (_failedIndex, result) => failed(result);
    this.thread.orderAndResume(orders);
    return TAKEN;
  }

  /** For the kernel: the platform has run the orders. */
  takeOrdersContinuation(): OrdersContinuation | null {
    const done = this.#ordersDone;
    this.#ordersDone = null;
    return done;
  }

  /** Ends a call that answered TAKEN. */
  finish(result: Result): void {
    if (this.state !== STATE_TAKEN) return;
    this.state = STATE_IN_KERNEL;
    this.kernel.finishCall(this, result);
  }

  get isInVfork(): boolean {
    return this.vforkWait !== null;
  }

  /** The vfork child has its own memory now, or this task is to die. */
  endVfork(): void {
    const end = this.vforkWait;
    this.vforkWait = null;
    end?.();
  }

  // --- signals ---

  sendSignal(info: SignalInfo): void {
    sendToTask(this, info);
  }

  /** A signal that isn't blocked waits to be delivered, or the task is to stop or to die. */
  hasPendingSignal(): boolean {
    return (this.work & (WORK_SIGNAL | WORK_STOP | WORK_EXIT)) !== 0;
  }

  /** Sets WORK_SIGNAL from what is pending and not blocked. */
  recalculateSignals(): void {
    const shared = this.threadGroup.pending;
    const low = (this.pending.low | shared.low) & ~this.signalMask.low;
    const high = (this.pending.high | shared.high) & ~this.signalMask.high;
    if ((low | high) !== 0) this.work |= WORK_SIGNAL;
    else this.work &= ~WORK_SIGNAL;
  }

  /** Changes the mask of blocked signals (SIGKILL and SIGSTOP stay out of it). */
  setSignalMask(low: number, high: number): void {
    const mask = this.signalMask;
    const newlyLow = low & ~mask.low;
    const newlyHigh = high & ~mask.high;
    mask.setMask(low, high);
    this.recalculateSignals();
    const shared = this.threadGroup.pending;
    if (((shared.low & newlyLow) | (shared.high & newlyHigh)) !== 0) this.threadGroup.retargetPending(this);
  }

  /** The temporary mask of sigsuspend(2), ppoll(2), pselect6(2) and epoll_pwait(2): in force until the call ends. Harmless when called again. */
  setTemporaryMask(low: number, high: number): void {
    if ((this.work & WORK_RESTORE_MASK) !== 0) return;
    this.savedMask.copyFrom(this.signalMask);
    this.work |= WORK_RESTORE_MASK;
    this.setSignalMask(low, high);
  }

  restoreMask(): void {
    if ((this.work & WORK_RESTORE_MASK) === 0) return;
    this.work &= ~WORK_RESTORE_MASK;
    this.setSignalMask(this.savedMask.low, this.savedMask.high);
  }

  /** Takes the next pending signal among `wanted`, own or shared: rt_sigtimedwait(2), signalfd(2). */
  takeSignal(wanted: SignalSet): SignalInfo | null {
    const info = this.pending.takeAmong(wanted) ?? this.threadGroup.pending.takeAmong(wanted);
    if (info === null) return null;
    this.recalculateSignals();
    info.source?.onDequeued(info);
    return info;
  }

  /** The task `tid` if this one may trace it; -ESRCH or -EPERM. */
  findTraceable(tid: number): Task | Errno {
    return findTraceable(this, tid);
  }

  // --- limits ---

  memoryLimits(): MemoryLimits {
    const { soft } = this.threadGroup.limits;
    const locked = this.credentials.has(CAP_IPC_LOCK) ? Number.POSITIVE_INFINITY : soft[RLIMIT_MEMLOCK];
    return { addressSpace: soft[RLIMIT_AS], data: soft[RLIMIT_DATA], locked };
  }

  // --- times ---

  /** CLOCK_MONOTONIC. */
  nowNs(): number {
    return this.kernel.timekeeper.monotonicNs();
  }

  /** CPU time of this task. */
  cpuTimeNs(): number {
    return this.cpuTimeBeforeNs + (this.state === STATE_EXITED ? 0 : this.kernel.threadCpuTimeNs(this.thread));
  }

  get isLeader(): boolean {
    return this.threadGroup.leader === this;
  }
}
