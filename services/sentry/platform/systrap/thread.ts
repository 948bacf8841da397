/**
 * One host thread of a stub, and its slot as the kernel sees it: registers, arguments, window, copy lists.
 *
 * The slot is hostile memory. Registers are the application's own and are checked by the kernel where it uses them; what the platform
 * itself uses as an index or offset is checked here.
 */
import { SYS_sched_setaffinity } from "../../../../shared/abi/syscall_numbers.ts";
import type { AppThread, Order } from "../platform.ts";
import {
  REG_CSGSFS,
  REG_EFLAGS,
  REG_OLDMASK,
  REG_R8,
  REG_R9,
  REG_R10,
  REG_RAX,
  REG_RDI,
  REG_RDX,
  REG_RIP,
  REG_RSI,
  REGISTER_COUNT,
  WINDOW_TAIL_BYTES,
} from "../platform.ts";
import type { SystrapAddressSpace } from "./address_space.ts";
import { syscall } from "./host_native.ts";
import {
  COPY_OUT_SIZE,
  EVENT_SYSCALL,
  MAX_COPY_OUTS,
  MAX_PREFETCHES,
  PREFETCH_SIZE,
  SLOT_COPY_OUT_COUNT,
  SLOT_COPY_OUTS,
  SLOT_FS_BASE,
  SLOT_HEADER_SIZE,
  SLOT_PREFETCH_COUNT,
  SLOT_PREFETCHES,
  SLOT_REGISTERS,
  SLOT_RESULT,
  SLOT_SIZE,
  SLOT_TURN,
} from "./layout.ts";
import type { Operation } from "./orders.ts";

/** In whose hands the thread is. */
export const HAND_KERNEL = 0;
export const HAND_STUB = 1;
export const HAND_PARKED = 2;
export const HAND_DEAD = 3;

/** What the stub does while it has the thread. */
export const DOING_APPLICATION = 0;
export const DOING_ORDERS = 1;
export const DOING_CLONE = 2;
/** Cloned, and not yet heard of. */
export const DOING_START = 3;
/** Orders, and then the application without further notice. */
export const DOING_ORDERS_AND_APPLICATION = 4;

/** What `takeSmallResult` gives for a result that needs more than 24 bits. */
export const NOT_SMALL = 2 ** 24;
const SMALL_LIMIT = 2 ** 23;
const LIMIT = 2 ** 53;
const ARGUMENTS = [REG_RDI, REG_RSI, REG_RDX, REG_R10, REG_R8, REG_R9];
const ARGUMENT_WORDS = Int32Array.from(ARGUMENTS, (register) => (SLOT_REGISTERS + 8 * register) / 4);
const RAX_WORD = (SLOT_REGISTERS + 8 * REG_RAX) / 4;
const SYSCALL_LENGTH = 2;
/** CF PF AF ZF SF TF DF OF NT RF AC ID: what an application may set; the kernel's FIX_EFLAGS and what popf allows. */
const USER_FLAGS = 0x25_4dd5;
const FIXED_FLAGS = 0x202;
/** cs = 0x33, ss = 0x2b. */
const USER_SELECTORS_LOW = 0x33;
const USER_SELECTORS_HIGH = 0x2b_0000;

/** What a thread needs from the platform to change hands. */
export interface ThreadDriver {
  resume(thread: SystrapThread): void;
  park(thread: SystrapThread, deadlineNs: number): void;
  order(thread: SystrapThread, orders: readonly Order[], resume: boolean): void;
  spawn(thread: SystrapThread): void;
  fork(
    thread: SystrapThread,
    wipe: readonly { address: number; length: number }[],
    omit: readonly { address: number; length: number }[],
  ): void;
  interrupt(thread: SystrapThread): void;
  release(thread: SystrapThread): void;
  readonly arena: { readonly words: Int32Array; readonly view: DataView; readonly bytes: Uint8Array };
}

export class SystrapThread implements AppThread {
  owner: unknown = null;
  readonly space: SystrapAddressSpace;
  readonly #driver: ThreadDriver;
  readonly #words: Int32Array;
  readonly #view: DataView;
  readonly #bytes: Uint8Array;

  /** The slot: its place in the arena, in words too, and in the stub. */
  readonly slotOffset: number;
  readonly slotWord: number;
  readonly slotAddress: number;
  /** Number of the stack area in the stub. */
  readonly area: number;

  syscallNumber = -1;
  hand = HAND_STUB;
  doing = DOING_START;
  /** Place in the loop's list of threads to watch, or -1. */
  watchIndex = -1;
  /** The host's thread id as the sentry sees it; 0 until the thread's first notification. */
  tid = 0;
  /** What the stub shows in its first notification. */
  cookie = 0;
  /** The unanswered doorbell. */
  hasBell = false;
  bellLow = 0;
  bellHigh = 0;
  /** The event that brought the thread to the kernel, for `resume`. */
  lastEvent = EVENT_SYSCALL;
  /** Some register other than rax was set: the way back must restore all. */
  registersChanged = true;
  interruptSent = false;
  deadlineNs = Infinity;

  /** Notifications that the stub may raise now, in turn. */
  expected: readonly Operation[] = [];
  expectedNext = 0;
  /** Takes the result of internal orders and clones; null when it is the kernel's. */
  continuation: ((failedIndex: number, result: number) => void) | null = null;
  /** The kernel's orders, of which `ordersDone` are behind us. */
  orders: readonly Order[] = [];
  ordersDone = 0;
  /** Whether the application goes on after the orders. */
  resumeAfter = false;
  /** Counted as about to raise a notification. */
  noticeDue = false;
  /** Where in the stub another thread's FPU state waits to be taken over; 0 for none. */
  fpuFrom = 0;
  fileNumbers: number[] = [];
  /** The thread that `spawn` or `fork` is making. */
  child: SystrapThread | null = null;
  /** How often it has asked for that again. */
  cloneRepeats = 0;

  #prefetchedLength = 0;
  #prefetchedBytes = 0;
  #result = 0;
  #hasResult = false;

  constructor(driver: ThreadDriver, space: SystrapAddressSpace, slotOffset: number, slotAddress: number, area: number) {
    this.#driver = driver;
    this.#words = driver.arena.words;
    this.#view = driver.arena.view;
    this.#bytes = driver.arena.bytes;
    this.space = space;
    this.slotOffset = slotOffset;
    this.slotWord = slotOffset / 4;
    this.slotAddress = slotAddress;
    this.area = area;
  }

  get turnWord(): number {
    return this.slotWord + SLOT_TURN / 4;
  }

  argU53(index: number): number {
    return this.#readU53(this.slotWord + ARGUMENT_WORDS[index]);
  }

  argI53(index: number): number {
    const word = this.slotWord + ARGUMENT_WORDS[index];
    const high = this.#words[word + 1];
    if (high >= 0x20_0000) return LIMIT;
    if (high < -0x20_0000) return -LIMIT;
    return high * 2 ** 32 + (this.#words[word] >>> 0);
  }

  argI32(index: number): number {
    return this.#words[this.slotWord + ARGUMENT_WORDS[index]];
  }

  argLow(index: number): number {
    return this.#words[this.slotWord + ARGUMENT_WORDS[index]] >>> 0;
  }

  argHigh(index: number): number {
    return this.#words[this.slotWord + ARGUMENT_WORDS[index] + 1] >>> 0;
  }

  setResult(value: number): void {
    this.#result = value;
    this.#hasResult = true;
  }

  /** The result goes to the slot with the hand-over itself: until then its cache line stays with the other core. */
  storeResult(): void {
    const word = this.slotWord + SLOT_RESULT / 4;
    const value = this.#result;
    this.#hasResult = false;
    this.#words[word] = value;
    this.#words[word + 1] = value >= 0 && value < 2 ** 31 ? 0 : Math.floor(value / 2 ** 32);
  }

  /** A result that fits into the turn word, for `storeResult`'s place; or NOT_SMALL. */
  takeSmallResult(): number {
    const value = this.#result;
    if (value >= SMALL_LIMIT || value < -SMALL_LIMIT) return NOT_SMALL;
    this.#hasResult = false;
    return value;
  }

  get hasResult(): boolean {
    return this.#hasResult;
  }

  /** Puts a result that was set into rax, for whoever looks at registers or restores them all. */
  settleResult(): void {
    if (!this.#hasResult) return;
    this.#hasResult = false;
    this.#writeU53(this.slotWord + RAX_WORD, this.#result);
  }

  rewindSyscall(): void {
    this.setRegister(REG_RIP, this.getRegister(REG_RIP) - SYSCALL_LENGTH);
    this.#hasResult = false;
    this.#writeU53(this.slotWord + RAX_WORD, this.syscallNumber >>> 0);
  }

  getRegister(register: number): number {
    if (register === REG_RAX) this.settleResult();
    const value = this.#readU53(this.slotWord + (SLOT_REGISTERS + 8 * register) / 4);
    // Inside a rewritten site the application sees itself where its own code would be.
    return register === REG_RIP ? (this.space.sites.outer.get(value) ?? value) : value;
  }

  setRegister(register: number, value: number): void {
    if (register === REG_CSGSFS) return;
    if (register === REG_RAX) this.#hasResult = false;
    this.registersChanged = true;
    this.#writeU53(
      this.slotWord + (SLOT_REGISTERS + 8 * register) / 4,
      register === REG_EFLAGS
        ? (value & USER_FLAGS) | FIXED_FLAGS
        : register === REG_RIP
          ? (this.space.sites.inner.get(value) ?? value)
          : value,
    );
  }

  readRegisters(memory: Uint8Array, start: number): void {
    this.settleResult();
    const from = this.slotOffset + SLOT_REGISTERS;
    for (let i = 0; i < REGISTER_COUNT * 8; i++) memory[start + i] = this.#bytes[from + i];
    // A rewritten site leaves no selectors; oldmask is the kernel's.
    const view = new DataView(memory.buffer, memory.byteOffset + start, REGISTER_COUNT * 8);
    view.setUint32(8 * REG_OLDMASK, 0, true);
    view.setUint32(8 * REG_OLDMASK + 4, 0, true);
    view.setUint32(8 * REG_CSGSFS, USER_SELECTORS_LOW, true);
    view.setUint32(8 * REG_CSGSFS + 4, USER_SELECTORS_HIGH, true);
    if (this.space.sites.outer.size > 0) writeAddress(view, 8 * REG_RIP, this.getRegister(REG_RIP));
  }

  writeRegisters(memory: Uint8Array, start: number): void {
    this.#hasResult = false;
    const to = this.slotOffset + SLOT_REGISTERS;
    for (let register = 0; register <= REG_EFLAGS; register++) {
      for (let i = 8 * register; i < 8 * register + 8; i++) this.#bytes[to + i] = memory[start + i];
    }
    this.setRegister(REG_EFLAGS, this.#words[this.slotWord + (SLOT_REGISTERS + 8 * REG_EFLAGS) / 4]);
    if (this.space.sites.inner.size > 0) this.setRegister(REG_RIP, this.getRegister(REG_RIP));
  }

  getFsBase(): number {
    return this.#readU53(this.slotWord + SLOT_FS_BASE / 4);
  }

  setFsBase(address: number): void {
    this.#writeU53(this.slotWord + SLOT_FS_BASE / 4, address);
  }

  get windowStart(): number {
    return this.slotOffset + SLOT_HEADER_SIZE + this.#prefetchedBytes;
  }

  get windowLength(): number {
    return SLOT_SIZE - SLOT_HEADER_SIZE - WINDOW_TAIL_BYTES - this.#prefetchedBytes;
  }

  /** A system call has arrived: what its plan copied is set apart, by what the stub says now and not later. */
  setPrefetchedApart(): void {
    this.#prefetchedBytes = 0;
    const count = this.#words[this.slotWord + SLOT_PREFETCH_COUNT / 4] >>> 0;
    if (count === 0 || count > MAX_PREFETCHES) return;
    const word = this.slotWord + (SLOT_PREFETCHES + (count - 1) * PREFETCH_SIZE) / 4;
    const end = (this.#words[word + 2] >>> 0) + Math.max(0, this.#words[word + 3]);
    if (end <= SLOT_SIZE - SLOT_HEADER_SIZE - WINDOW_TAIL_BYTES) this.#prefetchedBytes = end - (end % 64) + 64;
    if (this.windowLength < 0) this.#prefetchedBytes = SLOT_SIZE - SLOT_HEADER_SIZE - WINDOW_TAIL_BYTES;
  }

  get prefetchedLength(): number {
    return this.#prefetchedLength;
  }

  findPrefetched(address: number, length: number): number {
    const found = this.#findPrefetch(address);
    return found < 0 || this.#prefetchedLength < length ? -1 : found;
  }

  findPrefetchedString(address: number): number {
    const found = this.#findPrefetch(address);
    return found >= 0 && this.#prefetchedLength < 0 ? this.#prefetchedLength : found;
  }

  /** The arena offset of what the plan copied from `address`, with #prefetchedLength its bytes or negative errno; or -1. */
  #findPrefetch(address: number): number {
    const count = Math.min(this.#words[this.slotWord + SLOT_PREFETCH_COUNT / 4] >>> 0, MAX_PREFETCHES);
    for (let i = 0; i < count; i++) {
      const word = this.slotWord + (SLOT_PREFETCHES + i * PREFETCH_SIZE) / 4;
      if (this.#readU53(word) !== address) continue;
      const offset = this.#words[word + 2] >>> 0;
      const length = this.#words[word + 3];
      if (length < -4095 || offset + length > SLOT_SIZE - SLOT_HEADER_SIZE) return -1;
      this.#prefetchedLength = length;
      return this.slotOffset + SLOT_HEADER_SIZE + offset;
    }
    return -1;
  }

  queueCopyOut(address: number, arenaOffset: number, length: number): boolean {
    const count = this.#words[this.slotWord + SLOT_COPY_OUT_COUNT / 4] >>> 0;
    if (count >= MAX_COPY_OUTS) return false;
    const word = this.slotWord + (SLOT_COPY_OUTS + count * COPY_OUT_SIZE) / 4;
    this.#writeU53(word, address);
    this.#words[word + 2] = arenaOffset - this.slotOffset;
    this.#words[word + 3] = length;
    this.#words[this.slotWord + SLOT_COPY_OUT_COUNT / 4] = count + 1;
    return true;
  }

  findQueued(address: number): number {
    const count = Math.min(this.#words[this.slotWord + SLOT_COPY_OUT_COUNT / 4] >>> 0, MAX_COPY_OUTS);
    for (let i = 0; i < count; i++) {
      const word = this.slotWord + (SLOT_COPY_OUTS + i * COPY_OUT_SIZE) / 4;
      const low = this.#words[word] >>> 0;
      const high = this.#words[word + 1] >>> 0;
      const offset = this.#words[word + 2] >>> 0;
      const length = this.#words[word + 3] >>> 0;
      if (high * 0x1_0000_0000 + low !== address || offset + length > SLOT_SIZE) continue;
      return this.slotOffset + offset;
    }
    return -1;
  }

  resume(): void {
    this.#driver.resume(this);
  }

  park(deadlineNs: number): void {
    this.#driver.park(this, deadlineNs);
  }

  order(orders: readonly Order[]): void {
    this.#driver.order(this, orders, false);
  }

  orderAndResume(orders: readonly Order[]): void {
    this.#driver.order(this, orders, true);
  }

  spawn(): void {
    this.#driver.spawn(this);
  }

  fork(
    wipe: readonly { address: number; length: number }[],
    omit: readonly { address: number; length: number }[],
  ): void {
    this.#driver.fork(this, wipe, omit);
  }

  interrupt(): void {
    this.#driver.interrupt(this);
  }

  cpuTimeNs(): number {
    // schedstat: time on the CPU, time waiting for it, time slices.
    const time = Number(this.space.readProcText(`task/${this.tid}/schedstat`).split(" ")[0]);
    return Number.isFinite(time) ? time : 0;
  }

  setAffinity(mask: Uint8Array): void {
    syscall(SYS_sched_setaffinity, this.tid, mask.length, mask);
  }

  release(): void {
    this.#driver.release(this);
  }

  /** Writes an operation's word pair by pair into the slot at `offset`. */
  writeU53(offset: number, value: number): void {
    this.#writeU53((this.slotOffset + offset) / 4, value);
  }

  readI53(offset: number): number {
    return Math.max(-LIMIT, Math.min(LIMIT, Number(this.#view.getBigInt64(this.slotOffset + offset, true))));
  }

  #readU53(word: number): number {
    const high = this.#words[word + 1] >>> 0;
    return high > 0x1f_ffff ? LIMIT : high * 2 ** 32 + (this.#words[word] >>> 0);
  }

  #writeU53(word: number, value: number): void {
    this.#words[word] = value;
    this.#words[word + 1] = Math.floor(value / 2 ** 32);
  }
}

function writeAddress(view: DataView, at: number, address: number): void {
  view.setUint32(at, address % 2 ** 32, true);
  view.setUint32(at + 4, Math.floor(address / 2 ** 32), true);
}
