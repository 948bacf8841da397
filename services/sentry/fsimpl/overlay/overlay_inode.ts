/**
 * What the overlay shows: an object of the upper layer, of a lower one, or of both. Everything but directories.
 *
 * Invariants:
 * - `upper ?? lower` has the metadata. `data` has the content of a regular file: the lower inode until its content is
 *   needed for writing, even when the metadata has been copied up already ("metacopy": chown of a big file copies
 *   nothing).
 * - An inode of the upper layer stands for one OverlayInode for as long as it lives (`OverlayFilesystem.ofUpper`),
 *   which is where the inode number from before the copy-up and the lower parts of renamed directories are remembered.
 * - It holds its layers' inodes as a dentry would.
 */
import { EOPNOTSUPP, EROFS, type Errno } from "../../../../shared/abi/errno.ts";
import { O_ACCMODE, O_RDONLY } from "../../../../shared/abi/fcntl.ts";
import type { FileDescription } from "../../vfs/file_description.ts";
import {
  type AttributeChange,
  type Attributes,
  Inode,
  newAttributes,
  type VfsContext,
  type VfsPath,
} from "../../vfs/types.ts";
import { copyData, copyShell, setTimes } from "./copy_up.ts";
import { discard, isWhiteout, PRIVATE_PREFIX } from "./layer.ts";
import type { OverlayDirectory } from "./overlay_directory.ts";
import { OverlayFileDescription } from "./overlay_file.ts";
import type { OverlayFilesystem } from "./overlay_filesystem.ts";

const scratch = newAttributes();

export class OverlayInode extends Inode {
  override readonly filesystem: OverlayFilesystem;
  override readonly ino: number;
  upper: Inode | null;
  lower: Inode | null;
  /** Where it was found last: where a copy of it goes. Null once the name is gone. */
  parent: OverlayDirectory | null;
  name: string;
  #isDataLower: boolean;
  /** Metadata copied, content not; counted by the filesystem. */
  #isMetacopy = false;
  #isDisposed = false;
  /** Names that were taken from it here, while the lower layer still counts them. */
  #lostLinks = 0;

  constructor(
    filesystem: OverlayFilesystem,
    upper: Inode | null,
    lower: Inode | null,
    ino: number,
    parent: OverlayDirectory | null,
    name: string,
  ) {
    super();
    this.filesystem = filesystem;
    this.upper = upper;
    this.lower = lower;
    this.ino = ino;
    this.parent = parent;
    this.name = name;
    this.#isDataLower = upper === null;
    upper?.takeDentry();
    lower?.takeDentry();
  }

  /** The layer inode that has the metadata. */
  get meta(): Inode {
    return (this.upper ?? this.lower) as Inode;
  }
  /** The layer inode that has the content. */
  get data(): Inode {
    return (this.#isDataLower ? this.lower : this.upper) as Inode;
  }

  override get mode(): number {
    return this.meta.mode;
  }
  override get uid(): number {
    return this.meta.uid;
  }
  override get gid(): number {
    return this.meta.gid;
  }

  override getAttributes(out: Attributes): 0 | Errno {
    const { meta } = this;
    const got = meta.getAttributes(out);
    if (got < 0) return got;
    if (this.#isDataLower && this.upper !== null && this.isRegular) {
      (this.lower as Inode).getAttributes(scratch);
      out.size = scratch.size;
      out.blocks = scratch.blocks;
    }
    if (this.upper === null) out.nlink = Math.max(0, out.nlink - this.#lostLinks);
    out.ino = this.ino;
    out.dev = this.filesystem.device;
    return 0;
  }

  override setAttributes(context: VfsContext, change: AttributeChange): 0 | Errno {
    const copied = change.size === undefined ? this.copyUp(context) : this.copyUpData(context, change.size);
    return copied < 0 ? copied : (this.upper as Inode).setAttributes(context, change);
  }

  /** Makes the upper inode exist, with the metadata, and those of the directories above it. */
  copyUp(context: VfsContext): 0 | Errno {
    if (this.upper !== null) return 0;
    if (!this.filesystem.hasUpper) return -EROFS;
    const missing: OverlayInode[] = [];
    for (let at: OverlayInode | null = this; at !== null && at.upper === null; at = at.parent) missing.push(at);
    for (let at = missing.pop(); at !== undefined; at = missing.pop()) {
      const copied = at.copySelfUp(context);
      if (copied < 0) return copied;
    }
    return 0;
  }

  /** As copyUp, once the directory above has its upper inode. */
  protected copySelfUp(context: VfsContext): 0 | Errno {
    const { parent, lower } = this;
    const directory = (parent === null ? this.filesystem.upperRoot : parent.upper) as Inode;
    const before = newAttributes();
    directory.getAttributes(before);
    const made = copyShell(context, lower as Inode, directory, parent === null ? null : this.name);
    if (typeof made === "number") return made as Errno;
    this.setUpper(made);
    parent?.keepTimes(context, before);
    if (!this.isRegular) {
      this.#isDataLower = false;
      return 0;
    }
    // Content that nobody has asked for is copied late only where nobody else can look at the layer.
    if (this.filesystem.takeMetacopy()) {
      this.#isMetacopy = true;
      return 0;
    }
    return this.#copyContent(context, Number.POSITIVE_INFINITY);
  }

  /** Makes the upper inode exist and have the first `length` bytes of the content. */
  copyUpData(context: VfsContext, length = Number.POSITIVE_INFINITY): 0 | Errno {
    const copied = this.copyUp(context);
    if (copied < 0 || !this.#isDataLower) return copied;
    return this.#copyContent(context, length);
  }

  #copyContent(context: VfsContext, length: number): 0 | Errno {
    const source = this.lower as Inode;
    const target = this.upper as Inode;
    source.getAttributes(scratch);
    const wanted = Math.min(length, scratch.size);
    const before = newAttributes();
    target.getAttributes(before);
    const copied = wanted === 0 ? 0 : copyData(context, source, target, this.filesystem.somePath, wanted);
    if (copied < 0) return copied;
    this.#isDataLower = false;
    this.#dropMetacopy();
    // Nothing is asked of the lower inode any more, which may cost its filesystem a descriptor.
    this.lower = null;
    source.dropDentry();
    return setTimes(context, before, target);
  }

  #dropMetacopy(): void {
    if (!this.#isMetacopy) return;
    this.#isMetacopy = false;
    this.filesystem.returnMetacopy();
  }

  protected setUpper(upper: Inode): void {
    upper.takeDentry();
    this.upper = upper;
    this.filesystem.rememberUpper(upper, this);
  }

  override open(context: VfsContext, path: VfsPath, flags: number): FileDescription | Errno {
    if ((flags & O_ACCMODE) !== O_RDONLY) {
      const copied = this.copyUpData(context);
      if (copied < 0) return copied;
    }
    return OverlayFileDescription.open(this, context, path, flags);
  }

  override readlink(context: VfsContext): string | Errno {
    return this.meta.readlink(context);
  }

  override getXattr(context: VfsContext, name: string): Uint8Array | Errno {
    return name.startsWith(PRIVATE_PREFIX) ? -EOPNOTSUPP : this.meta.getXattr(context, name);
  }

  override setXattr(context: VfsContext, name: string, value: Uint8Array, flags: number): 0 | Errno {
    if (name.startsWith(PRIVATE_PREFIX)) return -EOPNOTSUPP;
    const copied = this.copyUp(context);
    return copied < 0 ? copied : (this.upper as Inode).setXattr(context, name, value, flags);
  }

  override listXattr(context: VfsContext): readonly string[] | Errno {
    const names = this.meta.listXattr(context);
    return typeof names === "number" ? names : names.filter((name) => !name.startsWith(PRIVATE_PREFIX));
  }

  override removeXattr(context: VfsContext, name: string): 0 | Errno {
    if (name.startsWith(PRIVATE_PREFIX)) return -EOPNOTSUPP;
    const present = this.meta.getXattr(context, name);
    if (typeof present === "number") return present as Errno;
    const copied = this.copyUp(context);
    return copied < 0 ? copied : (this.upper as Inode).removeXattr(context, name);
  }

  /** The name `name` in `parent` is gone; it lives on for whoever has it open, and under its other names. */
  noteUnlinked(parent: OverlayDirectory, name: string): void {
    if (this.upper === null) this.#lostLinks++;
    if (this.parent === parent && this.name === name) this.parent = null;
  }

  movedTo(parent: OverlayDirectory, name: string): void {
    this.parent = parent;
    this.name = name;
  }

  /** Whether rename(2) is possible: false makes it EXDEV. */
  get mayMove(): boolean {
    return true;
  }

  /** After a move: cuts it off from what lies below its new name. */
  sealOff(_context: VfsContext): 0 | Errno {
    return 0;
  }

  override onUnreferenced(): void {
    if (this.upper !== null && this.filesystem.isUpperInMemory) {
      this.upper.getAttributes(scratch);
      // The upper inode is the memory of what this was; it keeps it until it goes itself.
      if (scratch.nlink > 0) return;
    }
    this.dispose();
  }

  /** Lets go of the layers. */
  protected dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.filesystem.forget(this);
    this.#dropMetacopy();
    this.upper?.dropDentry();
    this.lower?.dropDentry();
  }

  get isDisposed(): boolean {
    return this.#isDisposed;
  }
}

/** The child `name` of a layer's directory, whiteouts told apart. */
export function lookupInLayer(directory: Inode, name: string): Inode | "whiteout" | null | Errno {
  const found = directory.lookup(name);
  if (found === null || typeof found === "number") return found;
  if (!isWhiteout(found)) return found;
  discard(found);
  return "whiteout";
}
