/** The six arguments of the system call that a task is in. Read from hostile memory: read each once, then check it. */
import type { AppThread } from "../platform/platform.ts";

export class SyscallArgs {
  /** Follows the task to another thread at execve. */
  thread: AppThread;

  constructor(thread: AppThread) {
    this.thread = thread;
  }

  /** An application address; an absurd one comes back as 2^53. */
  addr(index: number): number {
    return this.thread.argU53(index);
  }
  /** A size_t. */
  size(index: number): number {
    return this.thread.argU53(index);
  }
  /** An off_t or other signed 64-bit value. */
  offset(index: number): number {
    return this.thread.argI53(index);
  }
  int(index: number): number {
    return this.thread.argI32(index);
  }
  uint(index: number): number {
    return this.thread.argLow(index);
  }
  /** The high half of a 64-bit mask; `uint` is the low one. */
  high(index: number): number {
    return this.thread.argHigh(index);
  }
}
