/**
 * The overlay filesystem: a writable upper layer over one or more lower ones that never change.
 * Documentation/filesystems/overlayfs.rst.
 *
 * It works on the layers' inodes, not their dentries: the overlay's own dentries are the only cache of names. Layers
 * must not change but through it (their `isStable`).
 *
 * Differences from Linux's: metadata is always copied up alone when the upper layer is in memory; directories that have
 * a lower part can then be renamed; a descriptor sees the copy of its file as soon as there is one.
 */
import { EINVAL, type Errno } from "../../../../shared/abi/errno.ts";
import { MS_KERNMOUNT, MS_NOATIME, OVERLAYFS_SUPER_MAGIC } from "../../../../shared/abi/mount.ts";
import { Credentials } from "../../vfs/credentials.ts";
import { Dentry } from "../../vfs/dentry.ts";
import { allocateDevice } from "../../vfs/device_registry.ts";
import { Mount } from "../../vfs/mount.ts";
import { lookupChild, type ResolvingPath } from "../../vfs/resolving_path.ts";
import {
  Filesystem,
  type FilesystemStatistics,
  type Inode,
  newAttributes,
  type VfsContext,
  type VfsPath,
} from "../../vfs/types.ts";
import { setTimes } from "./copy_up.ts";
import { isOpaque, layerContext } from "./layer.ts";
import { listLayer } from "./merged_listing.ts";
import { OverlayDirectory } from "./overlay_directory.ts";
import { OverlayInode } from "./overlay_inode.ts";

/** Inode numbers of layer N are shown with N in the bits from here on, so that layers don't collide. */
const LAYER_SPAN = 2 ** 48;
/**
 * So many files may have their content in a lower layer although their metadata has been copied up: each holds a lower
 * inode.
 */
const MAX_METACOPIES = 512;
/** How many names a lower layer is asked for at once. */
const LOOK_AHEAD = 32;

export interface OverlayOptions {
  /** The root directory of the writable layer; null: read-only. */
  readonly upper: Inode | null;
  /** The root directories of the others, topmost first; at least one. */
  readonly lowers: readonly Inode[];
  /** The upper layer lives as long as the overlay and its inodes are never evicted (tmpfs). */
  readonly isUpperInMemory: boolean;
}

export class OverlayFilesystem extends Filesystem {
  override readonly name: string = "overlay";
  override readonly device = allocateDevice();
  override readonly root: Dentry;
  override readonly isStable: boolean;
  readonly isUpperInMemory: boolean;
  readonly upperRoot: Inode | null;
  /** A place to hand to layers that want one where the overlay itself has none at hand. */
  readonly somePath: VfsPath;
  readonly #layers: Filesystem[];
  readonly #lowerRoots: readonly Inode[];
  /** What stands for an inode of a layer. */
  readonly #inodes = new WeakMap<Inode, OverlayInode>();
  readonly #context: VfsContext;
  #metacopies = 0;

  /**
   * An overlay of whole filesystems. An upper layer in memory gets the attributes of the topmost lower root; `context`
   * is for looking at that.
   */
  static create(
    context: VfsContext,
    lowers: readonly Filesystem[],
    upper: Filesystem | null,
  ): OverlayFilesystem | Errno {
    const rootOf = (filesystem: Filesystem) => filesystem.root.inode as Inode;
    const [lower] = lowers;
    if (lower === undefined) return -EINVAL;
    if (upper?.isInMemory) {
      const status = newAttributes();
      const got = rootOf(lower).getAttributes(status);
      if (got < 0) return got;
      const { mode, uid, gid } = status;
      const layer = layerContext(context);
      const set = rootOf(upper).setAttributes(layer, { mode, uid, gid }) || setTimes(layer, status, rootOf(upper));
      if (set < 0) return set;
    }
    return new OverlayFilesystem({
      upper: upper === null ? null : rootOf(upper),
      lowers: lowers.map(rootOf),
      isUpperInMemory: upper?.isInMemory ?? false,
    });
  }

  constructor(options: OverlayOptions) {
    super();
    const { upper, lowers } = options;
    this.upperRoot = upper;
    this.isUpperInMemory = options.isUpperInMemory;
    this.isReadOnly = upper === null;
    this.#lowerRoots = lowers;
    // Lower layers first: their numbers are the ones programs see most, and stay small.
    this.#layers = [...new Set([...lowers, ...(upper === null ? [] : [upper])].map((inode) => inode.filesystem))];
    this.isStable = this.#layers.every((layer) => layer.isStable);
    const root = new OverlayDirectory(this, upper, lowers, this.#rootIno(), null, "");
    if (upper !== null) this.#inodes.set(upper, root);
    this.root = Dentry.root(this, root);
    const mount = new Mount(this, this.root, MS_KERNMOUNT | MS_NOATIME, "overlay");
    // It is the overlay's own and must not keep it alive.
    this.mountCount--;
    this.somePath = mount.rootPath;
    this.#context = {
      credentials: Credentials.root(),
      root: this.somePath,
      cwd: this.somePath,
      umask: 0,
      fileSizeLimit: Number.POSITIVE_INFINITY,
    };
  }

  /** Whether a file's content may stay behind when its metadata is copied up; if so it is counted. */
  takeMetacopy(): boolean {
    if (!this.isUpperInMemory || this.#metacopies >= MAX_METACOPIES) return false;
    this.#metacopies++;
    return true;
  }
  returnMetacopy(): void {
    this.#metacopies--;
  }

  get hasUpper(): boolean {
    return this.upperRoot !== null;
  }

  #rootIno(): number {
    const top = this.#lowerRoots[0] ?? (this.upperRoot as Inode);
    return this.inoIn(top.filesystem, top.ino);
  }

  /** How number `ino` of a layer is shown. */
  inoIn(layer: Filesystem, ino: number): number {
    const index = this.#layers.indexOf(layer);
    return index <= 0 ? ino : ino + index * LAYER_SPAN;
  }

  /** The number that a layer's inode is shown with: an inode that was copied up keeps that of its origin. */
  inoOf(inode: Inode): number {
    return this.#inodes.get(inode)?.ino ?? this.inoIn(inode.filesystem, inode.ino);
  }

  /**
   * Walks like any filesystem in memory, but where only the lower layer can have the rest of the path, the lower layer
   * is asked for all of it at once.
   */
  override walk(path: ResolvingPath): 0 | Errno {
    for (;;) {
      const step = path.next();
      if (step <= 0) return step as 0 | Errno;
      if (path.dentry.child(path.name) === undefined && !path.isLast) this.#lookAhead(path);
      const child = lookupChild(path.dentry, path.name);
      if (typeof child === "number") return child;
      const moved = path.advance(child);
      if (moved <= 0) return moved as 0 | Errno;
    }
  }

  #lookAhead(path: ResolvingPath): void {
    let dentry = path.dentry;
    const directory = dentry.inode;
    if (!(directory instanceof OverlayDirectory) || directory.lowers.length !== 1 || dentry.isUnlinked) return;
    if (directory.upper !== null && directory.upper.lookup(path.name) !== null) return;
    const names = path.remainingNames(LOOK_AHEAD);
    const [lower] = directory.lowers;
    const chain = lower.filesystem.lookupChain(lower, names);
    if (typeof chain === "number") return;
    for (const [index, found] of chain.entries()) {
      const name = names[index];
      // A cached child must not be entered twice; walking goes on from there by itself.
      if (dentry.child(name) !== undefined) return;
      const inode = this.merge(dentry.inode as OverlayDirectory, name, null, [], found);
      if (typeof inode === "number") return;
      dentry = dentry.addChild(name, inode);
      if (inode === null || !inode.isDirectory) return;
    }
  }

  /**
   * The overlay's inode for `name` in `parent`: `upper` is what the upper layer has, `layers` are the lower directories
   * to look in, or `lower` is what has been found there already.
   */
  merge(
    parent: OverlayDirectory,
    name: string,
    upper: Inode | null,
    layers: readonly Inode[],
    lower: Inode | null = null,
  ): OverlayInode | null | Errno {
    if (upper !== null) {
      const known = this.#inodes.get(upper);
      if (known !== undefined && !known.isDisposed) return this.#found(known, parent, name);
    }
    let lowers: readonly Inode[] = lower === null ? [] : [lower];
    if (layers.length > 0 && !(upper !== null && isOpaque(this.#context, upper))) {
      const merged = OverlayDirectory.lowersOf(this.#context, name, layers, upper !== null);
      if (typeof merged === "number") return merged;
      lowers = merged;
    }
    const meta = upper ?? lowers[0];
    if (meta === undefined) return null;
    if (upper === null) {
      const known = this.#inodes.get(meta);
      if (known !== undefined && !known.isDisposed) return this.#found(known, parent, name);
    }
    const origin = lowers[0] !== undefined && (upper === null || upper.isDirectory) ? lowers[0] : meta;
    const ino = this.inoIn(origin.filesystem, origin.ino);
    const inode = meta.isDirectory
      ? new OverlayDirectory(this, upper, lowers, ino, parent, name)
      : new OverlayInode(this, upper, upper === null ? meta : null, ino, parent, name);
    this.#inodes.set(meta, inode);
    return inode;
  }

  #found(inode: OverlayInode, parent: OverlayDirectory, name: string): OverlayInode {
    if (inode.parent === null) inode.movedTo(parent, name);
    return inode;
  }

  /** The overlay's inode for something just made in the upper layer. */
  wrapNew(upper: Inode, parent: OverlayDirectory | null, name: string): OverlayInode {
    const ino = this.inoIn(upper.filesystem, upper.ino);
    const inode = upper.isDirectory
      ? new OverlayDirectory(this, upper, [], ino, parent, name)
      : new OverlayInode(this, upper, null, ino, parent, name);
    this.#inodes.set(upper, inode);
    return inode;
  }

  /** `inode` has been copied up to `upper`. */
  rememberUpper(upper: Inode, inode: OverlayInode): void {
    this.#inodes.set(upper, inode);
  }

  forget(inode: OverlayInode): void {
    if (inode.upper !== null) this.#inodes.delete(inode.upper);
    if (inode.lower !== null && this.#inodes.get(inode.lower) === inode) this.#inodes.delete(inode.lower);
  }

  listLayer(directory: Inode, context: VfsContext, path: VfsPath): ReturnType<typeof listLayer> {
    return listLayer(directory, context, path);
  }

  override statistics(out: FilesystemStatistics): 0 | Errno {
    const got = (this.upperRoot ?? this.#lowerRoots[0]).filesystem.statistics(out);
    out.type = OVERLAYFS_SUPER_MAGIC;
    return got;
  }

  override sync(): 0 | Errno {
    return this.upperRoot?.filesystem.sync() ?? 0;
  }

  override release(): void {
    for (const layer of this.#layers) if (layer.mountCount === 0) layer.release();
  }
}
