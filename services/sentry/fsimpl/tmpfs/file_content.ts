/**
 * The bytes of a regular file: in a JavaScript buffer while small, in a memory file of the host once big or mapped.
 *
 * Invariants:
 * - Bytes of the buffer at and beyond `size` are zero; a memory file has exactly `size` bytes.
 * - `pages` has a mark for every page that holds data; the filesystem's block count is charged with exactly these.
 *   Stores of an application through a shared writable mapping are seen by the host only: then the host answers
 *   questions about holes.
 */
import { EINVAL, ENOSPC, ENXIO, type Errno } from "../../../../shared/abi/errno.ts";
import { SEEK_DATA, SEEK_HOLE } from "../../../../shared/abi/fcntl.ts";
import type { HostFiles } from "./host_files.ts";
import { PageMap } from "./page_map.ts";

const PAGE = 4096;
/** Above this size content goes to a memory file. */
export const BUFFER_LIMIT = 512 * 1024;
const SMALLEST_BUFFER = 64;
/** No buffer gets longer, whether the host has a file for the content or not. */
const LARGEST_BUFFER = 64 * 1024 * 1024;
const NO_BYTES = new Uint8Array(0);

/** Counts pages against the filesystem's size. */
export interface PageBudget {
  /** False: no room. */
  charge(pages: number): boolean;
  refund(pages: number): void;
  /** Pages that could be charged now. */
  readonly freePages: number;
}

function pageAfter(position: number): number {
  return Math.ceil(position / PAGE);
}

export class FileContent {
  size = 0;
  #buffer: Uint8Array = NO_BYTES;
  #fd = -1;
  #wasMappedForWriting = false;
  readonly #pages = new PageMap();
  readonly #budget: PageBudget;
  readonly #host: HostFiles | null;

  /** Without `host` everything stays in buffers, and nothing can be mapped. */
  constructor(budget: PageBudget, host: HostFiles | null) {
    this.#budget = budget;
    this.#host = host;
  }

  /** 4 KiB pages that hold data. */
  get allocatedPages(): number {
    return this.#wasMappedForWriting && this.#host !== null ? this.#host.allocatedPages(this.#fd) : this.#pages.count;
  }

  /** The memory file, or -1 while the content is small. */
  get hostFd(): number {
    return this.#fd;
  }

  read(memory: Uint8Array, start: number, length: number, position: number): number {
    if (position >= this.size) return 0;
    const count = Math.min(length, this.size - position);
    if (this.#fd >= 0 && this.#host !== null) return this.#host.read(this.#fd, memory, start, count, position);
    const stored = Math.max(0, Math.min(count, this.#buffer.length - position));
    if (stored > 0) copy(this.#buffer, position, memory, start, stored);
    if (stored < count) memory.fill(0, start + stored, start + count);
    return count;
  }

  /** Writes what there is room for: -ENOSPC only if that is nothing. */
  write(memory: Uint8Array, start: number, length: number, position: number): number {
    const asked = position + length;
    if (this.#fd < 0 && asked > BUFFER_LIMIT && this.toHostFile() < 0 && asked > LARGEST_BUFFER) return -ENOSPC;
    const room = this.#charge(position, length);
    if (room <= 0) return -ENOSPC;
    const end = position + room;
    if (this.#fd >= 0 && this.#host !== null) {
      const written = this.#host.write(this.#fd, memory, start, room, position);
      if (written > 0 && position + written > this.size) this.size = position + written;
      return written;
    }
    this.#reserve(end);
    copy(memory, start, this.#buffer, position, room);
    if (end > this.size) this.size = end;
    return room;
  }

  /** ftruncate(2): beyond the old end is a hole. */
  resize(size: number): 0 | Errno {
    if (this.#fd < 0 && size > BUFFER_LIMIT && this.#host !== null) this.toHostFile();
    if (this.#fd >= 0 && this.#host !== null) {
      const done = this.#host.truncate(this.#fd, size);
      if (done < 0) return done;
    } else if (size < this.size) {
      if (size === 0) this.#buffer = NO_BYTES;
      else this.#buffer.fill(0, size, this.size);
    }
    if (size < this.size) this.#budget.refund(this.#pages.remove(pageAfter(size), Number.POSITIVE_INFINITY));
    this.size = size;
    return 0;
  }

  /** fallocate(2) without flags or with KEEP_SIZE: reserves the room; the caller resizes. */
  allocate(position: number, length: number): 0 | Errno {
    const first = Math.floor(position / PAGE);
    const end = pageAfter(position + length);
    // Hopeless requests fail before any counting, which takes time in proportion to the length.
    if (end - first - this.#pages.count > this.#budget.freePages) return -ENOSPC;
    const missing = this.#pages.missing(first, end);
    if (!this.#budget.charge(missing)) return -ENOSPC;
    this.#pages.add(first, end);
    return 0;
  }

  /** fallocate(2) PUNCH_HOLE. */
  punchHole(position: number, length: number): 0 | Errno {
    const end = Math.min(position + length, this.size);
    if (position < end) {
      if (this.#fd >= 0 && this.#host !== null) {
        const done = this.#host.punchHole(this.#fd, position, end - position);
        if (done < 0) return done;
      } else {
        this.#buffer.fill(0, position, Math.min(end, this.#buffer.length));
      }
    }
    const lastPage = position + length >= this.size ? pageAfter(position + length) : Math.floor(end / PAGE);
    const firstPage = pageAfter(position);
    if (firstPage < lastPage) this.#budget.refund(this.#pages.remove(firstPage, lastPage));
    return 0;
  }

  /** SEEK_DATA from a position below the size. */
  nextData(position: number): number {
    if (this.#wasMappedForWriting && this.#host !== null) return this.#host.seek(this.#fd, position, SEEK_DATA);
    const page = Math.floor(position / PAGE);
    const end = pageAfter(this.size);
    const found = this.#pages.nextData(page, end);
    if (found === end) return -ENXIO;
    return Math.max(position, found * PAGE);
  }

  /** SEEK_HOLE from a position below the size. */
  nextHole(position: number): number {
    if (this.#wasMappedForWriting && this.#host !== null) return this.#host.seek(this.#fd, position, SEEK_HOLE);
    const found = this.#pages.nextHole(Math.floor(position / PAGE), pageAfter(this.size));
    return Math.min(Math.max(position, found * PAGE), this.size);
  }

  /** Moves the content to a memory file if it isn't in one; returns its descriptor. */
  toHostFile(): number {
    if (this.#fd >= 0) return this.#fd;
    const host = this.#host;
    if (host === null) return -EINVAL;
    const fd = host.create();
    if (fd < 0) return fd;
    const failed = this.#copyTo(host, fd);
    if (failed < 0) {
      host.close(fd);
      return failed;
    }
    this.#fd = fd;
    this.#buffer = NO_BYTES;
    return fd;
  }

  /** A shared writable mapping has been made: from now on the host knows better what is a hole. */
  noteWritableMapping(): void {
    this.#wasMappedForWriting = this.#fd >= 0;
  }

  /** The file is gone. */
  release(): void {
    this.#budget.refund(this.#pages.remove(0, Number.POSITIVE_INFINITY));
    if (this.#fd >= 0) this.#host?.close(this.#fd);
    this.#fd = -1;
    this.#buffer = NO_BYTES;
    this.size = 0;
    this.#wasMappedForWriting = false;
  }

  /** Copies data pages only, so that holes stay holes. */
  #copyTo(host: HostFiles, fd: number): 0 | Errno {
    const sized = host.truncate(fd, this.size);
    if (sized < 0) return sized;
    const stored = Math.min(this.size, this.#buffer.length);
    const last = pageAfter(stored);
    for (let page = this.#pages.nextData(0, last); page < last; ) {
      const hole = this.#pages.nextHole(page, last);
      let at = page * PAGE;
      const end = Math.min(hole * PAGE, stored);
      while (at < end) {
        const written = host.write(fd, this.#buffer, at, end - at, at);
        if (written <= 0) return written < 0 ? (written as Errno) : -ENOSPC;
        at += written;
      }
      page = this.#pages.nextData(hole, last);
    }
    return 0;
  }

  /** Charges the pages of the range; returns how many of its bytes have room. */
  #charge(position: number, length: number): number {
    const first = Math.floor(position / PAGE);
    const end = pageAfter(position + length);
    // The everyday case: an append within the last page, or one page more.
    const missing = this.#pages.missing(first, end);
    if (missing === 0) return length;
    if (this.#budget.charge(missing)) {
      this.#pages.add(first, end);
      return length;
    }
    let page = first;
    while (page < end && (this.#pages.has(page) || this.#budget.charge(1))) {
      this.#pages.add(page, page + 1);
      page++;
    }
    return Math.min(length, page * PAGE - position);
  }

  #reserve(end: number): void {
    if (this.#buffer.length >= end) return;
    const grown = new Uint8Array(Math.max(end, Math.min(this.#buffer.length * 2, BUFFER_LIMIT), SMALLEST_BUFFER));
    grown.set(this.#buffer);
    this.#buffer = grown;
  }
}

/** Below this a loop is faster than making two views. */
const SHORT = 48;

function copy(from: Uint8Array, fromStart: number, to: Uint8Array, toStart: number, length: number): void {
  if (length < SHORT) {
    for (let i = 0; i < length; i++) to[toStart + i] = from[fromStart + i];
    return;
  }
  to.set(from.subarray(fromStart, fromStart + length), toStart);
}
