/**
 * A directory of the overlay: the entries of the upper one over those of the lower ones, less what is whited out.
 */
import { EINVAL, EIO, ENOENT, ENOTEMPTY, type Errno, EXDEV } from "../../../../shared/abi/errno.ts";
import { RENAME_EXCHANGE, RENAME_WHITEOUT } from "../../../../shared/abi/fcntl.ts";
import type { FileDescription } from "../../vfs/file_description.ts";
import type { Attributes, Inode, VfsContext, VfsPath } from "../../vfs/types.ts";
import { setTimes } from "./copy_up.ts";
import { discard, isOpaque, isWhiteout, layerContext, makeWhiteout, setOpaque } from "./layer.ts";
import { listMerged, OverlayDirectoryDescription } from "./merged_listing.ts";
import type { OverlayFilesystem } from "./overlay_filesystem.ts";
import { lookupInLayer, OverlayInode } from "./overlay_inode.ts";

export class OverlayDirectory extends OverlayInode {
  /** The directories below that are merged into it, topmost first. */
  readonly lowers: readonly Inode[];

  constructor(
    filesystem: OverlayFilesystem,
    upper: Inode | null,
    lowers: readonly Inode[],
    ino: number,
    parent: OverlayDirectory | null,
    name: string,
  ) {
    super(filesystem, upper, lowers[0] ?? null, ino, parent, name);
    this.lowers = lowers;
    for (const lower of lowers.slice(1)) lower.takeDentry();
  }

  get isMerged(): boolean {
    return this.lowers.length + (this.upper === null ? 0 : 1) > 1;
  }

  override getAttributes(out: Attributes): 0 | Errno {
    const got = super.getAttributes(out);
    // As overlayfs: nobody has counted the subdirectories of all layers.
    if (got === 0 && this.isMerged) out.nlink = 1;
    // A directory looks alike before and after it was copied up into memory: a block at least, as on a disk.
    if (got === 0 && this.filesystem.isUpperInMemory) out.size = Math.max(out.size, out.blockSize);
    return got;
  }

  override lookup(name: string): Inode | null | Errno {
    const { upper } = this;
    let top: Inode | null = null;
    if (upper !== null) {
      const found = lookupInLayer(upper, name);
      if (typeof found === "number") return found;
      if (found === "whiteout") return null;
      top = found;
    }
    return this.filesystem.merge(this, name, top, top === null || top.isDirectory ? this.lowers : []);
  }

  override create(context: VfsContext, name: string, mode: number): Inode | Errno {
    return this.#make(context, name, (directory) => directory.create(context, name, mode));
  }

  override mkdir(context: VfsContext, name: string, mode: number): Inode | Errno {
    return this.#make(context, name, (directory) => {
      const made = directory.mkdir(context, name, mode);
      if (typeof made === "number" || this.lowers.length === 0 || this.filesystem.isUpperInMemory) return made;
      const marked = setOpaque(context, made);
      if (marked === 0) return made;
      directory.rmdir(layerContext(context), name, made);
      return marked;
    });
  }

  override mknod(context: VfsContext, name: string, mode: number, rdev: number): Inode | Errno {
    return this.#make(context, name, (directory) => directory.mknod(context, name, mode, rdev));
  }

  override symlink(context: VfsContext, name: string, target: string): Inode | Errno {
    return this.#make(context, name, (directory) => directory.symlink(context, name, target));
  }

  override createUnnamed(context: VfsContext, mode: number): Inode | Errno {
    const ready = this.copyUp(context);
    if (ready < 0) return ready;
    const made = (this.upper as Inode).createUnnamed(context, mode);
    return typeof made === "number" ? made : this.filesystem.wrapNew(made, null, "");
  }

  /** Makes something in the upper directory, where a whiteout may be in its place. */
  #make(context: VfsContext, name: string, make: (directory: Inode) => Inode | Errno): Inode | Errno {
    const ready = this.#clear(context, name);
    if (typeof ready === "number" && ready < 0) return ready;
    const made = make(this.upper as Inode);
    if (typeof made !== "number") return this.filesystem.wrapNew(made, this, name);
    if (ready === "whiteout") makeWhiteout(context, this.upper as Inode, name);
    return made;
  }

  /** Copies this up and takes a whiteout from `name`; says whether there was one. */
  #clear(context: VfsContext, name: string): 0 | "whiteout" | Errno {
    const ready = this.copyUp(context);
    if (ready < 0) return ready;
    const upper = this.upper as Inode;
    const there = upper.lookup(name);
    if (there === null) return 0;
    if (typeof there === "number") return there as Errno;
    if (!isWhiteout(there)) return -EIO;
    const removed = upper.unlink(layerContext(context), name, there);
    return removed < 0 ? removed : "whiteout";
  }

  override link(context: VfsContext, name: string, target: Inode): 0 | Errno {
    const inode = target as OverlayInode;
    const copied = inode.copyUp(context);
    if (copied < 0) return copied;
    const ready = this.#clear(context, name);
    if (typeof ready === "number" && ready < 0) return ready;
    const linked = (this.upper as Inode).link(context, name, inode.upper as Inode);
    if (linked < 0) {
      if (ready === "whiteout") makeWhiteout(context, this.upper as Inode, name);
      return linked;
    }
    if (inode.parent === null) inode.movedTo(this, name);
    return 0;
  }

  override unlink(context: VfsContext, name: string, child: Inode): 0 | Errno {
    const ready = this.copyUp(context);
    if (ready < 0) return ready;
    const upper = this.upper as Inode;
    const there = upper.lookup(name);
    if (typeof there === "number") return there as Errno;
    if (there !== null) {
      const removed = upper.unlink(context, name, there);
      if (removed < 0) return removed;
    }
    const hidden = this.#hide(context, name);
    if (hidden < 0) return hidden;
    (child as OverlayInode).noteUnlinked(this, name);
    return 0;
  }

  override rmdir(context: VfsContext, name: string, child: Inode): 0 | Errno {
    const directory = child as OverlayDirectory;
    const emptied = directory.#emptyUpper(context);
    if (emptied < 0) return emptied;
    const ready = this.copyUp(context);
    if (ready < 0) return ready;
    if (directory.upper !== null) {
      const removed = (this.upper as Inode).rmdir(context, name, directory.upper);
      if (removed < 0) return removed;
    }
    const hidden = this.#hide(context, name);
    if (hidden < 0) return hidden;
    directory.noteUnlinked(this, name);
    return 0;
  }

  /** -ENOTEMPTY if anything shows; otherwise takes the whiteouts out of the upper directory, so that it can go. */
  #emptyUpper(context: VfsContext): 0 | Errno {
    const entries = listMerged(this, context, this.filesystem.somePath);
    if (typeof entries === "number") return entries as Errno;
    if (entries.length > 0) return -ENOTEMPTY;
    const { upper } = this;
    if (upper === null) return 0;
    const listed = this.filesystem.listLayer(upper, context, this.filesystem.somePath);
    if (typeof listed === "number") return listed as Errno;
    for (const { name } of listed) {
      const whiteout = upper.lookup(name);
      if (whiteout === null || typeof whiteout === "number") continue;
      const removed = upper.unlink(layerContext(context), name, whiteout);
      if (removed < 0) return removed;
    }
    return 0;
  }

  /** Whites `name` out if a lower layer has it. */
  #hide(context: VfsContext, name: string): 0 | Errno {
    return this.#hasBelow(name) ? makeWhiteout(context, this.upper as Inode, name) : 0;
  }

  #hasBelow(name: string): boolean {
    for (const lower of this.lowers) {
      const found = lookupInLayer(lower, name);
      if (found === "whiteout") return false;
      if (found === null || typeof found === "number") continue;
      discard(found);
      return true;
    }
    return false;
  }

  override rename(
    context: VfsContext,
    name: string,
    child: Inode,
    newDirectory: Inode,
    newName: string,
    target: Inode | null,
    flags: number,
  ): 0 | Errno {
    if ((flags & RENAME_WHITEOUT) !== 0) return -EINVAL;
    const to = newDirectory as OverlayDirectory;
    const moved = child as OverlayInode;
    const there = target as OverlayInode | null;
    const isExchange = (flags & RENAME_EXCHANGE) !== 0;
    if (!moved.mayMove || (isExchange && there !== null && !there.mayMove)) return -EXDEV;
    for (const inode of [this, to, moved]) {
      const copied = inode.copyUp(context);
      if (copied < 0) return copied;
    }
    if (isExchange && there !== null) return this.#exchange(context, name, moved, to, newName, there);
    return this.#move(context, name, moved, to, newName, there);
  }

  #exchange(
    context: VfsContext,
    name: string,
    moved: OverlayInode,
    to: OverlayDirectory,
    newName: string,
    there: OverlayInode,
  ): 0 | Errno {
    const copied = there.copyUp(context);
    if (copied < 0) return copied;
    // A lower file with several names has its copy under one of them only.
    const ready = this.#ensureNamed(context, name, moved) || to.#ensureNamed(context, newName, there);
    if (ready < 0) return ready;
    const from = this.upper as Inode;
    const done = from.rename(
      context,
      name,
      moved.upper as Inode,
      to.upper as Inode,
      newName,
      there.upper,
      RENAME_EXCHANGE,
    );
    if (done < 0) return done;
    const opaque = moved.sealOff(context) || there.sealOff(context);
    moved.movedTo(to, newName);
    there.movedTo(this, name);
    return opaque;
  }

  #move(
    context: VfsContext,
    name: string,
    moved: OverlayInode,
    to: OverlayDirectory,
    newName: string,
    there: OverlayInode | null,
  ): 0 | Errno {
    let replaced: Inode | null = null;
    if (there === null) {
      const ready = to.#clear(context, newName);
      if (typeof ready === "number" && ready < 0) return ready;
    } else {
      if (there instanceof OverlayDirectory) {
        const emptied = there.#emptyUpper(context);
        if (emptied < 0) return emptied;
      }
      const found = (to.upper as Inode).lookup(newName);
      if (typeof found === "number") return found as Errno;
      replaced = found;
    }
    const ready = this.#ensureNamed(context, name, moved);
    if (ready < 0) return ready;
    const done = (this.upper as Inode).rename(
      context,
      name,
      moved.upper as Inode,
      to.upper as Inode,
      newName,
      replaced,
      0,
    );
    if (done < 0) return done;
    there?.noteUnlinked(to, newName);
    moved.movedTo(to, newName);
    return this.#hide(context, name) || moved.sealOff(context);
  }

  /** Gives the upper inode of `child` the name `name` in the upper directory, if it was copied up under another one. */
  #ensureNamed(context: VfsContext, name: string, child: OverlayInode): 0 | Errno {
    const upper = this.upper as Inode;
    const found = upper.lookup(name);
    if (typeof found === "number") return found as Errno;
    return found === null ? upper.link(context, name, child.upper as Inode) : 0;
  }

  override get mayMove(): boolean {
    return this.filesystem.isUpperInMemory || this.lowers.length === 0;
  }

  /** What lies below the new name must not shine through, should this be looked up without being remembered. */
  override sealOff(context: VfsContext): 0 | Errno {
    if (this.filesystem.isUpperInMemory) return 0;
    return setOpaque(context, this.upper as Inode);
  }

  protected override copySelfUp(context: VfsContext): 0 | Errno {
    // A removed directory has no place to be copied to.
    return this.parent === null ? -ENOENT : super.copySelfUp(context);
  }

  /** Making a copy of a child in it has changed the times of the upper directory, which nobody must see. */
  keepTimes(context: VfsContext, before: Attributes): void {
    setTimes(context, before, this.upper as Inode);
  }

  override open(_context: VfsContext, path: VfsPath, flags: number): FileDescription | Errno {
    return new OverlayDirectoryDescription(this, path, flags);
  }

  /** The layers of a child that lower layers have, as far down as they merge. */
  static lowersOf(
    context: VfsContext,
    name: string,
    layers: readonly Inode[],
    isTopDirectory: boolean,
  ): Inode[] | Errno {
    const found: Inode[] = [];
    for (const [index, layer] of layers.entries()) {
      const child = lookupInLayer(layer, name);
      if (child === "whiteout") break;
      if (child === null) continue;
      if (typeof child === "number") return child;
      if (!child.isDirectory) {
        if (found.length === 0 && !isTopDirectory) found.push(child);
        break;
      }
      found.push(child);
      if (index + 1 < layers.length && isOpaque(context, child)) break;
    }
    return found;
  }

  protected override dispose(): void {
    if (this.isDisposed) return;
    super.dispose();
    for (const lower of this.lowers.slice(1)) lower.dropDentry();
  }
}
