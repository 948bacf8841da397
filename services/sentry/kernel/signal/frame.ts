/**
 * The frame on the application's stack that a signal handler runs on and rt_sigreturn(2) takes back: struct rt_sigframe of x86-64,
 * arch/x86/include/asm/sigframe.h. From low to high addresses:
 *
 *   pretcode (8) | ucontext (304) | siginfo (128) | padding | fpstate (64-byte aligned, XSAVE image and magic words)
 *
 * The return address lies 8 bytes below a 16-byte boundary, as after a call. The XSAVE image is written by the platform (`saveFpu`), the rest here.
 */
import { EFAULT, type Errno } from "../../../../shared/abi/errno.ts";
import {
  FP_XSTATE_MAGIC1,
  FP_XSTATE_MAGIC2,
  SA_ONSTACK,
  SA_RESTORER,
  SigcontextLayout,
  SiginfoLayout,
  SS_AUTODISARM,
  SS_DISABLE,
  SS_ONSTACK,
  UC_FP_XSTATE,
  UC_SIGCONTEXT_SS,
  UC_STRICT_RESTORE_SS,
  UcontextLayout,
} from "../../../../shared/abi/signal.ts";
import {
  type AppThread,
  type Platform,
  REG_EFLAGS,
  REG_RAX,
  REG_RDI,
  REG_RDX,
  REG_RIP,
  REG_RSI,
  REG_RSP,
  REGISTER_COUNT,
} from "../../platform/platform.ts";
import { type Task, WORK_RESTORE_MASK } from "../task.ts";
import { TaskMemory } from "../task_memory.ts";
import type { SignalAction } from "./signal_actions.ts";
import { type SignalInfo, writeSignalInfo } from "./signal_info.ts";

const RED_ZONE = 128;
const FPU_ALIGNMENT = 64;
const POINTER = 8;
/** pretcode, ucontext and siginfo. */
const FRAME_BYTES = POINTER + UcontextLayout.byteLength + SiginfoLayout.byteLength;
const UCONTEXT_AT = POINTER;
const SIGINFO_AT = POINTER + UcontextLayout.byteLength;
const MCONTEXT_AT = UCONTEXT_AT + UcontextLayout.mcontext.offset;
/** FP_XSTATE_MAGIC2 after the image. */
const MAGIC2_BYTES = 4;
/** sw_reserved in the legacy part of the image; where its copy and MAGIC2's are made up in `scratch`. */
const SW_RESERVED_OFFSET = 464;
const SW_RESERVED_BYTES = 48;
const SW_RESERVED_AT = 1024;
const MAGIC2_AT = SW_RESERVED_AT + SW_RESERVED_BYTES;
/** Direction, resume and trap flag: a handler starts without them. */
const CLEARED_EFLAGS = 0x400 | 0x10000 | 0x100;
const TWO_32 = 0x1_0000_0000;

/** Where the parts of a frame go. */
export interface FramePlace {
  /** rsp of the handler. */
  frame: number;
  fpu: number;
}

/** Decides where the frame for `action` lies; -EFAULT when an alternate stack has no room. `place` is filled. */
export function placeFrame(task: Task, action: SignalAction, fpuBytes: number, place: FramePlace): 0 | Errno {
  const stack = task.alternateStack;
  const sp = task.thread.getRegister(REG_RSP);
  const onStack = stack.contains(sp) && (stack.flags & SS_AUTODISARM) === 0;
  const switches = (action.flags & SA_ONSTACK) !== 0 && (stack.flags & SS_DISABLE) === 0 && !onStack;
  let at = switches ? stack.address + stack.size : sp - RED_ZONE;
  at -= fpuBytes + MAGIC2_BYTES;
  at -= at % FPU_ALIGNMENT;
  place.fpu = at;
  at -= FRAME_BYTES;
  at -= at % 16;
  at -= POINTER;
  place.frame = at;
  if (at <= 0) return -EFAULT;
  // A frame that would overrun the alternate stack is as bad as a fault.
  if ((switches || onStack) && at < stack.address) return -EFAULT;
  return 0;
}

/** Copies the frame out and points the registers at the handler. The FPU state is in place already. */
export function writeFrame(task: Task, info: SignalInfo, action: SignalAction, place: FramePlace): 0 | Errno {
  const { thread } = task;
  const scratch = TaskMemory.scratch;
  const view = TaskMemory.scratchView;
  scratch.fill(0, 0, FRAME_BYTES);

  setU53(view, 0, (action.flags & SA_RESTORER) !== 0 ? action.restorer : 0);
  const uc = UCONTEXT_AT;
  UcontextLayout.flags.write(view, uc, UC_FP_XSTATE | UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS);
  const stack = task.alternateStack;
  UcontextLayout.stackSp.write(view, uc, stack.address);
  UcontextLayout.stackFlags.write(view, uc, stackFlags(task, thread.getRegister(REG_RSP)) | 0);
  UcontextLayout.stackSize.write(view, uc, stack.size);
  thread.readRegisters(scratch, MCONTEXT_AT);
  SigcontextLayout.fpstate.write(view, MCONTEXT_AT, place.fpu);
  const restore = (task.work & WORK_RESTORE_MASK) !== 0;
  const mask = restore ? task.savedMask : task.signalMask;
  SigcontextLayout.oldmaskLo.write(view, MCONTEXT_AT, mask.low);
  SigcontextLayout.oldmaskHi.write(view, MCONTEXT_AT, mask.high);
  UcontextLayout.sigmaskLo.write(view, uc, mask.low);
  UcontextLayout.sigmaskHi.write(view, uc, mask.high);
  writeSignalInfo(info, view, SIGINFO_AT);

  // A frame that another may go on top of must be in memory at once; else the thread copies it itself when it resumes.
  const isLast = isLastSignal(task);
  writeFpuMarks(view, task.kernel.platform);
  const { fpuStateBytes } = task.kernel.platform;
  const failed =
    copyPart(task, isLast, place.frame, 0, FRAME_BYTES) ||
    copyPart(task, isLast, place.fpu + SW_RESERVED_OFFSET, SW_RESERVED_AT, SW_RESERVED_BYTES) ||
    copyPart(task, isLast, place.fpu + fpuStateBytes, MAGIC2_AT, MAGIC2_BYTES);
  if (failed < 0) return failed;
  task.work &= ~WORK_RESTORE_MASK;
  if ((stack.flags & SS_AUTODISARM) !== 0) stack.disable();

  thread.setRegister(REG_RDI, info.signal);
  thread.setRegister(REG_RSI, place.frame + SIGINFO_AT);
  thread.setRegister(REG_RDX, place.frame + UCONTEXT_AT);
  thread.setRegister(REG_RAX, 0);
  thread.setRegister(REG_RSP, place.frame);
  thread.setRegister(REG_RIP, action.handler);
  const eflags = thread.getRegister(REG_EFLAGS);
  thread.setRegister(REG_EFLAGS, eflags - (eflags & CLEARED_EFLAGS));
  return 0;
}

/** Nothing else is to be done for the task before it runs the handler. */
export function isLastSignal(task: Task): boolean {
  return task.pending.isEmpty && task.threadGroup.pending.isEmpty && (task.work & ~WORK_RESTORE_MASK) === 0;
}

function copyPart(task: Task, isQueued: boolean, address: number, at: number, length: number): 0 | Errno {
  return isQueued
    ? task.memory.queueOut(address, TaskMemory.scratch, at, length)
    : task.memory.copyOut(address, TaskMemory.scratch, at, length);
}

/** struct _fpx_sw_bytes, by which programs see that the image is an extended one and how long it is. */
function writeFpuMarks(view: DataView, platform: Platform): void {
  for (let at = SW_RESERVED_AT; at < SW_RESERVED_AT + SW_RESERVED_BYTES; at += 4) view.setUint32(at, 0, true);
  view.setUint32(SW_RESERVED_AT, FP_XSTATE_MAGIC1, true);
  view.setUint32(SW_RESERVED_AT + 4, platform.fpuStateBytes + MAGIC2_BYTES, true);
  view.setUint32(SW_RESERVED_AT + 8, platform.fpuFeatures, true);
  view.setUint32(SW_RESERVED_AT + 16, platform.fpuStateBytes, true);
  view.setUint32(MAGIC2_AT, FP_XSTATE_MAGIC2, true);
}

/** What rt_sigreturn(2) found in the frame. */
export interface ReturnedFrame {
  maskLow: number;
  maskHigh: number;
  fpu: number;
  stackAddress: number;
  stackFlags: number;
  stackSize: number;
}

/** Takes the frame back from the application's stack: sets the registers and fills `out`. */
export function readFrame(task: Task, out: ReturnedFrame): 0 | Errno {
  const { thread } = task;
  // The handler's `ret` has taken the return address off.
  const frame = thread.getRegister(REG_RSP) - POINTER;
  const failed = task.memory.copyInScratch(frame, 0, FRAME_BYTES);
  if (failed < 0) return failed;
  const view = TaskMemory.scratchView;
  const uc = UCONTEXT_AT;
  out.maskLow = UcontextLayout.sigmaskLo.read(view, uc);
  out.maskHigh = UcontextLayout.sigmaskHi.read(view, uc);
  out.stackAddress = UcontextLayout.stackSp.read(view, uc);
  out.stackFlags = UcontextLayout.stackFlags.read(view, uc) >>> 0;
  out.stackSize = UcontextLayout.stackSize.read(view, uc);
  out.fpu = SigcontextLayout.fpstate.read(view, MCONTEXT_AT);
  restoreRegisters(thread, MCONTEXT_AT);
  return 0;
}

function restoreRegisters(thread: AppThread, at: number): void {
  thread.writeRegisters(TaskMemory.scratch, at);
}

/** ss_flags as sigaltstack(2) reports them. */
export function stackFlags(task: Task, stackPointer: number): number {
  const stack = task.alternateStack;
  if (stack.size === 0) return SS_DISABLE;
  if ((stack.flags & SS_AUTODISARM) !== 0) return stack.flags >>> 0;
  return stack.contains(stackPointer) ? SS_ONSTACK : 0;
}

function setU53(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % TWO_32, true);
  view.setUint32(at + 4, Math.floor(value / TWO_32), true);
}

/** The registers fit before the fpstate pointer of struct sigcontext. */
if (REGISTER_COUNT * 8 !== SigcontextLayout.fpstate.offset) throw new Error("register file and sigcontext disagree");
