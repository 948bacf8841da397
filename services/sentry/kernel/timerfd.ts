/** A timer that is read like a file: timerfd_create(2). */
import { EAGAIN, EINVAL, ENOTTY } from "../../../shared/abi/errno.ts";
import { O_NONBLOCK, O_RDWR } from "../../../shared/abi/fcntl.ts";
import { POLLIN } from "../../../shared/abi/poll.ts";
import { CLOCK_REALTIME, CLOCK_REALTIME_ALARM } from "../../../shared/abi/time.ts";
import { TFD_IOC_SET_TICKS } from "../../../shared/abi/timerfd.ts";
import { WaitQueue } from "../../../shared/waiter/wait_queue.ts";
import { FileDescription } from "../vfs/file_description.ts";
import type { Inode, VfsContext } from "../vfs/types.ts";
import { anonInode } from "./anonymous_inode.ts";
import type { Kernel } from "./kernel.ts";
import type { Task } from "./task.ts";
import { TaskMemory } from "./task_memory.ts";
import { Timer } from "./time/timer_queue.ts";

const FOREVER = Number.POSITIVE_INFINITY;
const TWO_32 = 0x1_0000_0000;

export class TimerFile extends FileDescription {
  readonly inode: Inode = anonInode;
  readonly clock: number;
  readonly #kernel: Kernel;
  readonly #queue = new WaitQueue();
  readonly #timer: Timer;
  /** Expirations that nobody has read, up to the last time this was looked at. */
  #ticks = 0;
  #intervalNs = 0;
  /** On CLOCK_MONOTONIC; Infinity when disarmed. */
  #deadlineNs = FOREVER;

  constructor(kernel: Kernel, clock: number, flags: number) {
    super(O_RDWR | (flags & O_NONBLOCK), null);
    this.#kernel = kernel;
    this.clock = clock;
    this.#timer = new Timer(() => this.#expire());
  }

  get isRealtime(): boolean {
    return this.clock === CLOCK_REALTIME || this.clock === CLOCK_REALTIME_ALARM;
  }

  override get waiters(): WaitQueue {
    return this.#queue;
  }

  /** As on Linux seeking succeeds and does nothing. */
  override seek(): number {
    return 0;
  }

  override describe(): string {
    return "anon_inode:[timerfd]";
  }

  override readiness(): number {
    return this.#ticks > 0 ? POLLIN : 0;
  }

  /** Arms it for `valueNs` from now, or with `isAbsolute` at that time of its clock; 0 disarms. */
  set(valueNs: number, intervalNs: number, isAbsolute: boolean): void {
    this.#ticks = 0;
    this.#intervalNs = intervalNs;
    if (valueNs === 0) {
      this.#deadlineNs = FOREVER;
      this.#kernel.timers.cancel(this.#timer);
      return;
    }
    const { timekeeper } = this.#kernel;
    if (!isAbsolute) this.#deadlineNs = timekeeper.monotonicNs() + valueNs;
    else this.#deadlineNs = this.isRealtime ? timekeeper.realtimeToMonotonicNs(valueNs) : valueNs;
    this.#kernel.timers.arm(this.#timer, this.#deadlineNs);
  }

  /** Time until the next expiration; 0 when disarmed. */
  get remainingNs(): number {
    if (this.#deadlineNs === FOREVER) return 0;
    return Math.max(1, this.#deadlineNs - this.#kernel.timekeeper.monotonicNs());
  }

  get intervalNs(): number {
    return this.#intervalNs;
  }

  get ticks(): number {
    return this.#ticks;
  }

  override read(_context: VfsContext, memory: Uint8Array, start: number, length: number): number {
    if (length < 8) return -EINVAL;
    if (this.#ticks === 0) return -EAGAIN;
    const ticks = this.#ticks;
    this.#ticks = 0;
    for (let i = 0; i < 4; i++) memory[start + i] = (ticks % TWO_32) >>> (i * 8);
    for (let i = 0; i < 4; i++) memory[start + 4 + i] = Math.floor(ticks / TWO_32) >>> (i * 8);
    return 8;
  }

  /** TFD_IOC_SET_TICKS is for checkpointing. */
  override ioctl(caller: unknown, command: number, argument: number): number {
    if (command !== TFD_IOC_SET_TICKS) return -ENOTTY;
    const failed = (caller as Task).memory.copyInScratch(argument, 0, 8);
    if (failed < 0) return failed;
    const view = TaskMemory.scratchView;
    const ticks = view.getUint32(4, true) * TWO_32 + view.getUint32(0, true);
    if (ticks === 0) return -EINVAL;
    this.#ticks = ticks;
    this.#queue.notify(POLLIN);
    return 0;
  }

  protected override release(): void {
    this.#kernel.timers.cancel(this.#timer);
  }

  #expire(): void {
    if (this.#intervalNs === 0) {
      this.#ticks++;
      this.#deadlineNs = FOREVER;
    } else {
      // Expirations that were missed count too.
      const late = this.#kernel.timekeeper.monotonicNs() - this.#deadlineNs;
      const passed = 1 + Math.max(0, Math.floor(late / this.#intervalNs));
      this.#ticks += passed;
      this.#deadlineNs += passed * this.#intervalNs;
      this.#kernel.timers.arm(this.#timer, this.#deadlineNs);
    }
    this.#queue.notify(POLLIN);
  }
}
