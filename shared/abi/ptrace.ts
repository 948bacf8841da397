/**
 * ptrace(2) and the order of x86-64 registers; include/uapi/linux/ptrace.h, asm/ptrace-abi.h.
 */

import { I64, struct, U53 } from "./layout.ts";

// Requests.
export const PTRACE_SYSCALL_INFO_NONE = 0;
export const PTRACE_TRACEME = 0;
export const PTRACE_PEEKSIGINFO_SHARED = 1;
export const PTRACE_PEEKTEXT = 1;
export const PTRACE_SYSCALL_INFO_ENTRY = 1;
export const PTRACE_PEEKDATA = 2;
export const PTRACE_SYSCALL_INFO_EXIT = 2;
export const PTRACE_PEEKUSR = 3;
export const PTRACE_SYSCALL_INFO_SECCOMP = 3;
export const PTRACE_POKETEXT = 4;
export const PTRACE_POKEDATA = 5;
export const PTRACE_POKEUSR = 6;
export const PTRACE_CONT = 7;
export const PTRACE_KILL = 8;
export const PTRACE_SINGLESTEP = 9;
export const PTRACE_GETREGS = 0xc;
export const PTRACE_SETREGS = 0xd;
export const PTRACE_GETFPREGS = 0xe;
export const PTRACE_SETFPREGS = 0xf;
export const PTRACE_ATTACH = 0x10;
export const PTRACE_DETACH = 0x11;
export const PTRACE_GETFPXREGS = 0x12;
export const PTRACE_SETFPXREGS = 0x13;
export const PTRACE_OLDSETOPTIONS = 0x15;
export const PTRACE_SYSCALL = 0x18;
export const PTRACE_GET_THREAD_AREA = 0x19;
export const PTRACE_SET_THREAD_AREA = 0x1a;
export const PTRACE_ARCH_PRCTL = 0x1e;
export const PTRACE_SYSEMU = 0x1f;
export const PTRACE_SYSEMU_SINGLESTEP = 0x20;
export const PTRACE_SINGLEBLOCK = 0x21;
export const PTRACE_SETOPTIONS = 0x4200;
export const PTRACE_GETEVENTMSG = 0x4201;
export const PTRACE_GETSIGINFO = 0x4202;
export const PTRACE_SETSIGINFO = 0x4203;
export const PTRACE_GETREGSET = 0x4204;
export const PTRACE_SETREGSET = 0x4205;
export const PTRACE_SEIZE = 0x4206;
export const PTRACE_INTERRUPT = 0x4207;
export const PTRACE_LISTEN = 0x4208;
export const PTRACE_PEEKSIGINFO = 0x4209;
export const PTRACE_GETSIGMASK = 0x420a;
export const PTRACE_SETSIGMASK = 0x420b;
export const PTRACE_SECCOMP_GET_FILTER = 0x420c;
export const PTRACE_SECCOMP_GET_METADATA = 0x420d;
export const PTRACE_GET_SYSCALL_INFO = 0x420e;
export const PTRACE_GET_RSEQ_CONFIGURATION = 0x420f;

// Options and events.
export const PTRACE_O_TRACESYSGOOD = 1;
export const PTRACE_O_TRACEFORK = 2;
export const PTRACE_O_TRACEVFORK = 4;
export const PTRACE_O_TRACECLONE = 8;
export const PTRACE_O_TRACEEXEC = 0x10;
export const PTRACE_O_TRACEVFORKDONE = 0x20;
export const PTRACE_O_TRACEEXIT = 0x40;
export const PTRACE_O_TRACESECCOMP = 0x80;
export const PTRACE_O_EXITKILL = 0x100000;
export const PTRACE_O_MASK = 0x3000ff;

export const PTRACE_EVENT_FORK = 1;
export const PTRACE_EVENT_VFORK = 2;
export const PTRACE_EVENT_CLONE = 3;
export const PTRACE_EVENT_EXEC = 4;
export const PTRACE_EVENT_EXIT = 6;
export const PTRACE_EVENT_SECCOMP = 7;
export const PTRACE_EVENT_STOP = 128;

/** struct user_regs_struct, PTRACE_GETREGS and the NT_PRSTATUS register set. */
export const UserRegsLayout = struct(216, {
  r15: new U53(0),
  r14: new U53(8),
  r13: new U53(16),
  r12: new U53(24),
  rbp: new U53(32),
  rbx: new U53(40),
  r11: new U53(48),
  r10: new U53(56),
  r9: new U53(64),
  r8: new U53(72),
  rax: new U53(80),
  rcx: new U53(88),
  rdx: new U53(96),
  rsi: new U53(104),
  rdi: new U53(112),
  origRax: new I64(120),
  rip: new U53(128),
  cs: new U53(136),
  eflags: new U53(144),
  rsp: new U53(152),
  ss: new U53(160),
  fsBase: new U53(168),
  gsBase: new U53(176),
  ds: new U53(184),
  es: new U53(192),
  fs: new U53(200),
  gs: new U53(208),
});
