/** Signals that are read like a file: signalfd(2). */
import { EAGAIN, EINVAL } from "../../../shared/abi/errno.ts";
import { O_NONBLOCK, O_RDWR } from "../../../shared/abi/fcntl.ts";
import { POLLIN } from "../../../shared/abi/poll.ts";
import { SIGKILL, SIGSTOP, SiginfoRtLayout } from "../../../shared/abi/signal.ts";
import { SignalfdSiginfoLayout } from "../../../shared/abi/signalfd.ts";
import type { WaitQueue } from "../../../shared/waiter/wait_queue.ts";
import { FileDescription } from "../vfs/file_description.ts";
import type { Inode, VfsContext } from "../vfs/types.ts";
import { anonInode } from "./anonymous_inode.ts";
import {
  INFO_CHILD,
  INFO_FAULT,
  INFO_POLL,
  INFO_RAW,
  INFO_SYSTEM_CALL,
  INFO_TIMER,
  type SignalInfo,
} from "./signal/signal_info.ts";
import { SignalSet } from "./signal/signal_set.ts";
import type { Task } from "./task.ts";
import { TaskVfsContext } from "./task_vfs_context.ts";

const RECORD = SignalfdSiginfoLayout.byteLength;
const record = new Uint8Array(RECORD);
const view = new DataView(record.buffer);

/**
 * The signals are those of whoever reads. Unlike Linux, poll(2) and epoll(7) look at the process that made the descriptor, or that was the last to
 * read from it or to change its mask, which differs only for a descriptor that fork(2) has handed on.
 */
export class SignalFile extends FileDescription {
  readonly inode: Inode = anonInode;
  readonly mask = new SignalSet();
  #task: Task;

  constructor(task: Task, flags: number) {
    super(O_RDWR | (flags & O_NONBLOCK), null);
    this.#task = task;
  }

  /** SIGKILL and SIGSTOP can't be received so. */
  setMask(task: Task, low: number, high: number): void {
    this.#task = task;
    this.mask.set(low, high);
    this.mask.remove(SIGKILL);
    this.mask.remove(SIGSTOP);
    task.threadGroup.signalWaiters.notify(POLLIN);
  }

  override get waiters(): WaitQueue {
    return this.#task.threadGroup.signalWaiters;
  }

  /** As on Linux seeking succeeds and does nothing. */
  override seek(): number {
    return 0;
  }

  override describe(): string {
    return "anon_inode:[signalfd]";
  }

  override readiness(): number {
    const { low, high } = this.mask;
    const own = this.#task.pending;
    const shared = this.#task.threadGroup.pending;
    const pending = ((own.low | shared.low) & low) | ((own.high | shared.high) & high);
    return pending !== 0 ? POLLIN : 0;
  }

  override read(context: VfsContext, memory: Uint8Array, start: number, length: number): number {
    if (length < RECORD) return -EINVAL;
    if (context instanceof TaskVfsContext) this.#task = context.task;
    let done = 0;
    while (done + RECORD <= length) {
      const info = this.#task.takeSignal(this.mask);
      if (info === null) break;
      writeRecord(info);
      memory.set(record, start + done);
      done += RECORD;
    }
    return done > 0 ? done : -EAGAIN;
  }
}

/** Fills `record`: signalfd_copyinfo() of fs/signalfd.c. */
function writeRecord(info: SignalInfo): void {
  const r = SignalfdSiginfoLayout;
  r.zero(view, 0);
  r.signo.write(view, 0, info.signal);
  r.code.write(view, 0, info.code);
  switch (info.layout) {
    case INFO_TIMER:
      r.tid.write(view, 0, info.timerId);
      r.overrun.write(view, 0, info.overrun);
      writeValue(info.valueLow, info.valueHigh);
      break;
    case INFO_CHILD:
      r.pid.write(view, 0, info.pid);
      r.uid.write(view, 0, info.uid);
      r.status.write(view, 0, info.status);
      r.utime.write(view, 0, info.utime);
      r.stime.write(view, 0, info.stime);
      break;
    case INFO_FAULT:
      r.addr.write(view, 0, info.address);
      break;
    case INFO_POLL:
      r.band.write(view, 0, info.band);
      r.fd.write(view, 0, info.fd);
      break;
    case INFO_SYSTEM_CALL:
      r.callAddr.write(view, 0, info.address);
      r.syscall.write(view, 0, info.syscall);
      break;
    case INFO_RAW:
      if (info.raw !== null) writeRaw(info.raw);
      break;
    default:
      r.pid.write(view, 0, info.pid);
      r.uid.write(view, 0, info.uid);
      writeValue(info.valueLow, info.valueHigh);
  }
}

function writeValue(low: number, high: number): void {
  SignalfdSiginfoLayout.int.write(view, 0, low | 0);
  SignalfdSiginfoLayout.ptrLo.write(view, 0, low >>> 0);
  SignalfdSiginfoLayout.ptrHi.write(view, 0, high >>> 0);
}

/** What rt_sigqueueinfo(2) was given. */
function writeRaw(raw: Uint8Array): void {
  const from = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  SignalfdSiginfoLayout.errno.write(view, 0, SiginfoRtLayout.errno.read(from, 0));
  SignalfdSiginfoLayout.pid.write(view, 0, SiginfoRtLayout.pid.read(from, 0));
  SignalfdSiginfoLayout.uid.write(view, 0, SiginfoRtLayout.uid.read(from, 0));
  writeValue(SiginfoRtLayout.valueLo.read(from, 0), SiginfoRtLayout.valueHi.read(from, 0));
}
