/** Signals: rt_sigaction(2), rt_sigprocmask(2), rt_sigreturn(2), sigaltstack(2), kill(2) and their kin. */
import {
  EAGAIN,
  EBADF,
  EINTR,
  EINVAL,
  ENOMEM,
  EPERM,
  ERESTARTNOHAND,
  type Errno,
  ESRCH,
  isErrno,
} from "../../../shared/abi/errno.ts";
import * as g from "../../../shared/abi/signal.ts";
import { TimespecLayout } from "../../../shared/abi/time.ts";
import { mayKill } from "../kernel/permissions.ts";
import { processOf } from "../kernel/pidfd.ts";
import type { Result } from "../kernel/result.ts";
import { type ReturnedFrame, readFrame, stackFlags } from "../kernel/signal/frame.ts";
import { forceSignal, sendToGroup, sendToTask } from "../kernel/signal/send.ts";
import { isUncatchable } from "../kernel/signal/signal_actions.ts";
import { SignalInfo, writeSignalInfo } from "../kernel/signal/signal_info.ts";
import { SignalSet } from "../kernel/signal/signal_set.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import { type Task, WAKE_SIGNAL, WAKE_TIMEOUT } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import type { ThreadGroup } from "../kernel/thread_group.ts";
import { REG_RSP } from "../platform/platform.ts";
import { anyFileOf } from "./paths.ts";
import { addr, fd, hex, inStruct, oneOf, pid, type RowTable, signal, size, supported } from "./row.ts";

const { SigactionLayout, StackLayout, SIGSET_BYTES, SIGRTMAX } = g;
const SIGACTION_BYTES = SigactionLayout.byteLength;
const OLD_AT = 64;

function isSignal(number: number): boolean {
  return number >= 1 && number <= SIGRTMAX;
}

/** rt_sigaction(2). */
export function sysRtSigaction(task: Task, args: SyscallArgs): Result {
  const number = args.int(0);
  const newAddr = args.addr(1);
  const oldAddr = args.addr(2);
  if (args.size(3) !== SIGSET_BYTES) return -EINVAL;
  if (!isSignal(number) || (newAddr !== 0 && isUncatchable(number))) return -EINVAL;
  const { memory } = task;
  const { actions } = task.threadGroup;
  const view = TaskMemory.scratchView;
  const old = actions.get(number);
  if (newAddr !== 0) {
    const copied = memory.copyInScratch(newAddr, 0, SIGACTION_BYTES);
    if (copied < 0) return copied;
    // SIGKILL and SIGSTOP can't be in the mask.
    const mask = new SignalSet();
    mask.setMask(SigactionLayout.maskLo.read(view, 0), SigactionLayout.maskHi.read(view, 0));
    actions.set(number, {
      handler: SigactionLayout.handler.read(view, 0),
      flags: SigactionLayout.flagsLo.read(view, 0) >>> 0,
      restorer: SigactionLayout.restorer.read(view, 0),
      maskLow: mask.low,
      maskHigh: mask.high,
    });
    if (actions.isIgnored(number)) discardPending(task.threadGroup, number);
  }
  if (oldAddr === 0) return 0;
  SigactionLayout.handler.write(view, OLD_AT, old.handler);
  SigactionLayout.flagsLo.write(view, OLD_AT, old.flags);
  SigactionLayout.flagsHi.write(view, OLD_AT, 0);
  SigactionLayout.restorer.write(view, OLD_AT, old.restorer);
  SigactionLayout.maskLo.write(view, OLD_AT, old.maskLow);
  SigactionLayout.maskHi.write(view, OLD_AT, old.maskHigh);
  return memory.queueOut(oldAddr, TaskMemory.scratch, OLD_AT, SIGACTION_BYTES);
}

/** POSIX: a pending signal that becomes ignored is discarded. */
function discardPending(group: ThreadGroup, number: number): void {
  group.pending.discard(number);
  for (const task of group.tasks) {
    task.pending.discard(number);
    task.recalculateSignals();
  }
}

/** rt_sigprocmask(2). */
export function sysRtSigprocmask(task: Task, args: SyscallArgs): Result {
  const how = args.int(0);
  const setAddr = args.addr(1);
  const oldAddr = args.addr(2);
  if (args.size(3) !== SIGSET_BYTES) return -EINVAL;
  const { memory, signalMask } = task;
  const { low, high } = signalMask;
  const view = TaskMemory.scratchView;
  if (setAddr !== 0) {
    const copied = memory.copyInScratch(setAddr, 0, SIGSET_BYTES);
    if (copied < 0) return copied;
    const setLow = view.getInt32(0, true);
    const setHigh = view.getInt32(4, true);
    if (how === g.SIG_BLOCK) task.setSignalMask(low | setLow, high | setHigh);
    else if (how === g.SIG_UNBLOCK) task.setSignalMask(low & ~setLow, high & ~setHigh);
    else if (how === g.SIG_SETMASK) task.setSignalMask(setLow, setHigh);
    else return -EINVAL;
  }
  if (oldAddr === 0) return 0;
  view.setInt32(OLD_AT, low, true);
  view.setInt32(OLD_AT + 4, high, true);
  return memory.queueOut(oldAddr, TaskMemory.scratch, OLD_AT, SIGSET_BYTES);
}

/** rt_sigpending(2). */
export function sysRtSigpending(task: Task, args: SyscallArgs): Result {
  const length = args.size(1);
  if (length > SIGSET_BYTES) return -EINVAL;
  const { pending, threadGroup, signalMask } = task;
  const view = TaskMemory.scratchView;
  view.setInt32(0, (pending.low | threadGroup.pending.low) & signalMask.low, true);
  view.setInt32(4, (pending.high | threadGroup.pending.high) & signalMask.high, true);
  return task.memory.copyOutScratch(args.addr(0), 0, length);
}

/** rt_sigsuspend(2). */
export function sysRtSigsuspend(task: Task, args: SyscallArgs): Result {
  if (args.size(1) !== SIGSET_BYTES) return -EINVAL;
  if (task.wakeReason === WAKE_SIGNAL) return -ERESTARTNOHAND;
  const copied = task.memory.copyInScratch(args.addr(0), 0, SIGSET_BYTES);
  if (copied < 0) return copied;
  const view = TaskMemory.scratchView;
  task.setTemporaryMask(view.getInt32(0, true), view.getInt32(4, true));
  return task.block();
}

/** pause(2). */
export function sysPause(task: Task): Result {
  return task.wakeReason === WAKE_SIGNAL ? -ERESTARTNOHAND : task.block();
}

/** What an interrupted rt_sigtimedwait(2) remembers. */
interface TimedWait {
  readonly wanted: SignalSet;
  readonly deadlineNs: number;
}

/** rt_sigtimedwait(2). */
export function sysRtSigtimedwait(task: Task, args: SyscallArgs): Result {
  if (args.size(3) !== SIGSET_BYTES) return -EINVAL;
  const wait = (task.callState as TimedWait | null) ?? beginTimedWait(task, args);
  if (isErrno(wait)) return wait;
  task.sigwaitSet = null;
  const info = task.takeSignal(wait.wanted);
  if (info !== null) {
    const infoAddr = args.addr(1);
    if (infoAddr === 0) return info.signal;
    writeSignalInfo(info, TaskMemory.scratchView, 0);
    const copied = task.memory.copyOutScratch(infoAddr, 0, g.SiginfoLayout.byteLength);
    return copied < 0 ? copied : info.signal;
  }
  if (wait.deadlineNs === 0 || task.wakeReason === WAKE_TIMEOUT) return -EAGAIN;
  if (task.wakeReason === WAKE_SIGNAL) return -EINTR;
  task.callState = wait;
  task.sigwaitSet = wait.wanted;
  return task.block(wait.deadlineNs);
}

function beginTimedWait(task: Task, args: SyscallArgs): TimedWait | Errno {
  const copied = task.memory.copyInScratch(args.addr(0), 0, SIGSET_BYTES);
  if (copied < 0) return copied;
  const view = TaskMemory.scratchView;
  const wanted = new SignalSet();
  wanted.setMask(view.getInt32(0, true), view.getInt32(4, true));
  const timeoutAddr = args.addr(2);
  if (timeoutAddr === 0) return { wanted, deadlineNs: Number.POSITIVE_INFINITY };
  const copiedTime = task.memory.copyInScratch(timeoutAddr, 0, TimespecLayout.byteLength);
  if (copiedTime < 0) return copiedTime;
  const sec = TimespecLayout.sec.read(view, 0);
  const nsec = TimespecLayout.nsec.read(view, 0);
  if (sec < 0 || nsec < 0 || nsec >= 1e9) return -EINVAL;
  return { wanted, deadlineNs: sec === 0 && nsec === 0 ? 0 : task.nowNs() + sec * 1e9 + nsec };
}

const returned: ReturnedFrame = { maskLow: 0, maskHigh: 0, fpu: 0, stackAddress: 0, stackFlags: 0, stackSize: 0 };

/** rt_sigreturn(2): not a call in the usual sense; it leaves with the registers of the frame. */
export function sysRtSigreturn(task: Task): Result {
  if (readFrame(task, returned) < 0) return badFrame(task);
  const { fpu } = returned;
  const { stackAddress, stackSize } = returned;
  const flags = returned.stackFlags;
  task.setSignalMask(returned.maskLow, returned.maskHigh);
  // As on Linux, a bad stack_t in the frame is nobody's error.
  setAlternateStack(task, stackAddress, flags, stackSize);
  const orders = [{ kind: "loadFpu", address: fpu } as const];
  if (task.work === 0 && !task.kernel.isObserved) return task.performOrdersAndGoOn(orders, () => badFrame(task));
  return task.performOrders(orders, (failedIndex) =>
    failedIndex >= 0 ? badFrame(task) : task.kernel.resumeAfterSigreturn(task),
  );
}

function badFrame(task: Task): Result {
  forceSignal(task, SignalInfo.kernel(g.SIGSEGV));
  return task.kernel.resumeAfterSigreturn(task);
}

/** sigaltstack(2). */
export function sysSigaltstack(task: Task, args: SyscallArgs): Result {
  const newAddr = args.addr(0);
  const oldAddr = args.addr(1);
  const { memory, alternateStack: stack } = task;
  const view = TaskMemory.scratchView;
  StackLayout.zero(view, OLD_AT);
  StackLayout.sp.write(view, OLD_AT, stack.address);
  StackLayout.flags.write(view, OLD_AT, stackFlags(task, task.thread.getRegister(REG_RSP)) | 0);
  StackLayout.size.write(view, OLD_AT, stack.size);
  if (newAddr !== 0) {
    const copied = memory.copyInScratch(newAddr, 0, StackLayout.byteLength);
    if (copied < 0) return copied;
    const result = setAlternateStack(
      task,
      StackLayout.sp.read(view, 0),
      StackLayout.flags.read(view, 0) >>> 0,
      StackLayout.size.read(view, 0),
    );
    if (result < 0) return result;
  }
  return oldAddr === 0 ? 0 : memory.copyOutScratch(oldAddr, OLD_AT, StackLayout.byteLength);
}

function setAlternateStack(task: Task, address: number, flags: number, length: number): 0 | Errno {
  const stack = task.alternateStack;
  const isOnIt = stack.contains(task.thread.getRegister(REG_RSP)) && (stack.flags & g.SS_AUTODISARM) === 0;
  if (isOnIt && stack.size > 0) return -EPERM;
  const mode = flags & ~g.SS_AUTODISARM;
  if (mode !== g.SS_DISABLE && mode !== g.SS_ONSTACK && mode !== 0) return -EINVAL;
  if (mode === g.SS_DISABLE) {
    stack.disable();
    stack.flags = (g.SS_DISABLE | (flags & g.SS_AUTODISARM)) >>> 0;
    return 0;
  }
  if (length < g.MINSIGSTKSZ) return -ENOMEM;
  stack.address = address;
  stack.size = length;
  stack.flags = (flags & g.SS_AUTODISARM) >>> 0;
  return 0;
}

/** kill(2). */
export function sysKill(task: Task, args: SyscallArgs): Result {
  return kill(task, args.int(0), args.int(1));
}

function kill(task: Task, id: number, number: number): Result {
  if (number < 0 || number > SIGRTMAX) return -EINVAL;
  const info = SignalInfo.user(number, task.threadGroup.pid, task.credentials.ruid);
  const { pidNamespace } = task.threadGroup;
  if (id > 0) {
    const target = pidNamespace.task(id);
    return target === undefined ? -ESRCH : killGroup(task, target.threadGroup, number, info);
  }
  if (id === -0x8000_0000) return -ESRCH;
  if (id === -1) {
    const others = pidNamespace.threadGroups().filter((group) => group !== task.threadGroup && !group.isInit);
    return killMany(task, others, number, info);
  }
  const group = id === 0 ? task.threadGroup.processGroup : pidNamespace.processGroups.get(-id);
  return group === undefined ? -ESRCH : killMany(task, [...group.members], number, info);
}

/** Succeeds if one could be signalled; EPERM if all were refused. */
function killMany(task: Task, targets: readonly ThreadGroup[], number: number, info: SignalInfo): Result {
  let result: Result = -ESRCH;
  for (const target of targets) {
    const one = killGroup(task, target, number, info);
    if (one === 0) result = 0;
    else if (result !== 0) result = one;
  }
  return result;
}

function killGroup(task: Task, target: ThreadGroup, number: number, info: SignalInfo): Result {
  if (!mayKill(task, target.leader, number)) return -EPERM;
  return number === 0 ? 0 : sendToGroup(target, info);
}

/** tkill(2). */
export function sysTkill(task: Task, args: SyscallArgs): Result {
  const tid = args.int(0);
  return tid <= 0 ? -EINVAL : killTask(task, -1, tid, args.int(1));
}

/** tgkill(2). */
export function sysTgkill(task: Task, args: SyscallArgs): Result {
  const tgid = args.int(0);
  const tid = args.int(1);
  return tgid <= 0 || tid <= 0 ? -EINVAL : killTask(task, tgid, tid, args.int(2));
}

function killTask(task: Task, tgid: number, tid: number, number: number): Result {
  if (number < 0 || number > SIGRTMAX) return -EINVAL;
  const target = task.kernel.findTask(tid);
  if (target === undefined || (tgid > 0 && target.threadGroup.pid !== tgid)) return -ESRCH;
  if (!mayKill(task, target, number)) return -EPERM;
  if (number === 0) return 0;
  return sendToTask(target, SignalInfo.thread(number, task.threadGroup.pid, task.credentials.ruid));
}

/** The siginfo_t that a program sends: nobody may claim to be the kernel or kill(2) towards others. */
function copyInInfo(task: Task, address: number, number: number, isOwn: boolean): SignalInfo | Errno {
  const copied = task.memory.copyInScratch(address, 0, g.SiginfoLayout.byteLength);
  if (copied < 0) return copied;
  const info = SignalInfo.fromBytes(number, TaskMemory.scratchView, 0);
  if ((info.code >= 0 || info.code === g.SI_TKILL) && !isOwn) return -EPERM;
  return info;
}

/** rt_sigqueueinfo(2). */
export function sysRtSigqueueinfo(task: Task, args: SyscallArgs): Result {
  const id = args.int(0);
  const number = args.int(1);
  const target = task.kernel.findTask(id);
  const info = copyInInfo(task, args.addr(2), number, target?.threadGroup === task.threadGroup);
  if (isErrno(info)) return info;
  if (number < 0 || number > SIGRTMAX) return -EINVAL;
  return target === undefined ? -ESRCH : killGroup(task, target.threadGroup, number, info);
}

/** rt_tgsigqueueinfo(2). */
export function sysRtTgsigqueueinfo(task: Task, args: SyscallArgs): Result {
  const tgid = args.int(0);
  const tid = args.int(1);
  const number = args.int(2);
  if (tgid <= 0 || tid <= 0) return -EINVAL;
  const target = task.kernel.findTask(tid);
  const info = copyInInfo(task, args.addr(3), number, target === task);
  if (isErrno(info)) return info;
  if (number < 0 || number > SIGRTMAX) return -EINVAL;
  if (target === undefined || target.threadGroup.pid !== tgid) return -ESRCH;
  if (!mayKill(task, target, number)) return -EPERM;
  return number === 0 ? 0 : sendToTask(target, info);
}

/** pidfd_send_signal(2). */
export function sysPidfdSendSignal(task: Task, args: SyscallArgs): Result {
  const number = args.int(1);
  const infoAddr = args.addr(2);
  if (args.uint(3) !== 0 || number < 0 || number > SIGRTMAX) return -EINVAL;
  const file = anyFileOf(task, args.int(0));
  if (isErrno(file)) return file;
  const target = processOf(file);
  if (target === undefined) return -EBADF;
  let info: SignalInfo | Errno = SignalInfo.user(number, task.threadGroup.pid, task.credentials.ruid);
  if (infoAddr !== 0) {
    info = copyInInfo(task, infoAddr, number, target === task.threadGroup);
    if (isErrno(info)) return info;
    if (TaskMemory.scratchView.getInt32(0, true) !== number) return -EINVAL;
  }
  return target === null ? -ESRCH : killGroup(task, target, number, info);
}

/** restart_syscall(2): the kernel restarts calls without the program's help, so nobody has one to restart. */
export function sysRestartSyscall(): Result {
  return -EINTR;
}

function formatSet(view: DataView, at: number): string {
  return `[${new SignalSet(view.getInt32(at, true), view.getInt32(at + 4, true)).toHex()}]`;
}

function formatAction(view: DataView, at: number): string {
  const handler = SigactionLayout.handler.read(view, at);
  const shown = handler === g.SIG_DFL ? "SIG_DFL" : handler === g.SIG_IGN ? "SIG_IGN" : `0x${handler.toString(16)}`;
  return `{handler=${shown}, flags=0x${SigactionLayout.flagsLo.read(view, at).toString(16)}}`;
}

const HOW = oneOf([
  [g.SIG_BLOCK, "SIG_BLOCK"],
  [g.SIG_UNBLOCK, "SIG_UNBLOCK"],
  [g.SIG_SETMASK, "SIG_SETMASK"],
]);

export const signalRows: RowTable = {
  13: supported("rt_sigaction", sysRtSigaction, [signal, inStruct(SIGACTION_BYTES, formatAction), addr, size]),
  14: supported("rt_sigprocmask", sysRtSigprocmask, [HOW, inStruct(SIGSET_BYTES, formatSet), addr, size]),
  15: supported("rt_sigreturn", sysRtSigreturn, []),
  34: supported("pause", sysPause, []),
  62: supported("kill", sysKill, [pid, signal]),
  127: supported("rt_sigpending", sysRtSigpending, [addr, size]),
  128: supported("rt_sigtimedwait", sysRtSigtimedwait, [addr, addr, addr, size]),
  129: supported("rt_sigqueueinfo", sysRtSigqueueinfo, [pid, signal, addr]),
  130: supported("rt_sigsuspend", sysRtSigsuspend, [inStruct(SIGSET_BYTES, formatSet), size]),
  131: supported("sigaltstack", sysSigaltstack, [addr, addr]),
  200: supported("tkill", sysTkill, [pid, signal]),
  219: supported("restart_syscall", sysRestartSyscall, []),
  234: supported("tgkill", sysTgkill, [pid, pid, signal]),
  297: supported("rt_tgsigqueueinfo", sysRtTgsigqueueinfo, [pid, pid, signal, addr]),
  424: supported("pidfd_send_signal", sysPidfdSendSignal, [fd, signal, addr, hex]),
};
