/** What every inode of tmpfs has: owner, mode, times, links, extended attributes. */
import { E2BIG, EEXIST, ENODATA, ENOSPC, type Errno } from "../../../../shared/abi/errno.ts";
import { XATTR_CREATE, XATTR_REPLACE } from "../../../../shared/abi/fcntl.ts";
import { XATTR_LIST_MAX } from "../../../../shared/abi/limits.ts";
import { type AttributeChange, type Attributes, Inode, type VfsContext } from "../../vfs/types.ts";
import type { TmpfsFilesystem } from "./tmpfs.ts";

/** Bytes of names and values of extended attributes on one inode. */
const XATTR_ROOM = 256 * 1024;
const SECONDS_PER_DAY = 86_400;

/** Who a new inode belongs to. */
export interface Ownership {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export abstract class TmpfsInode extends Inode {
  override readonly filesystem: TmpfsFilesystem;
  override readonly ino: number;
  override mode: number;
  override uid: number;
  override gid: number;
  nlink = 1;
  atimeSec: number;
  atimeNsec: number;
  mtimeSec: number;
  mtimeNsec: number;
  ctimeSec: number;
  ctimeNsec: number;
  readonly #btimeSec: number;
  readonly #btimeNsec: number;
  #xattrs: Map<string, Uint8Array> | null = null;
  #isReleased = false;

  constructor(filesystem: TmpfsFilesystem, owner: Ownership) {
    super();
    this.filesystem = filesystem;
    this.ino = filesystem.takeInode();
    this.mode = owner.mode;
    this.uid = owner.uid;
    this.gid = owner.gid;
    const { clock } = filesystem;
    clock.refresh();
    this.atimeSec = this.mtimeSec = this.ctimeSec = this.#btimeSec = clock.seconds;
    this.atimeNsec = this.mtimeNsec = this.ctimeNsec = this.#btimeNsec = clock.nanoseconds;
  }

  /** st_size. */
  abstract get size(): number;
  /** st_blocks, of 512 bytes. */
  get blocks(): number {
    return 0;
  }
  get rdev(): number {
    return 0;
  }

  override getAttributes(out: Attributes): 0 | Errno {
    out.ino = this.ino;
    out.mode = this.mode;
    out.nlink = this.nlink;
    out.uid = this.uid;
    out.gid = this.gid;
    out.rdev = this.rdev;
    out.dev = this.filesystem.device;
    out.size = this.size;
    out.blockSize = 4096;
    out.blocks = this.blocks;
    out.atimeSec = this.atimeSec;
    out.atimeNsec = this.atimeNsec;
    out.mtimeSec = this.mtimeSec;
    out.mtimeNsec = this.mtimeNsec;
    out.ctimeSec = this.ctimeSec;
    out.ctimeNsec = this.ctimeNsec;
    out.btimeSec = this.#btimeSec;
    out.btimeNsec = this.#btimeNsec;
    return 0;
  }

  override setAttributes(_context: VfsContext, change: AttributeChange): 0 | Errno {
    const { clock } = this.filesystem;
    clock.refresh();
    const now: readonly [number, number] = [clock.seconds, clock.nanoseconds];
    if (change.mode !== undefined) this.mode = change.mode;
    if (change.uid !== undefined) this.uid = change.uid;
    if (change.gid !== undefined) this.gid = change.gid;
    if (change.atime !== undefined) [this.atimeSec, this.atimeNsec] = change.atime === "now" ? now : change.atime;
    if (change.mtime !== undefined) [this.mtimeSec, this.mtimeNsec] = change.mtime === "now" ? now : change.mtime;
    [this.ctimeSec, this.ctimeNsec] = now;
    return 0;
  }

  /** It was read: relatime, or every time. */
  touchAccess(isRelative: boolean): void {
    const { clock } = this.filesystem;
    if (isRelative) {
      const isOld =
        this.atimeSec < this.mtimeSec ||
        this.atimeSec < this.ctimeSec ||
        (this.atimeSec === this.mtimeSec && this.atimeNsec <= this.mtimeNsec) ||
        (this.atimeSec === this.ctimeSec && this.atimeNsec <= this.ctimeNsec) ||
        // When the clock was read last is near enough for a matter of days.
        clock.seconds - this.atimeSec >= SECONDS_PER_DAY;
      if (!isOld) return;
    }
    clock.refresh();
    this.atimeSec = clock.seconds;
    this.atimeNsec = clock.nanoseconds;
  }

  /** Its content changed. */
  touchModified(): void {
    const { clock } = this.filesystem;
    clock.refresh();
    this.mtimeSec = this.ctimeSec = clock.seconds;
    this.mtimeNsec = this.ctimeNsec = clock.nanoseconds;
  }

  /** Its links, names or attributes changed. */
  touchChanged(): void {
    const { clock } = this.filesystem;
    clock.refresh();
    this.ctimeSec = clock.seconds;
    this.ctimeNsec = clock.nanoseconds;
  }

  /** A name of it is gone. */
  dropLink(): void {
    this.nlink--;
    this.touchChanged();
    this.releaseIfGone();
  }

  override onUnreferenced(): void {
    this.releaseIfGone();
  }

  /** The filesystem goes, with all names in it; a mapping alone keeps content. */
  dropWithFilesystem(): void {
    this.nlink = 0;
    this.releaseIfGone();
  }

  /** Whether something besides names and open files keeps it. */
  protected get isHeld(): boolean {
    return false;
  }

  protected releaseIfGone(): void {
    if (this.nlink > 0 || this.dentryCount > 0 || this.isHeld || this.#isReleased) return;
    this.#isReleased = true;
    this.release();
  }

  /** Frees what it occupies; called once. */
  protected release(): void {
    this.filesystem.returnInode();
  }

  override getXattr(_context: VfsContext, name: string): Uint8Array | Errno {
    return this.#xattrs?.get(name) ?? -ENODATA;
  }

  override setXattr(_context: VfsContext, name: string, value: Uint8Array, flags: number): 0 | Errno {
    const exists = this.#xattrs?.has(name) ?? false;
    if ((flags & XATTR_CREATE) !== 0 && exists) return -EEXIST;
    if ((flags & XATTR_REPLACE) !== 0 && !exists) return -ENODATA;
    this.#xattrs ??= new Map();
    let room = XATTR_ROOM - name.length - value.length;
    for (const [other, bytes] of this.#xattrs) if (other !== name) room -= other.length + bytes.length;
    if (room < 0) return -ENOSPC;
    // Not slice(): of a Buffer that is a view.
    this.#xattrs.set(name, new Uint8Array(value));
    this.touchChanged();
    return 0;
  }

  override listXattr(_context: VfsContext): readonly string[] | Errno {
    if (this.#xattrs === null) return [];
    const names = [...this.#xattrs.keys()];
    return names.reduce((sum, name) => sum + name.length + 1, 0) > XATTR_LIST_MAX ? -E2BIG : names;
  }

  override removeXattr(_context: VfsContext, name: string): 0 | Errno {
    if (!this.#xattrs?.delete(name)) return -ENODATA;
    this.touchChanged();
    return 0;
  }
}
