/** Waiting for one of many files: what poll(2), select(2) and epoll_pwait(2) share. */
import { EINVAL, type Errno } from "../../../shared/abi/errno.ts";
import { SIGSET_BYTES } from "../../../shared/abi/signal.ts";
import { Waiter } from "../../../shared/waiter/wait_queue.ts";
import { type Task, WAKE_READY } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import type { FileDescription } from "../vfs/file_description.ts";

/** Wakes a task that waits in many queues. */
class PollWaiter extends Waiter {
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

/** What a waiting poll(2) or select(2) remembers: its deadline and its places in queues. */
export class PollWait {
  readonly deadlineNs: number;
  readonly #task: Task;
  readonly #waiters: PollWaiter[] = [];
  #used = 0;

  constructor(task: Task, deadlineNs: number) {
    this.#task = task;
    this.deadlineNs = deadlineNs;
  }

  /** Waits for `events` of `file` too; for a file that is always ready there is nothing to wait for. */
  watch(file: FileDescription, events: number): void {
    const queue = file.waiters;
    if (queue === null) return;
    if (this.#used === this.#waiters.length) this.#waiters.push(new PollWaiter(this.#task));
    queue.add(this.#waiters[this.#used++], events);
  }

  /** Leaves every queue. */
  leave(): void {
    for (let i = 0; i < this.#used; i++) {
      const waiter = this.#waiters[i];
      waiter.queue?.remove(waiter);
    }
    this.#used = 0;
  }
}

/** The wait of the call that is running again; it has left all queues. Null in the first run. */
export function pollWaitOf(task: Task): PollWait | null {
  if (!(task.callState instanceof PollWait)) return null;
  task.callState.leave();
  return task.callState;
}

/** When a call that waits only in one queue gives up: computed in its first run, remembered from then on. */
export function deadlineOf(task: Task, timeoutNs: number): number {
  if (timeoutNs === Number.POSITIVE_INFINITY) return timeoutNs;
  if (typeof task.callState === "number") return task.callState;
  const deadline = task.nowNs() + timeoutNs;
  task.callState = deadline;
  return deadline;
}

/** Puts the signal mask at `address` (none if null) in force for this call. */
export function takeMask(task: Task, address: number, bytes: number): 0 | Errno {
  if (address === 0) return 0;
  if (bytes !== SIGSET_BYTES) return -EINVAL;
  const failed = task.memory.copyInScratch(address, 0, SIGSET_BYTES);
  if (failed < 0) return failed;
  const view = TaskMemory.scratchView;
  task.setTemporaryMask(view.getUint32(0, true), view.getUint32(4, true));
  return 0;
}
