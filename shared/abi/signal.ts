/**
 * Signals: signal(7), sigaction(2), siginfo; include/uapi/asm/signal.h, asm-generic/siginfo.h.
 */

import { Bytes, I16, I32, I64, pad, struct, U16, U32, U53 } from "./layout.ts";

// Signal numbers.
export const SIGHUP = 1;
export const SIGINT = 2;
export const SIGQUIT = 3;
export const SIGILL = 4;
export const SIGTRAP = 5;
export const SIGABRT = 6;
export const SIGIOT = 6;
export const SIGBUS = 7;
export const SIGFPE = 8;
export const SIGKILL = 9;
export const SIGUSR1 = 10;
export const SIGSEGV = 11;
export const SIGUSR2 = 12;
export const SIGPIPE = 13;
export const SIGALRM = 14;
export const SIGTERM = 15;
export const SIGSTKFLT = 16;
export const SIGCHLD = 17;
export const SIGCONT = 18;
export const SIGSTOP = 19;
export const SIGTSTP = 20;
export const SIGTTIN = 21;
export const SIGTTOU = 22;
export const SIGURG = 23;
export const SIGXCPU = 24;
export const SIGXFSZ = 25;
export const SIGVTALRM = 26;
export const SIGPROF = 27;
export const SIGWINCH = 28;
export const SIGIO = 29;
export const SIGPOLL = 29;
export const SIGPWR = 30;
export const SIGSYS = 31;
export const SIGUNUSED = 31;
export const SIGRTMIN = 32;

// The last real-time signal, and the bytes of the kernel's own signal set.
export const SIGRTMAX = 64;
export const SIGSET_BYTES = 8;

// Special handlers.
export const SIG_DFL = 0;
export const SIG_IGN = 1;

// sigprocmask(2).
export const SIG_BLOCK = 0;
export const SIG_UNBLOCK = 1;
export const SIG_SETMASK = 2;

// sigaction(2) flags.
export const SA_NOCLDSTOP = 1;
export const SA_NOCLDWAIT = 2;
export const SA_SIGINFO = 4;
export const SA_UNSUPPORTED = 0x400;
export const SA_RESTORER = 0x4000000;
export const SA_ONSTACK = 0x8000000;
export const SA_RESTART = 0x10000000;
export const SA_NODEFER = 0x40000000;
export const SA_NOMASK = 0x40000000;
export const SA_ONESHOT = 0x80000000;
export const SA_RESETHAND = 0x80000000;

// sigaltstack(2).
export const SS_ONSTACK = 1;
export const SS_DISABLE = 2;
export const SS_AUTODISARM = 0x80000000;
export const MINSIGSTKSZ = 0x800;
export const SIGSTKSZ = 0x2000;

// si_code: who sent it.
export const SI_ASYNCNL = -60;
export const SI_DETHREAD = -7;
export const SI_TKILL = -6;
export const SI_SIGIO = -5;
export const SI_ASYNCIO = -4;
export const SI_MESGQ = -3;
export const SI_TIMER = -2;
export const SI_QUEUE = -1;
export const SI_USER = 0;
export const SI_KERNEL = 128;

// si_code of SIGILL.
export const ILL_ILLOPC = 1;
export const ILL_ILLOPN = 2;
export const ILL_ILLADR = 3;
export const ILL_ILLTRP = 4;
export const ILL_PRVOPC = 5;
export const ILL_PRVREG = 6;
export const ILL_COPROC = 7;
export const ILL_BADSTK = 8;
export const ILL_BADIADDR = 9;

// si_code of SIGFPE.
export const FPE_INTDIV = 1;
export const FPE_INTOVF = 2;
export const FPE_FLTDIV = 3;
export const FPE_FLTOVF = 4;
export const FPE_FLTUND = 5;
export const FPE_FLTRES = 6;
export const FPE_FLTINV = 7;
export const FPE_FLTSUB = 8;
export const FPE_FLTUNK = 14;
export const FPE_CONDTRAP = 15;

// si_code of SIGSEGV.
export const SEGV_MAPERR = 1;
export const SEGV_ACCERR = 2;
export const SEGV_BNDERR = 3;
export const SEGV_PKUERR = 4;
export const SEGV_ACCADI = 5;
export const SEGV_ADIDERR = 6;
export const SEGV_ADIPERR = 7;
export const SEGV_MTEAERR = 8;
export const SEGV_MTESERR = 9;

// si_code of SIGBUS.
export const BUS_ADRALN = 1;
export const BUS_ADRERR = 2;
export const BUS_OBJERR = 3;
export const BUS_MCEERR_AR = 4;
export const BUS_MCEERR_AO = 5;

// si_code of SIGTRAP.
export const TRAP_BRKPT = 1;
export const TRAP_PERF_FLAG_ASYNC = 1;
export const TRAP_TRACE = 2;
export const TRAP_BRANCH = 3;
export const TRAP_HWBKPT = 4;
export const TRAP_UNK = 5;
export const TRAP_PERF = 6;

// si_code of SIGCHLD.
export const CLD_EXITED = 1;
export const CLD_KILLED = 2;
export const CLD_DUMPED = 3;
export const CLD_TRAPPED = 4;
export const CLD_STOPPED = 5;
export const CLD_CONTINUED = 6;

// si_code of SIGPOLL.
export const POLL_IN = 1;
export const POLL_OUT = 2;
export const POLL_MSG = 3;
export const POLL_ERR = 4;
export const POLL_PRI = 5;
export const POLL_HUP = 6;

// si_code of SIGSYS.
export const SYS_SECCOMP = 1;
export const SYS_USER_DISPATCH = 2;

// sigevent notification.
export const SIGEV_SIGNAL = 0;
export const SIGEV_NONE = 1;
export const SIGEV_THREAD = 2;
export const SIGEV_THREAD_ID = 4;

// uc_flags.
export const UC_FP_XSTATE = 1;
export const UC_SIGCONTEXT_SS = 2;
export const UC_STRICT_RESTORE_SS = 4;

// Extended FPU state markers in the signal frame, asm/sigcontext.h.
export const FP_XSTATE_MAGIC1 = 0x46505853;
export const FP_XSTATE_MAGIC2 = 0x46505845;
export const FP_XSTATE_MAGIC2_SIZE = 4;

/** struct sigaction as rt_sigaction(2) takes it; not the C library's. */
export const SigactionLayout = struct(32, {
  handler: new U53(0),
  flagsLo: new U32(8),
  flagsHi: new U32(12),
  restorer: new U53(16),
  maskLo: new U32(24),
  maskHi: new U32(28),
});

/** stack_t, sigaltstack(2). */
export const StackLayout = struct(24, { sp: new U53(0), flags: new I32(8), size: new U53(16) }, pad(12, 4));

/** siginfo_t: the part that all signals share; the union starts at byte 16. */
export const SiginfoLayout = struct(128, { signo: new I32(0), errno: new I32(4), code: new I32(8) }, pad(12, 116));

/** siginfo_t of kill(2), tgkill(2) and sigqueue(3). */
export const SiginfoRtLayout = struct(
  128,
  {
    signo: new I32(0),
    errno: new I32(4),
    code: new I32(8),
    pid: new I32(16),
    uid: new U32(20),
    valueLo: new U32(24),
    valueHi: new U32(28),
  },
  pad(12, 4),
  pad(32, 96),
);

/** siginfo_t of POSIX timers. */
export const SiginfoTimerLayout = struct(
  128,
  {
    signo: new I32(0),
    errno: new I32(4),
    code: new I32(8),
    tid: new I32(16),
    overrun: new I32(20),
    valueLo: new U32(24),
    valueHi: new U32(28),
  },
  pad(12, 4),
  pad(32, 96),
);

/** siginfo_t of SIGCHLD; times in clock ticks. */
export const SiginfoChildLayout = struct(
  128,
  {
    signo: new I32(0),
    errno: new I32(4),
    code: new I32(8),
    pid: new I32(16),
    uid: new U32(20),
    status: new I32(24),
    utime: new I64(32),
    stime: new I64(40),
  },
  pad(12, 4),
  pad(28, 4),
  pad(48, 80),
);

/** siginfo_t of SIGSEGV, SIGBUS, SIGILL, SIGFPE and SIGTRAP. */
export const SiginfoFaultLayout = struct(
  128,
  { signo: new I32(0), errno: new I32(4), code: new I32(8), addr: new U53(16), addrLsb: new I16(24) },
  pad(12, 4),
  pad(26, 102),
);

/** siginfo_t of SIGPOLL. */
export const SiginfoPollLayout = struct(
  128,
  { signo: new I32(0), errno: new I32(4), code: new I32(8), band: new I64(16), fd: new I32(24) },
  pad(12, 4),
  pad(28, 100),
);

/** siginfo_t of SIGSYS. */
export const SiginfoSysLayout = struct(
  128,
  {
    signo: new I32(0),
    errno: new I32(4),
    code: new I32(8),
    callAddr: new U53(16),
    syscall: new I32(24),
    arch: new U32(28),
  },
  pad(12, 4),
  pad(32, 96),
);

/** struct sigcontext of x86-64: the machine state inside a ucontext. */
export const SigcontextLayout = struct(
  256,
  {
    r8: new U53(0),
    r9: new U53(8),
    r10: new U53(16),
    r11: new U53(24),
    r12: new U53(32),
    r13: new U53(40),
    r14: new U53(48),
    r15: new U53(56),
    rdi: new U53(64),
    rsi: new U53(72),
    rbp: new U53(80),
    rbx: new U53(88),
    rdx: new U53(96),
    rax: new U53(104),
    rcx: new U53(112),
    rsp: new U53(120),
    rip: new U53(128),
    eflags: new U53(136),
    cs: new U16(144),
    gs: new U16(146),
    fs: new U16(148),
    ss: new U16(150),
    err: new U53(152),
    trapno: new U53(160),
    oldmaskLo: new U32(168),
    oldmaskHi: new U32(172),
    cr2: new U53(176),
    fpstate: new U53(184),
  },
  pad(192, 64),
);

/** struct ucontext: what a handler's third argument points at; `mcontext` is a SigcontextLayout. */
export const UcontextLayout = struct(
  304,
  {
    flags: new U53(0),
    link: new U53(8),
    stackSp: new U53(16),
    stackFlags: new I32(24),
    stackSize: new U53(32),
    mcontext: new Bytes(40, 256),
    sigmaskLo: new U32(296),
    sigmaskHi: new U32(300),
  },
  pad(28, 4),
);

/** struct sigevent, timer_create(2), mq_notify(2). */
export const SigeventLayout = struct(
  64,
  {
    valueLo: new U32(0),
    valueHi: new U32(4),
    signo: new I32(8),
    notify: new I32(12),
    tid: new I32(16),
  },
  pad(20, 44),
);
