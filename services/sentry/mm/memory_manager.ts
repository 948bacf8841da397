/**
 * One application's memory: which ranges are mapped, by whose decision, and what the host must do about it.
 *
 * Every operation checks the request, changes the VMA set and returns a `MemoryPlan`: the orders for the platform, and how to take the change back
 * if the host refuses. The set is changed at once, so that another thread of the address space can't be given the same range while the orders run.
 *
 * Neighbours: `vma_set.ts` holds the ranges, `address_layout.ts` says where things go, syscalls/sys_memory.ts speaks mmap(2) to the application.
 */
import { EACCES, EAGAIN, EEXIST, EINVAL, ENOMEM, type Errno } from "../../../shared/abi/errno.ts";
import {
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_FIXED_NOREPLACE,
  MAP_GROWSDOWN,
  MAP_LOCKED,
  MAP_NORESERVE,
  MAP_PRIVATE,
  MAP_SHARED,
  PROT_EXEC,
  PROT_READ,
  PROT_WRITE,
} from "../../../shared/abi/mman.ts";
import type { AddressSpace, Order, Platform } from "../platform/platform.ts";
import type { FileDescription } from "../vfs/file_description.ts";
import { AddressLayout } from "./address_layout.ts";
import { isPageAligned, pageUp } from "./page.ts";
import { ANONYMOUS, type Backing, SharedAnonymous, Vma } from "./vma.ts";
import { VmaSet } from "./vma_set.ts";

/** Limits that memory calls honour, bytes; Infinity for none. */
export interface MemoryLimits {
  /** RLIMIT_AS */
  readonly addressSpace: number;
  /** RLIMIT_DATA */
  readonly data: number;
  /** RLIMIT_MEMLOCK, already Infinity for CAP_IPC_LOCK. */
  readonly locked: number;
}

export const NO_LIMITS: MemoryLimits = {
  addressSpace: Number.POSITIVE_INFINITY,
  data: Number.POSITIVE_INFINITY,
  locked: Number.POSITIVE_INFINITY,
};

/** A decided change: what the host has to do and how the set goes back if it can't. */
export interface MemoryPlan {
  readonly orders: readonly Order[];
  /** The address or other result once the orders are done. */
  readonly value: number;
  /** Puts the VMA set back after a failed order. */
  undo(): void;
}

const NOTHING_TO_UNDO = (): void => {};

/** A plan without host work. */
export function donePlan(value: number): MemoryPlan {
  return { orders: [], value, undo: NOTHING_TO_UNDO };
}

export interface MapRequest {
  /** A hint, or the place with MAP_FIXED. */
  readonly address: number;
  readonly length: number;
  readonly prot: number;
  readonly flags: number;
  readonly backing: Backing;
  readonly offset: number;
  readonly name?: string;
}

let nextSharedIno = 1;

export class MemoryManager {
  readonly #platform: Platform;
  readonly layout: AddressLayout;
  readonly vmas: VmaSet;
  /** The host's side; null until execve has taken one. */
  #space: AddressSpace | null = null;
  #users = 1;

  /** The program break, bytes; `brkStart` is where the heap begins. */
  brkStart = 0;
  brk = 0;
  /** Where argv, the environment and the auxiliary vector lie, for /proc/[pid]/{cmdline,environ,auxv}. */
  argStart = 0;
  argEnd = 0;
  envStart = 0;
  envEnd = 0;
  auxv: Uint8Array = new Uint8Array(0);
  stackStart = 0;
  codeStart = 0;
  codeEnd = 0;
  dataStart = 0;
  dataEnd = 0;
  lockedBytes = 0;
  /** mlockall(2) MCL_FUTURE. */
  lockFuture = false;
  peakBytes = 0;
  /** The program that execve(2) started, for /proc/[pid]/exe; holds a reference. */
  #executable: FileDescription | null = null;

  constructor(platform: Platform, layout: AddressLayout, vmas?: VmaSet) {
    this.#platform = platform;
    this.layout = layout;
    this.vmas = vmas ?? new VmaSet();
    if (vmas === undefined) this.#reserve();
  }

  /** An empty address space with freshly chosen random places. `random32` returns uniform unsigned 32-bit numbers. */
  static create(platform: Platform, stackLimitBytes: number, random32: () => number): MemoryManager {
    return new MemoryManager(platform, AddressLayout.choose(platform, stackLimitBytes, random32));
  }

  #reserve(): void {
    for (const range of this.#platform.vdsoRanges) {
      const prot = range.name === "[vdso]" ? PROT_READ | PROT_EXEC : PROT_READ;
      this.vmas.insert(Vma.anonymous(range.address, range.address + range.length, prot, MAP_PRIVATE, range.name));
    }
    for (const range of this.#platform.reservedRanges) {
      this.vmas.insert(Vma.anonymous(range.address, range.address + range.length, 0, MAP_PRIVATE, RESERVED));
    }
    this.vmas.totalBytes = 0;
  }

  get space(): AddressSpace {
    if (this.#space === null) throw new Error("address space is not attached");
    return this.#space;
  }

  attach(space: AddressSpace): void {
    this.#space = space;
    space.owner = this;
  }

  get executable(): FileDescription | null {
    return this.#executable;
  }

  /** Takes over the caller's reference. */
  setExecutable(file: FileDescription): void {
    this.#executable?.dropReference();
    this.#executable = file;
  }

  takeReference(): void {
    this.#users++;
  }

  /** The last user destroys the host's address space. */
  dropReference(): void {
    if (--this.#users > 0) return;
    this.vmas.clear();
    this.#executable?.dropReference();
    this.#executable = null;
    this.#space?.destroy();
    this.#space = null;
  }

  get users(): number {
    return this.#users;
  }

  // --- mmap, munmap, mprotect ---

  /** Decides a new mapping. The request's length isn't 0 and its backing has been checked against `prot`. */
  map(request: MapRequest, limits: MemoryLimits): MemoryPlan | Errno {
    const length = pageUp(request.length);
    if (length === 0 || length > this.#platform.highestAddress) return -ENOMEM;
    const fixed = (request.flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) !== 0;
    const address = fixed ? request.address : this.#place(request.address, length, request.flags);
    if (address < 0) return -ENOMEM;
    if (fixed) {
      if (!isPageAligned(address)) return -EINVAL;
      if (!this.#isAllowed(address, length)) return -ENOMEM;
      if ((request.flags & MAP_FIXED_NOREPLACE) !== 0 && this.vmas.overlaps(address, address + length)) return -EEXIST;
      if (this.#touchesReserved(address, address + length)) return -ENOMEM;
    }
    const end = address + length;
    const replaced = fixed ? this.vmas.slices(address, end) : [];
    const limited = this.#checkLimits(request, length, replaced, limits);
    if (limited < 0) return limited;

    const shared = (request.flags & MAP_SHARED) !== 0;
    const backing = this.#backingOf(request, shared);
    const vma = new Vma({
      start: address,
      end,
      prot: request.prot & (PROT_READ | PROT_WRITE | PROT_EXEC),
      flags: (shared ? MAP_SHARED : MAP_PRIVATE) | (request.flags & (MAP_GROWSDOWN | MAP_NORESERVE)),
      backing,
      offset: request.offset,
      name: request.name ?? "",
      dontFork: false,
      wipeOnFork: false,
      locked: this.lockFuture || (request.flags & MAP_LOCKED) !== 0,
    });
    // Inserting may join it with its neighbours: the order is for the new range alone.
    const order = orderFor(vma);
    if (fixed) this.vmas.remove(address, end);
    this.vmas.insert(vma);
    if (vma.locked) this.lockedBytes += length;
    this.peakBytes = Math.max(this.peakBytes, this.vmas.totalBytes);
    return { orders: [order], value: address, undo: () => this.vmas.restore(address, end, replaced) };
  }

  #backingOf(request: MapRequest, shared: boolean): Backing {
    if (request.backing !== ANONYMOUS || !shared) return request.backing;
    return { file: null, description: null, shared: new SharedAnonymous(nextSharedIno++) };
  }

  #checkLimits(request: MapRequest, length: number, replaced: readonly Vma[], limits: MemoryLimits): 0 | Errno {
    let freed = 0;
    for (const vma of replaced) freed += vma.length;
    if (this.vmas.totalBytes - freed + length > limits.addressSpace) return -ENOMEM;
    const isData = (request.prot & PROT_WRITE) !== 0 && (request.flags & MAP_SHARED) === 0;
    if (isData && limits.data !== Number.POSITIVE_INFINITY && this.dataBytes() + length > limits.data) return -ENOMEM;
    if (this.lockFuture || (request.flags & MAP_LOCKED) !== 0) {
      if (this.lockedBytes + length > limits.locked) return -EAGAIN;
    }
    return 0;
  }

  /** Private writable memory, which RLIMIT_DATA counts. */
  dataBytes(): number {
    let bytes = 0;
    for (const vma of this.vmas.all) if (!vma.isShared && (vma.prot & PROT_WRITE) !== 0) bytes += vma.length;
    return bytes;
  }

  #place(hint: number, length: number, flags: number): number {
    const { lowest, highest, mmapBase, legacyTop } = this.layout;
    if (hint !== 0) {
      const at = pageUp(hint);
      if (this.#isAllowed(at, length) && !this.vmas.overlaps(at, at + length)) return at;
    }
    const MAP_32BIT = 0x40;
    if ((flags & MAP_32BIT) !== 0) return this.vmas.findGapAbove(length, 0x4000_0000, 0x8000_0000);
    const below = this.vmas.findGapBelow(length, lowest, mmapBase);
    return below >= 0 ? below : this.vmas.findGapAbove(length, legacyTop, highest);
  }

  #isAllowed(address: number, length: number): boolean {
    return address >= this.layout.lowest && address + length <= this.layout.highest;
  }

  #touchesReserved(start: number, end: number): boolean {
    for (const vma of this.vmas.slices(start, end)) if (isFixture(vma)) return true;
    return false;
  }

  unmap(address: number, rawLength: number): MemoryPlan | Errno {
    const length = pageUp(rawLength);
    if (!isPageAligned(address) || length === 0 || address + length > this.layout.highest) return -EINVAL;
    const end = address + length;
    const replaced = this.vmas.slices(address, end);
    if (replaced.length === 0) return donePlan(0);
    if (replaced.some(isFixture)) return -EINVAL;
    for (const vma of replaced) if (vma.locked) this.lockedBytes -= vma.length;
    this.vmas.remove(address, end);
    // One order for the whole range: holes cost nothing.
    return {
      orders: [{ kind: "unmap", address, length }],
      value: 0,
      undo: () => this.vmas.restore(address, end, replaced),
    };
  }

  /** mprotect(2). `mayExecute` is false for mappings of noexec mounts. */
  protect(address: number, rawLength: number, prot: number): MemoryPlan | Errno {
    if (!isPageAligned(address)) return -EINVAL;
    const length = pageUp(rawLength);
    if (length === 0) return donePlan(0);
    const end = address + length;
    if (end > this.layout.highest) return -ENOMEM;
    const before = this.vmas.slices(address, end);
    if (before.some(isFixture)) return -EACCES;
    if (!this.vmas.covers(address, end)) return -ENOMEM;
    for (const vma of before) {
      if ((prot & PROT_WRITE) === 0 || !vma.isShared || vma.backing.description === null) continue;
      if (!vma.backing.description.isWritable) return -EACCES;
    }
    this.vmas.update(address, end, (vma) => {
      vma.prot = prot;
    });
    return {
      orders: [{ kind: "protect", address, length, prot }],
      value: 0,
      undo: () => this.vmas.restore(address, end, before),
    };
  }

  // --- brk ---

  /** brk(2): the new break, or the old one if the request can't be met, as Linux answers. */
  setBreak(requested: number, limits: MemoryLimits): MemoryPlan {
    const old = this.brk;
    if (requested < this.brkStart) return donePlan(old);
    const oldEnd = pageUp(old);
    const newEnd = pageUp(requested);
    if (requested - this.brkStart > limits.data) return donePlan(old);
    this.brk = requested;
    if (newEnd === oldEnd) return donePlan(requested);
    const failed = (): MemoryPlan => {
      this.brk = old;
      return donePlan(old);
    };
    const plan = newEnd > oldEnd ? this.#growHeap(oldEnd, newEnd, limits) : this.unmap(newEnd, oldEnd - newEnd);
    if (typeof plan === "number") return failed();
    const undo = (): void => {
      plan.undo();
      this.brk = old;
    };
    return { orders: plan.orders, value: requested, undo };
  }

  #growHeap(from: number, to: number, limits: MemoryLimits): MemoryPlan | Errno {
    if (to > this.layout.highest || this.vmas.overlaps(from, to)) return -ENOMEM;
    return this.map(
      {
        address: from,
        length: to - from,
        prot: PROT_READ | PROT_WRITE,
        flags: MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
        backing: ANONYMOUS,
        offset: 0,
        name: "[heap]",
      },
      limits,
    );
  }

  // --- fork ---

  /** A copy for a child of fork(2); its address space is attached when the platform has made it. */
  fork(): MemoryManager {
    const copy = new MemoryManager(this.#platform, this.layout, this.vmas.fork());
    copy.brkStart = this.brkStart;
    copy.brk = this.brk;
    copy.argStart = this.argStart;
    copy.argEnd = this.argEnd;
    copy.envStart = this.envStart;
    copy.envEnd = this.envEnd;
    copy.auxv = this.auxv;
    copy.stackStart = this.stackStart;
    copy.codeStart = this.codeStart;
    copy.codeEnd = this.codeEnd;
    copy.dataStart = this.dataStart;
    copy.dataEnd = this.dataEnd;
    this.#executable?.takeReference();
    copy.#executable = this.#executable;
    copy.peakBytes = copy.vmas.totalBytes;
    return copy;
  }

  /** The ranges that fork(2) leaves out of the child, and those it zeroes there. */
  forkRanges(): { wipe: { address: number; length: number }[]; omit: { address: number; length: number }[] } {
    const wipe: { address: number; length: number }[] = [];
    const omit: { address: number; length: number }[] = [];
    for (const vma of this.vmas.all) {
      if (vma.dontFork) omit.push({ address: vma.start, length: vma.length });
      else if (vma.wipeOnFork) wipe.push({ address: vma.start, length: vma.length });
    }
    return { wipe, omit };
  }

  // --- questions ---

  /** The si_code of a SIGSEGV at `address`: SEGV_MAPERR (1) where nothing is mapped, SEGV_ACCERR (2) otherwise. */
  faultCode(address: number): number {
    const vma = this.vmas.find(address);
    return vma === undefined || vma.name === RESERVED ? 1 : 2;
  }

  /** Whether [address, address+length) is all mapped, with every bit of `prot`. */
  isAccessible(address: number, length: number, prot: number): boolean {
    const end = address + length;
    if (!this.vmas.covers(address, end)) return false;
    return this.vmas.slices(address, end).every((vma) => (vma.prot & prot) === prot && vma.name !== RESERVED);
  }

  /** Whether [start, end) holds code of a file. */
  hasExecutable(start: number, end: number): boolean {
    const vma = this.vmas.findNext(start);
    if (vma === undefined || vma.start >= end) return false;
    return this.vmas.slices(start, end).some((part) => (part.prot & PROT_EXEC) !== 0 && part.backing.file !== null);
  }

  /** What /proc/[pid]/maps lists. */
  visibleVmas(): Vma[] {
    return this.vmas.all.filter((vma) => vma.name !== RESERVED);
  }

  /**
   * The identity of the memory word at `address` for a shared futex: the object behind it and the offset in it, or null if it isn't mapped.
   * Private memory belongs to this address space.
   */
  futexKey(address: number): { object: object; offset: number } | null {
    const vma = this.vmas.find(address);
    if (vma === undefined || vma.name === RESERVED) return null;
    if (!vma.isShared) return { object: this, offset: address };
    const offset = vma.offset + (address - vma.start);
    if (vma.backing.shared !== null) return { object: vma.backing.shared, offset };
    const file = vma.backing.file;
    if (file === null) return { object: this, offset: address };
    return { object: vma.backing.description?.inode ?? file, offset };
  }

  get platform(): Platform {
    return this.#platform;
  }
}

/** The name of ranges that belong to the platform and that no listing shows. */
export const RESERVED = "[reserved]";

/** Mappings that the application can't change: the platform's and the host's vDSO. */
export function isFixture(vma: Vma): boolean {
  return vma.name === RESERVED || vma.name === "[vdso]" || vma.name === "[vvar]" || vma.name === "[vvar_vclock]";
}

/** The order that maps `vma` on the host. */
export function orderFor(vma: Vma): Order {
  const file = vma.backing.file;
  return {
    kind: "map",
    address: vma.start,
    length: vma.length,
    prot: vma.prot,
    flags: (vma.isShared ? MAP_SHARED : MAP_PRIVATE) | (file === null ? MAP_ANONYMOUS : 0) | MAP_NORESERVE,
    fd: file === null ? -1 : file.hostFd,
    offset: file === null ? 0 : file.hostOffset + vma.offset,
  };
}
