/**
 * A file of the host, seen through a fid: what all kinds have in common.
 *
 * Invariants:
 * - The fid is the inode's as long as it lives; it names the file whatever happens to its names. An inode that a listing told of has
 *   none until it needs one; until then it holds its directory, and nobody takes its name from it before it has got its fid.
 * - One file is one inode, whatever its names: the filesystem keeps them by identity.
 * - It lives while a dentry, an open description or a mapping refers to it; then its fid goes.
 * - `attr` is what the server said last. With exclusive access it holds until something here changes the file (`markStale`);
 *   with shared access it is asked for again, except right after a walk that brought it.
 */

import { EFBIG, type Errno } from "../../../../shared/abi/errno.ts";
import { ATTR_ALL, Attr } from "../../../../shared/p9/attr.ts";
import { MAX_XATTR_VALUE_BYTES, NOFID } from "../../../../shared/p9/limits.ts";
import {
  SETATTR_ATIME,
  SETATTR_ATIME_SET,
  SETATTR_GID,
  SETATTR_MODE,
  SETATTR_MTIME,
  SETATTR_MTIME_SET,
  SETATTR_SIZE,
  SETATTR_UID,
} from "../../../../shared/p9/messages_attr.ts";
import { MAX_FILE_SIZE } from "../../vfs/regular_file.ts";
import { type AttributeChange, type Attributes, Inode, type VfsContext } from "../../vfs/types.ts";
import type { GoferDirectory } from "./gofer_directory.ts";
import type { GoferFilesystem } from "./gofer_filesystem.ts";

/** Attributes that came with a walk count as current for so long: the call that walked is about to look at them. */
const FRESH_MS = 1;
const MODE_BITS = 0o7777;
/** For all extended attributes: copied from at once. */
const xattrBuffer = Buffer.alloc(MAX_XATTR_VALUE_BYTES);
const change = {
  valid: 0,
  mode: 0,
  uid: 0,
  gid: 0,
  size: 0,
  atimeSec: 0,
  atimeNsec: 0,
  mtimeSec: 0,
  mtimeNsec: 0,
};

/** A name in a directory. */
export interface GoferPlace {
  readonly directory: GoferDirectory;
  readonly name: string;
}

export abstract class GoferInode extends Inode {
  override readonly filesystem: GoferFilesystem;
  override readonly ino: number;
  override mode = 0;
  override uid = 0;
  override gid = 0;
  #fid: number;
  /** Where an inode without a fid is found. */
  #place: GoferPlace | null = null;
  readonly attr: Attr = new Attr();
  /** A read has been noted that may have changed the access time (gofer_file.ts). */
  protected isAccessNoted = false;
  #isStale = false;
  #freshUntilMs = 0;
  /** Open descriptions and mappings. */
  #users = 0;
  #isReleased = false;

  /** Takes over `fid`; NOFID is for `setPlace` to make good. */
  constructor(filesystem: GoferFilesystem, fid: number, attr: Attr) {
    super();
    this.filesystem = filesystem;
    this.#fid = fid;
    this.ino = filesystem.inoOf(attr.dev, attr.ino);
    this.update(attr);
  }

  /** Got now if there was none; NOFID, which no server knows, if it can't be had. */
  get fid(): number {
    this.pin();
    return this.#fid;
  }

  /** Makes it independent of its name, which may be about to be taken from it. */
  pin(): void {
    if (this.#place === null) return;
    const { directory, name } = this.#place;
    const fid = this.filesystem.findFid(this, directory, name);
    if (fid !== NOFID) this.adoptFid(fid);
  }

  /** The fid if there is one, else NOFID. */
  get fidIfAny(): number {
    return this.#fid;
  }

  /** Where it is found, as long as it has no fid. */
  get place(): GoferPlace | null {
    return this.#place;
  }

  setPlace(directory: GoferDirectory, name: string): void {
    this.#place = { directory, name };
    directory.addUser();
  }

  /** Takes over `fid`, unless it has one or needs none any more. */
  adoptFid(fid: number): void {
    const place = this.#place;
    if (place === null) {
      this.filesystem.dropFid(fid);
      return;
    }
    this.#fid = fid;
    this.#place = null;
    place.directory.dropUser();
  }

  /** The server has just said this. */
  update(attr: Attr): void {
    if (attr !== this.attr) this.attr.copyFrom(attr);
    this.mode = attr.mode;
    this.uid = attr.uid;
    this.gid = attr.gid;
    this.#isStale = false;
    this.isAccessNoted = false;
    if (!this.filesystem.isExclusive) this.#freshUntilMs = performance.now() + FRESH_MS;
  }

  /** Something was done that changes attributes in ways that only the host knows. */
  markStale(): void {
    this.filesystem.noteChange(this);
    this.#isStale = true;
    this.#freshUntilMs = 0;
  }

  /** Whether the server has been asked just now. */
  get isFresh(): boolean {
    return this.#freshUntilMs !== 0 && performance.now() < this.#freshUntilMs;
  }

  /** Whether it is the file that `attr` describes. */
  isFileOf(attr: Attr): boolean {
    return attr.ino === this.attr.ino && attr.dev === this.attr.dev;
  }

  /** Makes `attr` current. */
  refresh(): 0 | Errno {
    if (this.filesystem.isExclusive ? !this.#isStale : !this.#isStale && this.isFresh) return 0;
    const result = this.fetchAttributes();
    if (result < 0) return result;
    this.update(this.attr);
    return 0;
  }

  /** Reads the file's attributes from wherever that is cheapest. */
  protected fetchAttributes(): 0 | Errno {
    return this.filesystem.client.getAttr(this.fid, ATTR_ALL, this.attr) as 0 | Errno;
  }

  override getAttributes(out: Attributes): 0 | Errno {
    const result = this.refresh();
    if (result < 0) return result;
    const { attr } = this;
    out.ino = this.ino;
    out.mode = attr.mode;
    out.nlink = attr.nlink;
    out.uid = attr.uid;
    out.gid = attr.gid;
    out.rdev = attr.rdev;
    out.dev = this.filesystem.device;
    out.size = attr.size;
    out.blockSize = attr.blksize;
    out.blocks = attr.blocks;
    out.atimeSec = attr.atimeSec;
    out.atimeNsec = attr.atimeNsec;
    out.mtimeSec = attr.mtimeSec;
    out.mtimeNsec = attr.mtimeNsec;
    out.ctimeSec = attr.ctimeSec;
    out.ctimeNsec = attr.ctimeNsec;
    out.btimeSec = attr.btimeSec;
    out.btimeNsec = attr.btimeNsec;
    return 0;
  }

  override setAttributes(_context: VfsContext, wanted: AttributeChange): 0 | Errno {
    change.valid = 0;
    if (wanted.mode !== undefined) {
      change.valid |= SETATTR_MODE;
      change.mode = wanted.mode & MODE_BITS;
    }
    if (wanted.uid !== undefined) {
      change.valid |= SETATTR_UID;
      change.uid = wanted.uid;
    }
    if (wanted.gid !== undefined) {
      change.valid |= SETATTR_GID;
      change.gid = wanted.gid;
    }
    change.size = 0;
    if (wanted.size !== undefined) {
      if (wanted.size > MAX_FILE_SIZE) return -EFBIG;
      change.valid |= SETATTR_SIZE;
      change.size = wanted.size;
    }
    if (wanted.atime !== undefined) {
      change.valid |= SETATTR_ATIME;
      if (wanted.atime !== "now") {
        change.valid |= SETATTR_ATIME_SET;
        [change.atimeSec, change.atimeNsec] = wanted.atime;
      }
    }
    if (wanted.mtime !== undefined) {
      change.valid |= SETATTR_MTIME;
      if (wanted.mtime !== "now") {
        change.valid |= SETATTR_MTIME_SET;
        [change.mtimeSec, change.mtimeNsec] = wanted.mtime;
      }
    }
    const result = this.filesystem.client.setAttr(this.fid, change, this.attr);
    if (result < 0) {
      // Some of it may have been done.
      this.markStale();
      return result;
    }
    this.filesystem.noteChange(this);
    this.update(this.attr);
    return 0;
  }

  override getXattr(_context: VfsContext, name: string): Uint8Array | Errno {
    const length = this.filesystem.client.getXattr(this.fid, name, xattrBuffer, 0, MAX_XATTR_VALUE_BYTES);
    return length < 0 ? length : Uint8Array.prototype.slice.call(xattrBuffer, 0, length);
  }

  override setXattr(_context: VfsContext, name: string, value: Uint8Array, flags: number): 0 | Errno {
    this.markStale();
    return this.filesystem.client.setXattr(this.fid, name, value, 0, value.length, flags) as 0 | Errno;
  }

  override listXattr(_context: VfsContext): readonly string[] | Errno {
    const length = this.filesystem.client.listXattr(this.fid, xattrBuffer, 0, MAX_XATTR_VALUE_BYTES);
    if (length < 0) return length;
    return xattrBuffer.toString("latin1", 0, length).split("\0").slice(0, -1);
  }

  override removeXattr(_context: VfsContext, name: string): 0 | Errno {
    this.markStale();
    return this.filesystem.client.removeXattr(this.fid, name) as 0 | Errno;
  }

  /** Holds the inode as an open description or a mapping does. */
  addUser(): void {
    this.#users++;
  }

  dropUser(): void {
    this.#users--;
    if (this.#users === 0) this.onUnused();
    this.#releaseIfGone();
  }

  get isUsed(): boolean {
    return this.#users > 0;
  }

  get isReleased(): boolean {
    return this.#isReleased;
  }

  /** No open description and no mapping is left. */
  protected onUnused(): void {}

  override onUnreferenced(): void {
    this.#releaseIfGone();
  }

  #releaseIfGone(): void {
    if (this.#isReleased || this.dentryCount > 0 || this.#users > 0) return;
    this.#isReleased = true;
    this.filesystem.forget(this);
    this.release();
    const place = this.#place;
    this.#place = null;
    place?.directory.dropUser();
  }

  /** Lets go of what it holds besides its fid; called once. */
  protected release(): void {}
}
