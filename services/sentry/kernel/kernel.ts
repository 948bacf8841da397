/**
 * The kernel: owns every task, hears what the platform reports, and decides what each thread does next.
 *
 * Handlers run to their end before anything else happens. A task that is woken meanwhile is queued (`enqueue`) and runs after the current handler, so no
 * handler ever sees another's half-done work.
 */
import { EFAULT, EINTR, type Errno } from "../../../shared/abi/errno.ts";
import { SIGKILL, SIGSEGV } from "../../../shared/abi/signal.ts";
import type { HostAuxiliary } from "../loader/loader.ts";
import {
  type AddressSpace,
  type AppThread,
  type Fault,
  type Platform,
  type PlatformHandler,
} from "../platform/platform.ts";
import { VirtualFilesystem } from "../vfs/virtual_filesystem.ts";
import type { AnonymousFileMaker } from "./anonymous_files.ts";
import { FutexTable } from "./futex.ts";
import { IpcNamespace, leaveIpc } from "./ipc/ipc_namespace.ts";
import { Kmsg } from "./kmsg.ts";
import { Limits } from "./limits.ts";
import { PidNamespace } from "./pid_namespace.ts";
import { openFifo } from "./pipe_file.ts";
import { BLOCKED, type Result, TAKEN } from "./result.ts";
import {
  ENTERING_HANDLER,
  FIRST_RESTART,
  HOST_FUTEX,
  LOWEST_RESTART,
  logFault,
  NO_CALL,
  UserReturn,
} from "./return_to_user.ts";
import { forceSignal } from "./signal/send.ts";
import { SignalInfo } from "./signal/signal_info.ts";
import type { SyscallArgs } from "./syscall_args.ts";
import {
  STATE_EXITED,
  STATE_IN_KERNEL,
  STATE_RUNNING,
  STATE_STOPPED,
  STATE_TAKEN,
  type Task,
  WAKE_NONE,
  WAKE_TIMEOUT,
  WORK_EXIT,
  WORK_STOP,
} from "./task.ts";
import { exitGroup, exitTask } from "./task_exit.ts";
import { Timekeeper } from "./time/timekeeper.ts";
import { TimerQueue } from "./time/timer_queue.ts";
import { UtsNamespace } from "./uts.ts";

export type SyscallHandler = (task: Task, args: SyscallArgs) => Result;

/** Sees every system call, for --strace and plug-ins. */
export interface SyscallObserver {
  onEnter(task: Task): void;
  onExit(task: Task, result: Result): void;
}

/** Where lines about the kernel itself go: the debug log. */
export interface KernelLog {
  debug(line: string): void;
  info(line: string): void;
  warn(line: string): void;
}

const SILENT_LOG: KernelLog = { debug() {}, info() {}, warn() {} };

export interface KernelOptions {
  readonly hostname?: string;
  readonly log?: KernelLog;
  /** Uniform unsigned 32-bit numbers; the default is not for secrets. */
  readonly random32?: () => number;
  /** Fills bytes that must not be guessed. */
  readonly randomBytes?: (memory: Uint8Array, start: number, length: number) => void;
  /** Bytes of memory and count of processors that applications are told. */
  readonly totalMemory?: number;
  readonly cpuCount?: number;
  /** For the auxiliary vector of new programs. */
  readonly hostAuxiliary?: HostAuxiliary;
}

export class Kernel implements PlatformHandler {
  readonly platform: Platform;
  readonly vfs = new VirtualFilesystem();
  /** Set at boot: memfd_create(2), shared memory. */
  anonymousFiles: AnonymousFileMaker | null = null;
  readonly timekeeper: Timekeeper;
  readonly timers: TimerQueue;
  readonly kmsg: Kmsg;
  readonly log: KernelLog;
  readonly pidNamespace = new PidNamespace();
  readonly uts: UtsNamespace;
  readonly defaultLimits = Limits.defaults();
  readonly random32: () => number;
  readonly randomBytes: (memory: Uint8Array, start: number, length: number) => void;
  readonly totalMemory: number;
  readonly cpuCount: number;
  readonly hostAuxiliary: HostAuxiliary;
  readonly futexes = new FutexTable();
  readonly ipc: IpcNamespace;
  /** What a call gives whose queued copy met a bad address; set with the table. */
  recoverFromCopyFault: (task: Task) => Result = () => -EFAULT;
  /** Processes made since boot, for /proc/stat. */
  forkCount = 0;
  /** Called when the last process of the container is gone, with init's wait status. */
  onInitExit: (status: number) => void = () => {};
  /** Dense, by system call number. */
  #handlers: readonly SyscallHandler[] = [];
  #noHandler: SyscallHandler = () => -EFAULT;
  #observer: SyscallObserver | null = null;
  readonly #exitHooks: ((task: Task) => void)[] = [];

  /** Tasks that were woken and wait for their handlers to run, or to go on after a stop. */
  #ready: Task[] = [];
  #depth = 0;
  #isDrainScheduled = false;
  readonly #userReturn = new UserReturn(this);

  constructor(platform: Platform, options: KernelOptions = {}) {
    this.platform = platform;
    this.vfs.openFifo = openFifo;
    this.timekeeper = new Timekeeper(() => platform.nowNs());
    this.timers = new TimerQueue((deadlineNs) => platform.setAlarm(deadlineNs));
    this.kmsg = new Kmsg(() => platform.nowNs());
    this.log = options.log ?? SILENT_LOG;
    this.uts = new UtsNamespace(options.hostname ?? "runsc-ms", "(none)");
    this.random32 = options.random32 ?? (() => Math.floor(Math.random() * 0x1_0000_0000));
    this.randomBytes = options.randomBytes ?? fillFrom(this.random32);
    this.totalMemory = options.totalMemory ?? 2 ** 31;
    this.cpuCount = options.cpuCount ?? 1;
    this.ipc = new IpcNamespace(() => Math.floor(this.timekeeper.realtimeNs() / 1e9));
    this.addExitHook(leaveIpc);
    this.hostAuxiliary = options.hostAuxiliary ?? { hwcap: 0, hwcap2: 0, minimumSignalStack: 2048 };
  }

  /** Installs the system call table. `noHandler` serves numbers outside. */
  setSyscalls(handlers: readonly SyscallHandler[], noHandler: SyscallHandler): void {
    this.#handlers = handlers;
    this.#noHandler = noHandler;
  }

  get observer(): SyscallObserver | null {
    return this.#observer;
  }

  get isObserved(): boolean {
    return this.#observer !== null;
  }

  setObserver(observer: SyscallObserver | null): void {
    this.#observer = observer;
  }

  /** CPU time of a host thread. */
  threadCpuTimeNs(thread: AppThread): number {
    return thread.cpuTimeNs();
  }

  /** What sysinfo(2) and /proc/meminfo call free: all but what applications have in memory. */
  freeMemory(): number {
    let used = 0;
    const seen = new Set<object>();
    for (const task of this.pidNamespace.tasks.values()) {
      if (task.state === STATE_EXITED || seen.has(task.mm)) continue;
      seen.add(task.mm);
      used += task.mm.space.residentBytes();
    }
    return Math.max(0, this.totalMemory - used);
  }

  /** The task with that number, zombies included. */
  findTask(tid: number): Task | undefined {
    return this.pidNamespace.task(tid);
  }

  /** A task is gone: for those that keep something per task. */
  onTaskExit(task: Task): void {
    for (const hook of this.#exitHooks) hook(task);
  }

  /** Registers what is to happen when a task exits (undo of semaphores, locks). */
  addExitHook(hook: (task: Task) => void): void {
    this.#exitHooks.push(hook);
  }

  /** Runs the handler of a call that nobody will return from, for it to clean up. */
  abandonCall(task: Task): void {
    const handler = this.#handlers[task.syscallNumber] ?? this.#noHandler;
    handler(task, task.args);
  }

  /** Lets a new task run its application, unless it is to die or to stop at once. */
  start(task: Task): void {
    task.recalculateSignals();
    if (task.threadGroup.isExiting) task.work |= WORK_EXIT;
    else if (task.threadGroup.stopSignal !== 0) task.work |= WORK_STOP;
    this.returnToUser(task, NO_CALL);
  }

  /** execve(2) is done: the task runs its new program. */
  finishExec(task: Task): void {
    task.state = STATE_IN_KERNEL;
    task.wakeReason = WAKE_NONE;
    if (this.#observer !== null) this.#observer.onExit(task, 0);
    task.recalculateSignals();
    this.returnToUser(task, NO_CALL);
  }

  /** rt_sigreturn(2) has set the registers: they are the result. */
  resumeAfterSigreturn(task: Task): Result {
    task.state = STATE_IN_KERNEL;
    task.wakeReason = WAKE_NONE;
    if (this.#observer !== null) this.#observer.onExit(task, 0);
    this.returnToUser(task, NO_CALL);
    return TAKEN;
  }

  // --- the run queue ---

  /** The handler of `task`, which is IN_KERNEL, is to run when the present one is done. */
  enqueue(task: Task): void {
    this.#ready.push(task);
    if (this.#depth === 0) this.#scheduleDrain();
  }

  /** A stopped task is to look at its work again. */
  unpark(task: Task): void {
    if (task.state !== STATE_STOPPED) return;
    task.state = STATE_IN_KERNEL;
    this.enqueue(task);
  }

  /** Runs `body`, which comes from outside the platform (a timer of the host, a poller, a message), as one step of the kernel. */
  enter(body: () => void): void {
    this.#depth++;
    body();
    this.#leave();
  }

  #scheduleDrain(): void {
    if (this.#isDrainScheduled) return;
    this.#isDrainScheduled = true;
    queueMicrotask(() => {
      this.#isDrainScheduled = false;
      this.#depth++;
      this.#leave();
    });
  }

  #leave(): void {
    if (this.#depth === 1 && this.#ready.length !== 0) this.#drain();
    this.#depth--;
  }

  #drain(): void {
    // Tasks that wake during the loop are appended and run in it.
    const ready = this.#ready;
    for (let i = 0; i < ready.length; i++) {
      const task = ready[i];
      if (task.state !== STATE_IN_KERNEL) continue;
      if (task.wakeReason === WAKE_NONE) this.returnToUser(task, task.pendingResult);
      else this.runHandler(task);
    }
    ready.length = 0;
  }

  // --- what the platform reports ---

  onSyscall(thread: AppThread): void {
    this.#depth++;
    const task = thread.owner as Task;
    task.state = STATE_IN_KERNEL;
    const nr = thread.syscallNumber;
    task.syscallNumber = nr;
    task.memory.queuedBytes = 0;
    if (this.#observer !== null) this.#observer.onEnter(task);
    const handler = nr >= 0 && nr < this.#handlers.length ? this.#handlers[nr] : this.#noHandler;
    const result = handler(task, task.args);
    // The common case, in line.
    if (result > FIRST_RESTART && task.work === 0 && this.#observer === null) {
      task.state = STATE_RUNNING;
      if (task.callState !== null) task.callState = null;
      thread.setResult(result);
      thread.resume();
    } else {
      this.finishCall(task, result);
    }
    this.#leave();
  }

  /** A handler has given `result`, or an asynchronous call has come to its end with it. */
  finishCall(task: Task, result: Result): void {
    if (result === TAKEN) return;
    if (result === BLOCKED) {
      task.enterBlocked();
      return;
    }
    task.wakeReason = WAKE_NONE;
    if (result <= FIRST_RESTART && result >= LOWEST_RESTART) {
      this.returnToUser(task, result);
      return;
    }
    task.callState = null;
    if (this.#observer !== null) this.#observer.onExit(task, result);
    if (task.work !== 0) {
      if (result !== -EINTR) task.restoreMask();
      this.returnToUser(task, result);
      return;
    }
    task.state = STATE_RUNNING;
    task.thread.setResult(result);
    task.thread.resume();
  }

  onFault(thread: AppThread, fault: Fault): void {
    this.#depth++;
    const task = thread.owner as Task;
    task.state = STATE_IN_KERNEL;
    const PAGE_FAULT = 14;
    let code = fault.code;
    if (fault.signal === SIGSEGV && fault.trapNumber === PAGE_FAULT) code = task.mm.faultCode(fault.address);
    if (task.threadGroup.actions.get(fault.signal).handler <= 1) logFault(task, fault, code);
    forceSignal(task, SignalInfo.fault(fault.signal, code, fault.address));
    this.returnToUser(task, NO_CALL);
    this.#leave();
  }

  onInterrupt(thread: AppThread, inHostFutex: boolean): void {
    this.#depth++;
    const task = thread.owner as Task;
    task.state = STATE_IN_KERNEL;
    if (inHostFutex) task.syscallNumber = thread.syscallNumber;
    this.returnToUser(task, inHostFutex ? HOST_FUTEX : NO_CALL);
    this.#leave();
  }

  onOrdersDone(thread: AppThread, failedIndex: number, result: number): void {
    this.#depth++;
    const task = thread.owner as Task;
    const done = task.takeOrdersContinuation();
    // A thread that was to go on by itself after its orders counts as running.
    if (done !== null && (task.state === STATE_TAKEN || task.state === STATE_RUNNING)) {
      task.state = STATE_IN_KERNEL;
      this.finishCall(task, done(failedIndex, result));
    }
    this.#leave();
  }

  onSpawned(thread: AppThread, child: AppThread | Errno): void {
    this.#depth++;
    const task = thread.owner as Task;
    const done = task.onSpawned;
    task.onSpawned = null;
    if (done !== null && task.state !== STATE_EXITED) {
      task.state = STATE_IN_KERNEL;
      this.finishCall(task, done(child));
    }
    this.#leave();
  }

  onCopyFault(thread: AppThread): void {
    this.#depth++;
    const task = thread.owner as Task;
    task.state = STATE_IN_KERNEL;
    if (task.syscallNumber === ENTERING_HANDLER) {
      // The signal frame itself: nothing is left to go back to.
      this.#userReturn.dieOf(task, SIGSEGV);
    } else {
      this.finishCall(task, this.recoverFromCopyFault(task));
    }
    this.#leave();
  }

  onDeadline(thread: AppThread): void {
    this.#depth++;
    (thread.owner as Task | null)?.wake(WAKE_TIMEOUT);
    this.#leave();
  }

  onAddressSpaceDied(space: AddressSpace, reason: string): void {
    this.#depth++;
    this.log.warn(`address space of host process ${space.hostPid} died: ${reason}`);
    for (const task of [...this.pidNamespace.tasks.values()]) {
      if (task.state === STATE_EXITED || task.thread.space !== space) continue;
      this.kmsg.print(`${task.name}[${task.tid}]: address space lost (${reason}), killed`);
      exitGroup(task.threadGroup, SIGKILL);
      if (task.state === (STATE_EXITED as number)) continue;
      exitTask(task);
    }
    this.#leave();
  }

  onAlarm(): void {
    this.#depth++;
    this.timers.run(this.platform.nowNs());
    this.#leave();
  }

  /**
   * Does what `task.work` says and resumes the task, unless it stops, exits or waits. `result` is what the system call gave (ERESTART* included), or
   * NO_CALL, or HOST_FUTEX.
   */
  returnToUser(task: Task, result: Result): void {
    this.#userReturn.run(task, result);
  }

  /** Runs the handler of the call that `task` is in once more. */
  runHandler(task: Task): void {
    const handler = this.#handlers[task.syscallNumber] ?? this.#noHandler;
    this.finishCall(task, handler(task, task.args));
  }
}

function fillFrom(random32: () => number): (memory: Uint8Array, start: number, length: number) => void {
  return (memory, start, length) => {
    for (let i = 0; i < length; i++) memory[start + i] = random32() & 0xff;
  };
}
