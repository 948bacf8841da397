/**
 * One stub process: its slots, stack areas, threads, and the host calls that reach its memory from outside.
 *
 * Chunks of the arena are mapped one after the other at the stub's SLOTS_OFFSET; slot number n is the stub's slot address n.
 * A process is dead for the sentry at once when it is killed, but its chunks are used again only when the host says it has ended.
 */
import { EFAULT, ENOMEM, type Errno, isErrno } from "../../../../shared/abi/errno.ts";
import { SYS_openat } from "../../../../shared/abi/syscall_numbers.ts";
import type { AddressSpace } from "../platform.ts";
import {
  close,
  fileToProcess,
  pidfdSendSignal,
  pread,
  processRead,
  processWrite,
  pwrite,
  syscall,
} from "./host_native.ts";
import { CHUNK_SIZE, CHUNK_SLOTS, IMAGE_SPAN, MAX_THREADS, SLOT_SIZE, SLOTS_OFFSET } from "./layout.ts";
import { type ExecutableRange, Sites } from "./rewriting.ts";
import type { SystrapThread } from "./thread.ts";

const SIGKILL = 9;
const O_RDONLY_CLOEXEC = 0x8_0000;
const O_RDWR_CLOEXEC = 0x8_0002;
const PROC_TEXT_BYTES = 1024;
/** MAX_RW_COUNT, read(2). */
const MOST_AT_ONCE = 0x7fff_f000;

export interface SpaceHost {
  readonly base: number;
  /** A directory descriptor of a proc file system that shows the stubs. */
  readonly procFd: number;
  onDestroy(space: SystrapAddressSpace): void;
}

export class SystrapAddressSpace implements AddressSpace {
  owner: unknown = null;
  readonly #host: SpaceHost;
  /** The arena chunks in the order in which the stub maps them. */
  readonly chunks: number[] = [];
  readonly threads = new Set<SystrapThread>();
  /** Host threads whose task is gone, parked for the next spawn. */
  readonly idleThreads: SystrapThread[] = [];
  /** Areas that this process's history has used, by number. */
  readonly usedAreas = new Set<number>();
  readonly freeSlots: number[] = [];
  firstThread!: SystrapThread;
  hostPid = 0;
  pidfd = -1;
  /** Killed, by us or by others. */
  dead = false;
  sites = new Sites(null);
  #sitesShared = false;
  #memoryFd = -1;

  constructor(host: SpaceHost) {
    this.#host = host;
  }

  /** Adds an arena chunk at the stub's next place; its slots become free. Returns the place. */
  addChunk(chunk: number): number {
    const place = this.chunks.length;
    this.chunks.push(chunk);
    for (let i = CHUNK_SLOTS - 1; i >= 0; i--) this.freeSlots.push(place * CHUNK_SLOTS + i);
    return place;
  }

  slotAddress(slot: number): number {
    return this.#host.base + SLOTS_OFFSET + slot * SLOT_SIZE;
  }

  slotOffset(slot: number): number {
    return this.chunks[Math.floor(slot / CHUNK_SLOTS)] * CHUNK_SIZE + (slot % CHUNK_SLOTS) * SLOT_SIZE;
  }

  /** A free area's number, or -ENOMEM. */
  takeArea(): number | Errno {
    for (let area = 0; area < MAX_THREADS; area++) {
      if (this.usedAreas.has(area)) continue;
      this.usedAreas.add(area);
      return area;
    }
    return -ENOMEM;
  }

  read(address: number, memory: Uint8Array, start: number, length: number): number {
    return this.#transfer(address, length, (from, done, count) =>
      processRead(this.hostPid, from, memory, start + done, count),
    );
  }

  write(address: number, memory: Uint8Array, start: number, length: number): number {
    return this.#transfer(address, length, (to, done, count) =>
      processWrite(this.hostPid, to, memory, start + done, count),
    );
  }

  writeFromFile(address: number, fd: number, offset: number, length: number): number {
    if (this.dead || this.hostPid === 0 || address < 0 || address > this.#host.base) return 0;
    return Math.max(0, fileToProcess(fd, offset, Math.min(length, MOST_AT_ONCE), this.hostPid, address));
  }

  forceRead(address: number, memory: Uint8Array, start: number, length: number): number {
    const fd = this.#openMemory();
    return this.#transfer(address, length, (from, done, count) => pread(fd, memory, start + done, count, from));
  }

  forceWrite(address: number, memory: Uint8Array, start: number, length: number): number {
    const fd = this.#openMemory();
    return this.#transfer(address, length, (to, done, count) => pwrite(fd, memory, start + done, count, to));
  }

  noteExecutable(address: number, length: number, file: string): void {
    const sites = this.ownSites();
    sites.forget(address, length);
    sites.ranges.push({ address, length, file });
  }

  forgetExecutable(address: number, length: number): void {
    const overlaps = (range: ExecutableRange): boolean =>
      range.address < address + length && range.address + range.length > address;
    if (this.sites.ranges.some(overlaps)) this.ownSites().forget(address, length);
  }

  /** The rewritten sites, to change. */
  ownSites(): Sites {
    if (this.#sitesShared) {
      this.sites = new Sites(this.sites);
      this.#sitesShared = false;
    }
    return this.sites;
  }

  /** This process is a copy of `parent`, rewritten code and all. */
  shareSites(parent: SystrapAddressSpace): void {
    this.sites = parent.sites;
    this.#sitesShared = true;
    parent.#sitesShared = true;
  }

  destroy(): void {
    if (!this.dead) this.kill();
    this.#host.onDestroy(this);
  }

  residentBytes(): number {
    const pages = Number(this.readProcText("statm").split(" ")[1]);
    return Number.isFinite(pages) ? pages * 4096 : 0;
  }

  /** A file of the host's /proc/pid directory, or "". */
  readProcText(name: string): string {
    if (this.dead || this.hostPid === 0) return "";
    const fd = syscall(
      SYS_openat,
      this.#host.procFd,
      Buffer.from(`${this.hostPid}/${name}\0`, "latin1"),
      O_RDONLY_CLOEXEC,
      0,
    );
    if (fd < 0) return "";
    const text = Buffer.alloc(PROC_TEXT_BYTES);
    const length = pread(fd, text, 0, PROC_TEXT_BYTES, 0);
    close(fd);
    return length > 0 ? text.toString("latin1", 0, length) : "";
  }

  /** SIGKILL. The process can't be gone and its number taken by another: the pidfd names it. */
  terminate(): void {
    if (!this.dead && this.pidfd >= 0) pidfdSendSignal(this.pidfd, SIGKILL);
  }

  kill(): void {
    this.dead = true;
    if (this.pidfd >= 0) pidfdSendSignal(this.pidfd, SIGKILL);
    if (this.#memoryFd >= 0) close(this.#memoryFd);
    this.#memoryFd = -1;
  }

  /** The host says that the process has ended. */
  closePidfd(): void {
    if (this.pidfd >= 0) close(this.pidfd);
    this.pidfd = -1;
  }

  #openMemory(): number {
    if (this.#memoryFd < 0 && !this.dead) {
      const path = Buffer.from(`${this.hostPid}/mem\0`, "latin1");
      this.#memoryFd = syscall(SYS_openat, this.#host.procFd, path, O_RDWR_CLOEXEC, 0);
    }
    return this.#memoryFd;
  }

  #transfer(address: number, length: number, call: (address: number, done: number, count: number) => number): number {
    if (this.dead || this.hostPid === 0 || length <= 0 || address < 0 || address > this.#host.base + IMAGE_SPAN)
      return 0;
    let done = 0;
    while (done < length) {
      const result = call(address + done, done, Math.min(length - done, MOST_AT_ONCE));
      if (isErrno(result) || result === 0) {
        if (isErrno(result) && result !== -EFAULT && done === 0 && length > 0) return 0;
        break;
      }
      done += result;
    }
    return done;
  }
}
