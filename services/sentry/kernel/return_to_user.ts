/**
 * The way back to the application: signals, stops and exits are looked at when a task is about to leave the kernel; the result of an interrupted
 * call becomes EINTR or the call runs again (kernel/entry/common.c, arch/x86/kernel/signal.c).
 */
import { EINTR, ERESTART_RESTARTBLOCK, ERESTARTNOINTR, ERESTARTSYS } from "../../../shared/abi/errno.ts";
import { PROT_WRITE } from "../../../shared/abi/mman.ts";
import { RLIMIT_CORE } from "../../../shared/abi/resource.ts";
import { SA_RESTART, SIGBUS, SIGSEGV } from "../../../shared/abi/signal.ts";
import type { Vma } from "../mm/vma.ts";
import { type Fault, REG_RIP, REG_RSP } from "../platform/platform.ts";
import { pathOf } from "../vfs/path_name.ts";
import type { Kernel } from "./kernel.ts";
import { type Result, TAKEN } from "./result.ts";
import {
  afterHandlerSetUp,
  CORE_FLAG,
  DELIVER_FATAL,
  DELIVER_HANDLER,
  DELIVER_NOTHING,
  DELIVER_STOP,
  delivery,
  takeNext,
} from "./signal/deliver.ts";
import { type FramePlace, isLastSignal, placeFrame, writeFrame } from "./signal/frame.ts";
import { forceSignal } from "./signal/send.ts";
import { DISPOSITION_CORE, defaultDisposition, type SignalAction } from "./signal/signal_actions.ts";
import { SignalInfo } from "./signal/signal_info.ts";
import { STATE_IN_KERNEL, STATE_RUNNING, type Task, WAKE_NONE, WORK_EXIT, WORK_SIGNAL, WORK_STOP } from "./task.ts";
import { exitGroup, exitTask } from "./task_exit.ts";
import { stopTask } from "./task_stop.ts";

/** No system call is to be ended: the thread came by an interrupt or a fault. */
export const NO_CALL = -1_000_003;
/** The interrupt found the thread in a futex wait on the host. */
export const HOST_FUTEX = -1_000_004;

/** In place of a system call number while the queued signal frame goes out. */
export const ENTERING_HANDLER = -2;

/** Results in [LOWEST_RESTART, FIRST_RESTART] are ERESTART*. */
export const LOWEST_RESTART = -ERESTART_RESTARTBLOCK;
export const FIRST_RESTART = -ERESTARTSYS;

export class UserReturn {
  readonly #kernel: Kernel;
  readonly #place: FramePlace = { frame: 0, fpu: 0 };

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /**
   * Does what `task.work` says and resumes the task, unless it stops, exits or waits. `result` is what the system call gave (ERESTART* included), or
   * NO_CALL, or HOST_FUTEX.
   */
  run(task: Task, result: Result): void {
    for (;;) {
      if ((task.work & WORK_EXIT) !== 0) {
        exitTask(task);
        return;
      }
      if ((task.work & WORK_STOP) !== 0) {
        task.pendingResult = result;
        task.wakeReason = WAKE_NONE;
        stopTask(task);
        return;
      }
      if ((task.work & WORK_SIGNAL) === 0) break;
      const found = takeNext(task);
      if (found === DELIVER_NOTHING) break;
      if (found === DELIVER_STOP) continue;
      const info = delivery.info as SignalInfo;
      if (found === DELIVER_FATAL) {
        this.dieOf(task, info.signal);
        return;
      }
      if (found === DELIVER_HANDLER) {
        this.#callHandler(task, result, info, delivery.action);
        return;
      }
    }
    this.#resumeWithoutHandler(task, result);
  }

  #resumeWithoutHandler(task: Task, result: Result): void {
    task.restoreMask();
    if ((task.work & WORK_SIGNAL) !== 0) {
      this.run(task, result);
      return;
    }
    if (result <= FIRST_RESTART && result >= LOWEST_RESTART) {
      // Nobody has seen the interruption: the call goes on where it was.
      task.state = STATE_IN_KERNEL;
      task.wakeReason = WAKE_NONE;
      this.#kernel.runHandler(task);
      return;
    }
    task.state = STATE_RUNNING;
    if (result === HOST_FUTEX) task.thread.rewindSyscall();
    else if (result !== NO_CALL) task.thread.setResult(result);
    task.thread.resume();
  }

  #callHandler(task: Task, result: Result, info: SignalInfo, action: SignalAction): void {
    const { thread } = task;
    if (result !== NO_CALL) {
      const restarts =
        result === -ERESTARTNOINTR ||
        ((result === -ERESTARTSYS || result === HOST_FUTEX) && (action.flags & SA_RESTART) !== 0);
      const ended = result <= FIRST_RESTART ? -EINTR : result;
      task.callState = null;
      if (result <= FIRST_RESTART && restarts) this.#kernel.observer?.onExit(task, result);
      else if (result <= FIRST_RESTART) this.#kernel.observer?.onExit(task, -EINTR);
      if (restarts) thread.rewindSyscall();
      else thread.setResult(ended);
    }
    if (result === NO_CALL) task.memory.queuedBytes = 0;
    const place = this.#place;
    if (placeFrame(task, action, this.#kernel.platform.fpuStateBytes, place) < 0) {
      this.#frameFailed(task, info);
      return;
    }
    const { frame, fpu } = place;
    const bytes = fpu + this.#kernel.platform.fpuStateBytes + 4 - frame;
    if (isLastSignal(task) && task.mm.isAccessible(frame, bytes, PROT_WRITE)) {
      this.#callHandlerAtOnce(task, info, action, place);
      return;
    }
    task.performOrders([{ kind: "saveFpu", address: fpu }], (failedIndex) => {
      if (failedIndex >= 0) {
        this.#frameFailed(task, info);
        return TAKEN;
      }
      place.frame = frame;
      place.fpu = fpu;
      if (writeFrame(task, info, action, place) < 0) {
        this.#frameFailed(task, info);
        return TAKEN;
      }
      afterHandlerSetUp(task, info, action);
      this.#enterHandler(task);
      return TAKEN;
    });
  }

  /** The common case, in one exchange with the thread: it saves its FPU state, copies the frame out and runs the handler. */
  #callHandlerAtOnce(task: Task, info: SignalInfo, action: SignalAction, place: FramePlace): void {
    const orders = [{ kind: "saveFpu", address: place.fpu } as const];
    if (writeFrame(task, info, action, place) < 0) {
      this.#frameFailed(task, info);
      return;
    }
    afterHandlerSetUp(task, info, action);
    task.syscallNumber = ENTERING_HANDLER;
    task.performOrdersAndGoOn(orders, () => {
      // Memory that is mapped writable and can't be written is a file that was cut short: as when the frame itself can't be written.
      this.dieOf(task, SIGSEGV);
      return TAKEN;
    });
  }

  /** The first frame stands; further signals that aren't blocked go on top of it. */
  #enterHandler(task: Task): void {
    if (task.work !== 0) {
      this.run(task, NO_CALL);
      return;
    }
    task.state = STATE_RUNNING;
    task.syscallNumber = ENTERING_HANDLER;
    task.thread.resume();
  }

  /** There was no room for a frame: SIGSEGV instead, and death if that is what failed (force_sigsegv). */
  #frameFailed(task: Task, info: SignalInfo): void {
    if (info.signal === SIGSEGV) {
      this.dieOf(task, SIGSEGV);
      return;
    }
    forceSignal(task, SignalInfo.kernel(SIGSEGV));
    this.run(task, NO_CALL);
  }

  /** The process dies of `signal`, and `task` with it at once. */
  dieOf(task: Task, signal: number): void {
    const group = task.threadGroup;
    const dumps = defaultDisposition(signal) === DISPOSITION_CORE && group.limits.soft[RLIMIT_CORE] > 0;
    if (signal === SIGSEGV || signal === SIGBUS) {
      this.#kernel.log.info(`${task.name}[${task.tid}]: dies of signal ${signal}`);
    }
    exitGroup(group, dumps ? signal | CORE_FLAG : signal);
    exitTask(task);
  }
}

/** A line like Linux's "segfault at ...", for whoever debugs a program that is about to die of a fault. */
export function logFault(task: Task, fault: Fault, code: number): void {
  const rip = task.thread.getRegister(REG_RIP);
  const vma = task.mm.vmas.find(rip);
  const where =
    vma === undefined ? "nowhere" : `${nameOfMapping(task, vma)}+0x${(rip - vma.start + vma.offset).toString(16)}`;
  const sp = task.thread.getRegister(REG_RSP);
  task.kernel.log.info(
    `${task.name}[${task.tid}]: fault ${fault.signal} (code ${code}) at 0x${fault.address.toString(16)} ip 0x${rip.toString(16)} (${where}) sp 0x${sp.toString(16)} error ${fault.errorCode}`,
  );
}

function nameOfMapping(task: Task, vma: Vma): string {
  const path = vma.backing.description?.path;
  if (path !== undefined && path !== null) return pathOf(path, task.fs.root);
  return vma.name === "" ? "anonymous" : vma.name;
}
