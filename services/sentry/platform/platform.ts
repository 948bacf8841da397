/**
 * The border between the kernel and whatever runs application code. Nothing above this file knows which platform it is.
 *
 * An `AddressSpace` is one set of application mappings; an `AppThread` is one host thread that can run application code in
 * it. The kernel's `Task` borrows an AppThread; it is not one (execve moves a task to another address space's thread).
 *
 * An AppThread is always in one of two hands. While the *application* has it, the kernel may only `interrupt()` it. Once the
 * platform has handed it to the kernel by a `PlatformHandler` call, it stays with the kernel until the kernel calls exactly one
 * of `resume`, `park`, `order`, `spawn`, `fork` or `release`. A parked thread still belongs to the kernel: it may call `resume`,
 * `order`... on it at any time, from any other handler.
 *
 * Everything read from a thread was written by hostile code: read a value once, check it, then use it.
 */
import type { Errno } from "../../../shared/abi/errno.ts";

/** Register numbers in the order of struct sigcontext (arch/x86/include/uapi/asm/sigcontext.h), 8 bytes each in `AppThread.registers`. */
export const REG_R8 = 0;
export const REG_R9 = 1;
export const REG_R10 = 2;
export const REG_R11 = 3;
export const REG_R12 = 4;
export const REG_R13 = 5;
export const REG_R14 = 6;
export const REG_R15 = 7;
export const REG_RDI = 8;
export const REG_RSI = 9;
export const REG_RBP = 10;
export const REG_RBX = 11;
export const REG_RDX = 12;
export const REG_RAX = 13;
export const REG_RCX = 14;
export const REG_RSP = 15;
export const REG_RIP = 16;
export const REG_EFLAGS = 17;
/** cs, gs, fs, ss packed as four 16-bit selectors. */
export const REG_CSGSFS = 18;
export const REG_ERR = 19;
export const REG_TRAPNO = 20;
export const REG_OLDMASK = 21;
export const REG_CR2 = 22;
export const REGISTER_COUNT = 23;

/** A host memory operation that a thread performs on its own address space, exactly as ordered. */
export type Order =
  | {
      kind: "map";
      address: number;
      length: number;
      /** PROT_* */
      prot: number;
      /** MAP_SHARED or MAP_PRIVATE, MAP_ANONYMOUS, MAP_NORESERVE, MAP_GROWSDOWN...; MAP_FIXED is implied. */
      flags: number;
      /** A sentry file descriptor, or -1. The platform passes it to the stub for this one call. */
      fd: number;
      /** Byte offset in the file. */
      offset: number;
    }
  | { kind: "unmap"; address: number; length: number }
  | { kind: "protect"; address: number; length: number; prot: number }
  /** Moves or resizes; `newAddress` is always chosen by the sentry (MREMAP_MAYMOVE | MREMAP_FIXED when it differs from `address`). */
  | { kind: "remap"; address: number; length: number; newAddress: number; newLength: number }
  /** Replaces private anonymous pages by zero pages, or private file pages by the file's (madvise(2) MADV_DONTNEED). `prot`, `flags`, `fd`, `offset` as for map. */
  | { kind: "discard"; address: number; length: number; prot: number; flags: number; fd: number; offset: number }
  /** XSAVEs the application's FPU state to `address` (64-byte aligned, room for `Platform.fpuStateBytes`); fails with -EFAULT. */
  | { kind: "saveFpu"; address: number }
  /** Loads the FPU state from `address`; the platform checks the header, as rt_sigreturn(2) does. `address` 0 resets it to the initial state (execve). */
  | { kind: "loadFpu"; address: number }
  /** Wakes up to `count` host waiters of a process-private futex word (for CLONE_CHILD_CLEARTID and robust lists). */
  | { kind: "futexWake"; address: number; count: number };

/** A synchronous exception in application code. */
export interface Fault {
  /** SIGSEGV, SIGBUS, SIGFPE, SIGILL or SIGTRAP. */
  signal: number;
  /** The host's si_code. For SIGSEGV the kernel decides MAPERR or ACCERR from its own VMA set. */
  code: number;
  address: number;
  trapNumber: number;
  errorCode: number;
}

/** What the kernel gives to the platform. Each call hands `thread` to the kernel. */
export interface PlatformHandler {
  /** `thread.syscallNumber` and the arguments are set. */
  onSyscall(thread: AppThread): void;
  onFault(thread: AppThread, fault: Fault): void;
  /**
   * An `interrupt()` reached the thread while it ran application code, or while it waited in a host futex for the application:
   * then `thread.syscallNumber` is SYS_futex, `inHostFutex` is true and the kernel decides between restart and EINTR.
   */
  onInterrupt(thread: AppThread, inHostFutex: boolean): void;
  /** All orders ran (`failedIndex` -1) or order `failedIndex` failed with `result` (a negative errno) and later ones were not run. */
  onOrdersDone(thread: AppThread, failedIndex: number, result: number): void;
  /** Ends `spawn` and `fork`: `child` is parked, with a copy of the parent's registers and FPU state, or the errno. */
  onSpawned(thread: AppThread, child: AppThread | Errno): void;
  /** A queued copy-out hit a bad address at `resume`; the kernel sets another result and resumes again. */
  onCopyFault(thread: AppThread): void;
  /** The deadline given to `park` has passed. */
  onDeadline(thread: AppThread): void;
  /** The address space died in a way that nobody ordered (host OOM killer, a stub that broke the rules). Its threads are gone. */
  onAddressSpaceDied(space: AddressSpace, reason: string): void;
  /** The time given to `Platform.setAlarm` has come. */
  onAlarm(): void;
}

/** Behind the window lie this many bytes more, for small results that are queued beside a window full of data. */
export const WINDOW_TAIL_BYTES = 4096;

export interface AppThread {
  readonly space: AddressSpace;
  /** Free for the kernel: its Task. */
  owner: unknown;

  /** Number of the system call (orig_rax), an int32. */
  readonly syscallNumber: number;
  /** System call argument 0..5 as a non-negative exact double; values above 2^53-1 come back as 2^53 (never a valid address or size). */
  argU53(index: number): number;
  /** Argument as a signed 64-bit value, clamped to +-2^53 (for off_t, ssize_t, nanoseconds). */
  argI53(index: number): number;
  /** The low 32 bits of an argument, signed (for int) ... */
  argI32(index: number): number;
  /** ... and unsigned, low and high halves (for masks). */
  argLow(index: number): number;
  argHigh(index: number): number;
  /** Sets rax: a result or a negative errno, between -2^53 and 2^53. */
  setResult(value: number): void;
  /** Puts rip back on the system call instruction and rax back to its number, so that resuming runs it again (ERESTARTSYS). */
  rewindSyscall(): void;

  /** Register as an exact double (addresses), clamped as argU53. */
  getRegister(register: number): number;
  setRegister(register: number, value: number): void;
  /** Copies all REGISTER_COUNT registers, 8 bytes each little endian, for signal frames and ptrace. `writeRegisters` sanitises eflags and ignores cs/ss/gs. */
  readRegisters(memory: Uint8Array, start: number): void;
  writeRegisters(memory: Uint8Array, start: number): void;
  getFsBase(): number;
  setFsBase(address: number): void;

  /** The free part of this thread's payload window in `Platform.arena` (what prefetched bytes don't occupy): byte offset and size. Valid until the next resume. */
  readonly windowStart: number;
  readonly windowLength: number;
  /**
   * Where in `Platform.arena` the stub has already copied [address, address+length) to, by the copy plan of this system call; or -1.
   * The bytes may change under the reader: copy once.
   */
  findPrefetched(address: number, length: number): number;
  /** For an in-string argument: its arena offset, with `prefetchedLength` the bytes before the NUL; -EFAULT, -ENAMETOOLONG; or -1 when the plan has no such argument. */
  findPrefetchedString(address: number): number;
  readonly prefetchedLength: number;
  /** At resume the stub copies `length` bytes from arena offset `arenaOffset` (inside this thread's window) to application address `address`. False when the list is full. */
  queueCopyOut(address: number, arenaOffset: number, length: number): boolean;
  /** Where in the arena the bytes lie that are queued to be copied to `address`, or -1: for traces. */
  findQueued(address: number): number;

  /** Back to the application, with the registers as they are now. */
  resume(): void;
  /** Waits in the host. `deadlineNs` is on CLOCK_MONOTONIC, or Infinity. */
  park(deadlineNs: number): void;
  order(orders: readonly Order[]): void;
  /**
   * As `order`, and then as `resume` with the result that was set, without coming back in between. Only a failure comes back, by
   * onOrdersDone; so what the kernel would do at the end of the system call must be done before. `interrupt()` reaches the thread.
   */
  orderAndResume(orders: readonly Order[]): void;
  /** A new thread in the same address space (clone with CLONE_VM, vfork included). */
  spawn(): void;
  /** A copy of the address space with one thread (fork). `wipe` and `omit` are the ranges of MADV_WIPEONFORK and MADV_DONTFORK. */
  fork(
    wipe: readonly { address: number; length: number }[],
    omit: readonly { address: number; length: number }[],
  ): void;
  /** Makes a thread that runs the application come to the kernel soon, by onInterrupt (or by the system call it is about to make). Harmless otherwise. */
  interrupt(): void;
  /** CPU time that the host thread has used so far, ns. A cold call. */
  cpuTimeNs(): number;
  /** Has the host run the thread on the processors in `mask` (bits as for sched_setaffinity(2)) only, as far as it can. A cold call. */
  setAffinity(mask: Uint8Array): void;
  /** The task is gone; the host thread may be reused for the next `spawn` of this address space. */
  release(): void;
}

export interface AddressSpace {
  /** Free for the kernel: its MemoryManager. */
  owner: unknown;
  /** The host pid of the stub process, for logs and `ps`. */
  readonly hostPid: number;
  /** The one parked thread of an address space that was just made by `Platform.takeAddressSpace`. */
  readonly firstThread: AppThread;
  /** Copies application memory into `memory`. Returns the bytes copied before a fault, which is less than `length` if there was one; protection PROT_READ applies. */
  read(address: number, memory: Uint8Array, start: number, length: number): number;
  /** Copies into application memory; as `read`, PROT_WRITE applies. */
  write(address: number, memory: Uint8Array, start: number, length: number): number;
  /** As `write`, with `length` bytes from `offset` of a host file; fewer also at the end of the file. For large reads: copies once. */
  writeFromFile(address: number, fd: number, offset: number, length: number): number;
  /** As read/write, but ignores protections (ptrace, /proc/pid/mem). */
  forceRead(address: number, memory: Uint8Array, start: number, length: number): number;
  forceWrite(address: number, memory: Uint8Array, start: number, length: number): number;
  /** An executable file mapping was made or went away: system call sites in it may be rewritten (`file` identifies the content for the cache: dev, ino, size, mtime). */
  noteExecutable(address: number, length: number, file: string): void;
  forgetExecutable(address: number, length: number): void;
  /** Bytes of host memory that the application's mappings occupy now; 0 when the host doesn't tell. A cold call. */
  residentBytes(): number;
  /** Kills the host process, whose threads don't answer; `onAddressSpaceDied` follows. */
  terminate(): void;
  /** Kills the host process and frees its slots. All its threads must be with the kernel or running; none is usable afterwards. */
  destroy(): void;
}

export interface Platform {
  readonly name: string;
  /** Shared memory that holds all payload windows. */
  readonly arena: Uint8Array;
  readonly arenaView: DataView;
  /** Bytes of an XSAVE image on this machine, and the mask of its features (low half). */
  readonly fpuStateBytes: number;
  readonly fpuFeatures: number;
  /** First and last+1 address that applications may map, and the ranges inside that the platform keeps for itself. */
  readonly lowestAddress: number;
  readonly highestAddress: number;
  readonly reservedRanges: readonly { address: number; length: number }[];
  /** Where the host's vDSO and vvar pages are mapped in every address space; `vdsoAddress` is its ELF header (AT_SYSINFO_EHDR). */
  readonly vdsoAddress: number;
  readonly vdsoRanges: readonly { address: number; length: number; name: "[vvar]" | "[vvar_vclock]" | "[vdso]" }[];
  /**
   * Takes a pristine address space from the pool. Asynchronous in the host sense: `onReady` runs at once when the pool has one.
   */
  takeAddressSpace(onReady: (space: AddressSpace | Errno) => void): void;
  /** Runs `handler.onAlarm` at `deadlineNs` on CLOCK_MONOTONIC (Infinity: never). One alarm; a new one replaces it. */
  setAlarm(deadlineNs: number): void;
  /** CLOCK_MONOTONIC now, ns; cheap. */
  nowNs(): number;
  /** Starts serving; the process's event loop drives it from here on. */
  start(handler: PlatformHandler): void;
  /** Kills every stub and frees everything. */
  shutdown(): void;
  /** Counters for metrics and benchmarks: system calls per rail, doorbells, sleeps, orders, patched sites. */
  readonly counters: Readonly<Record<string, number>>;
}

/**
 * What the stub copies before a system call reaches the kernel: one byte code per argument, generated from the system call table.
 * `plans[nr]` is a list of at most four steps; an absent plan copies nothing.
 */
export interface CopyPlans {
  readonly plans: readonly (readonly CopyStep[] | undefined)[];
}

export type CopyStep =
  /** A NUL-terminated string of at most PATH_MAX bytes at argument `arg`. */
  | { kind: "string"; arg: number }
  /** `size` bytes at argument `arg`, unless it is NULL. */
  | { kind: "struct"; arg: number; size: number }
  /** As many bytes as argument `lengthArg` says times `scale`, capped to what fits in the window. */
  | { kind: "buffer"; arg: number; lengthArg: number; scale: number };
