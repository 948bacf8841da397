/** Open terminals: the two sides of a pseudo terminal as file descriptions. */
import { EAGAIN, EIO, ENOTTY, type Errno } from "../../../shared/abi/errno.ts";
import { O_NONBLOCK } from "../../../shared/abi/fcntl.ts";
import { TIOCPKT_DATA, TIOCSPGRP } from "../../../shared/abi/ioctl.ts";
import { SIGTTIN, SIGTTOU } from "../../../shared/abi/signal.ts";
import { TOSTOP, VMIN, VTIME } from "../../../shared/abi/termios.ts";
import type { WaitQueue } from "../../../shared/waiter/wait_queue.ts";
import { Task, WAKE_NONE, WAKE_READY, WAKE_SIGNAL } from "../kernel/task.ts";
import { TaskVfsContext } from "../kernel/task_vfs_context.ts";
import type { Timer } from "../kernel/time/timer_queue.ts";
import { FileDescription } from "../vfs/file_description.ts";
import type { Inode, VfsContext, VfsPath } from "../vfs/types.ts";
import { checkForeground } from "./job_control.ts";
import { Pty } from "./pty.ts";
import { masterIoctl, slaveIoctl } from "./terminal_ioctl.ts";

const TENTH_NS = 1e8;

function taskOf(context: VfsContext): Task | null {
  return context instanceof TaskVfsContext ? context.task : null;
}

/** An inode that shows when its terminal was used: w(1) tells idle times by it. */
export interface TerminalInode extends Inode {
  touch(isRead: boolean): void;
}

export abstract class TerminalFile extends FileDescription {
  readonly inode: Inode;
  readonly pty: Pty;

  constructor(pty: Pty, path: VfsPath, flags: number) {
    super(flags, path);
    this.pty = pty;
    this.inode = path.dentry.inode as Inode;
  }
}

/** Opens the slave of the master that was opened at `path`: TIOCGPTPEER. */
export type PeerOpener = (context: VfsContext, path: VfsPath, pty: Pty, flags: number) => FileDescription | Errno;

/** The keyboard and screen: what a terminal emulator has open. */
export class MasterFile extends TerminalFile {
  readonly #openPeer: PeerOpener;

  constructor(pty: Pty, path: VfsPath, flags: number, openPeer: PeerOpener) {
    super(pty, path, flags);
    this.#openPeer = openPeer;
  }

  openPeer(context: VfsContext, flags: number): FileDescription | Errno {
    return this.#openPeer(context, this.path as VfsPath, this.pty, flags);
  }

  override get waiters(): WaitQueue {
    return this.pty.masterWaiters;
  }

  override readiness(): number {
    return this.pty.masterReadiness();
  }

  override read(_context: VfsContext, memory: Uint8Array, start: number, length: number): number {
    const { pty } = this;
    if (length === 0) return 0;
    if (pty.isPacketMode) {
      if (pty.packetStatus !== 0) {
        memory[start] = pty.packetStatus;
        pty.packetStatus = 0;
        return 1;
      }
      if (pty.output.ring.length > 0) {
        memory[start] = TIOCPKT_DATA;
        return 1 + pty.takeOutput(memory, start + 1, length - 1);
      }
    } else {
      const count = pty.takeOutput(memory, start, length);
      if (count > 0) return count;
    }
    return pty.isSlaveGone ? -EIO : -EAGAIN;
  }

  override write(_context: VfsContext, memory: Uint8Array, start: number, length: number): number {
    if (length === 0) return 0;
    const count = this.pty.type(memory, start, length);
    return count === 0 ? -EAGAIN : count;
  }

  override ioctl(caller: unknown, command: number, argument: number): number {
    return caller instanceof Task ? masterIoctl(caller, this, command, argument) : -ENOTTY;
  }

  protected override release(): void {
    this.pty.closeMaster();
  }
}

/** A read that waits for VMIN bytes or VTIME tenths of a second. */
class TimedRead {
  seen = 0;
  deadlineNs = Number.POSITIVE_INFINITY;
  timer: Timer | null = null;
}

const timedReads = new WeakMap<Task, TimedRead>();

function endTimedRead(task: Task): void {
  const timed = timedReads.get(task);
  if (timed === undefined) return;
  timedReads.delete(task);
  if (timed.timer !== null) task.kernel.timers.cancel(timed.timer);
}

/** The terminal itself. */
export class SlaveFile extends TerminalFile {
  readonly #generation: number;

  constructor(pty: Pty, path: VfsPath, flags: number) {
    super(pty, path, flags);
    this.#generation = pty.generation;
    pty.openSlave();
  }

  get isHungUp(): boolean {
    return this.#generation !== this.pty.generation;
  }

  override get waiters(): WaitQueue {
    return this.pty.slaveWaiters;
  }

  override readiness(): number {
    return this.isHungUp ? Pty.hungUpReadiness : this.pty.slaveReadiness();
  }

  override read(context: VfsContext, memory: Uint8Array, start: number, length: number): number {
    const task = taskOf(context);
    if (this.isHungUp) {
      if (task !== null) endTimedRead(task);
      return 0;
    }
    const { pty } = this;
    if (task !== null) {
      const allowed = checkForeground(task, pty, SIGTTIN);
      if (allowed < 0) return allowed;
    }
    if (length === 0) return 0;
    const count = pty.termios.isCanonical
      ? this.#readLine(memory, start, length)
      : this.#readBytes(task, memory, start, length);
    if (count > 0) (this.inode as Partial<TerminalInode>).touch?.(true);
    return count;
  }

  #readLine(memory: Uint8Array, start: number, length: number): number {
    const { input } = this.pty.discipline;
    if (!input.hasLine) return -EAGAIN;
    const count = input.takeLine(memory, start, length);
    this.pty.onInputTaken();
    return count;
  }

  /** The four cases of termios(3), "Canonical and noncanonical mode". What has come stays in the buffer until the read is satisfied. */
  #readBytes(task: Task | null, memory: Uint8Array, start: number, length: number): number {
    const { cc } = this.pty.termios;
    const available = this.pty.discipline.input.committedLength;
    const minimum = Math.min(cc[VMIN], length);
    const isSatisfied = available > 0 && available >= minimum;
    if (isSatisfied || !this.#mayWait(task)) {
      if (task !== null) endTimedRead(task);
      if (available === 0) return cc[VMIN] === 0 && cc[VTIME] === 0 ? 0 : -EAGAIN;
      return this.#takeBytes(memory, start, length);
    }
    if (task === null || cc[VTIME] === 0) return cc[VMIN] === 0 ? 0 : -EAGAIN;
    if (!this.#isTimeOver(task, available)) return -EAGAIN;
    endTimedRead(task);
    return available === 0 ? 0 : this.#takeBytes(memory, start, length);
  }

  #mayWait(task: Task | null): boolean {
    // A signal ends the wait; if nothing has come, the system call makes an error of it.
    return task !== null && (this.flags & O_NONBLOCK) === 0 && task.wakeReason !== WAKE_SIGNAL;
  }

  #takeBytes(memory: Uint8Array, start: number, length: number): number {
    const count = this.pty.discipline.input.takeBytes(memory, start, length);
    this.pty.onInputTaken();
    return count;
  }

  /** Arms the timer of a read: from its start without VMIN, from the latest byte with it. */
  #isTimeOver(task: Task, available: number): boolean {
    const { cc } = this.pty.termios;
    const nowNs = task.nowNs();
    let timed = timedReads.get(task);
    if (task.wakeReason === WAKE_NONE || timed === undefined) {
      endTimedRead(task);
      timed = new TimedRead();
      timedReads.set(task, timed);
      if (cc[VMIN] === 0) this.#arm(task, timed, nowNs + cc[VTIME] * TENTH_NS);
    }
    if (cc[VMIN] > 0 && available > timed.seen) {
      timed.seen = available;
      this.#arm(task, timed, nowNs + cc[VTIME] * TENTH_NS);
    }
    return nowNs >= timed.deadlineNs;
  }

  #arm(task: Task, timed: TimedRead, deadlineNs: number): void {
    timed.deadlineNs = deadlineNs;
    const { timers } = task.kernel;
    if (timed.timer === null) timed.timer = timers.at(deadlineNs, () => task.wake(WAKE_READY));
    else timers.arm(timed.timer, deadlineNs);
  }

  override write(context: VfsContext, memory: Uint8Array, start: number, length: number): number {
    if (this.isHungUp) return -EIO;
    const { pty } = this;
    const task = taskOf(context);
    if (task !== null && (pty.termios.lflag & TOSTOP) !== 0) {
      const allowed = checkForeground(task, pty, SIGTTOU);
      if (allowed < 0) return allowed;
    }
    if (length === 0) return 0;
    const count = pty.print(memory, start, length);
    if (count === 0) return -EAGAIN;
    (this.inode as Partial<TerminalInode>).touch?.(false);
    return count;
  }

  override ioctl(caller: unknown, command: number, argument: number): number {
    if (!(caller instanceof Task)) return -ENOTTY;
    if (this.isHungUp) return command === TIOCSPGRP ? -ENOTTY : -EIO;
    return slaveIoctl(caller, this, command, argument);
  }

  protected override release(): void {
    this.pty.closeSlave();
  }
}
