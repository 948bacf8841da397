/**
 * A thread of the application, as Linux's struct task_struct: the state machine that runs application code, serves its system calls, and exits.
 *
 * Invariant: whenever a task's host thread is with the kernel, exactly one of these is true: a handler is running for it, it is
 * parked (`blocked`), an order is under way (`TAKEN`), or it is stopped.
 *
 * Blocking: a handler registers what it waits for by `block` or `blockOn` and returns BLOCKED. On a wake-up the *same handler runs again* from its start;
 * `wakeReason` says why, and `callState` keeps what it must remember (bytes done, the file, an absolute deadline). Both are cleared when the call ends.
 */
import { Waiter, type WaitQueue } from "../../../shared/waiter/wait_queue.ts";
import type { AppThread, Platform } from "../platform/platform.ts";
import type { VfsContext } from "../vfs/types.ts";
import { BLOCKED, type Result } from "./result.ts";
import { SyscallArgs } from "./syscall_args.ts";
import { TaskMemory } from "./task_memory.ts";

/** Why a blocked call runs again. */
export const WAKE_NONE = 0;
export const WAKE_READY = 1;
export const WAKE_TIMEOUT = 2;
/** A signal is to be delivered (or the task is to stop or die): end the call with -ERESTARTSYS, -EINTR or what has been done so far. */
export const WAKE_SIGNAL = 3;

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

export class Task {
  thread: AppThread;
  readonly args: SyscallArgs;
  readonly memory: TaskMemory;

  /** WAKE_* of the current run of the handler. */
  wakeReason = WAKE_NONE;
  /** What the blocked call remembers between its runs. */
  callState: unknown = null;

  #blocked = false;
  #deadlineNs = Number.POSITIVE_INFINITY;
  readonly #waiter: TaskWaiter;

  constructor(platform: Platform, thread: AppThread) {
    this.thread = thread;
    this.args = new SyscallArgs(thread);
    this.memory = new TaskMemory(platform, thread);
    this.#waiter = new TaskWaiter(this);
    thread.owner = this;
  }

  /** Parks the task until `wake` or `deadlineNs` (CLOCK_MONOTONIC). Return its result from the handler. */
  block(deadlineNs = Number.POSITIVE_INFINITY): Result {
    this.#blocked = true;
    this.#deadlineNs = deadlineNs;
    return BLOCKED;
  }

  /** As `block`, woken also when `queue` notifies one of `mask`. */
  blockOn(queue: WaitQueue, mask: number, deadlineNs = Number.POSITIVE_INFINITY): Result {
    queue.add(this.#waiter, mask);
    return this.block(deadlineNs);
  }

  get isBlocked(): boolean {
    return this.#blocked;
  }
}
