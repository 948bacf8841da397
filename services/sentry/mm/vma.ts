/** One range of an address space with the same backing, protection and advice: what a line of /proc/self/maps shows. */
import { MAP_SHARED } from "../../../shared/abi/mman.ts";
import type { FileDescription, MappableFile } from "../vfs/file_description.ts";

/** The identity of an anonymous shared mapping, which outlives fork(2); futexes on it are keyed by this object. */
export class SharedAnonymous {
  /** Distinguishes it in maps' inode column. */
  readonly ino: number;
  constructor(ino: number) {
    this.ino = ino;
  }
}

/** What a mapping shows the bytes of. */
export interface Backing {
  readonly file: MappableFile | null;
  /** Keeps the file open and names it in maps; null for anonymous memory. */
  readonly description: FileDescription | null;
  readonly shared: SharedAnonymous | null;
}

export const ANONYMOUS: Backing = { file: null, description: null, shared: null };

export interface VmaFields {
  start: number;
  end: number;
  /** PROT_* */
  prot: number;
  /** MAP_SHARED or MAP_PRIVATE, with MAP_GROWSDOWN, MAP_NORESERVE as given. */
  flags: number;
  backing: Backing;
  /** Byte offset in the file of `start`; 0 for anonymous memory. */
  offset: number;
  /** "[heap]", "[stack]" or "". */
  name: string;
  /** Madvised away from the child of fork(2), or zeroed there. */
  dontFork: boolean;
  wipeOnFork: boolean;
  locked: boolean;
}

export class Vma implements VmaFields {
  start: number;
  end: number;
  prot: number;
  flags: number;
  backing: Backing;
  offset: number;
  name: string;
  dontFork: boolean;
  wipeOnFork: boolean;
  locked: boolean;

  constructor(fields: VmaFields) {
    this.start = fields.start;
    this.end = fields.end;
    this.prot = fields.prot;
    this.flags = fields.flags;
    this.backing = fields.backing;
    this.offset = fields.offset;
    this.name = fields.name;
    this.dontFork = fields.dontFork;
    this.wipeOnFork = fields.wipeOnFork;
    this.locked = fields.locked;
  }

  static anonymous(start: number, end: number, prot: number, flags: number, name = ""): Vma {
    return new Vma({
      start,
      end,
      prot,
      flags,
      backing: ANONYMOUS,
      offset: 0,
      name,
      dontFork: false,
      wipeOnFork: false,
      locked: false,
    });
  }

  get length(): number {
    return this.end - this.start;
  }

  get isShared(): boolean {
    return (this.flags & MAP_SHARED) !== 0;
  }

  get isWritableShared(): boolean {
    return this.isShared && (this.prot & 2) !== 0;
  }

  /** The same mapping cut down to [start, end). */
  slice(start: number, end: number): Vma {
    const part = new Vma(this);
    part.offset = this.backing === ANONYMOUS ? 0 : this.offset + (start - this.start);
    part.start = start;
    part.end = end;
    return part;
  }

  /** Whether `next`, which starts where this ends, is the continuation of the same mapping. */
  continuesIn(next: Vma): boolean {
    return (
      this.end === next.start &&
      this.prot === next.prot &&
      this.flags === next.flags &&
      this.backing.file === next.backing.file &&
      this.backing.shared === next.backing.shared &&
      this.backing.description === next.backing.description &&
      (this.backing === ANONYMOUS || this.offset + this.length === next.offset) &&
      this.name === next.name &&
      this.dontFork === next.dontFork &&
      this.wipeOnFork === next.wipeOnFork &&
      this.locked === next.locked
    );
  }
}
