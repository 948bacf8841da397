/**
 * A name in a filesystem's tree: the cache between paths and inodes.
 *
 * Invariants:
 * - A dentry that is in the tree is in `parent.children` under `name`; a filesystem's root has no parent.
 * - `references` counts whoever holds it: open files, mounts, working directories, and every child dentry. Only a
 *   dentry without references and mounts may be evicted, so that a name never has two dentries, and `parent` is always
 *   safe to follow.
 * - `version` changes whenever the dentry stops being what it was under its name (unlinked, moved, evicted, positive,
 *   negative). Cached resolutions that end here compare it; everything that a path merely passes through is guarded by
 *   `invalidatePaths`.
 */

import { IN_UNMOUNT } from "../../../shared/abi/inotify.ts";
import { currentOperation, dentryCache } from "./dentry_cache.ts";
import { invalidatePaths, type Resolution } from "./path_cache.ts";
import type { Filesystem, Inode } from "./types.ts";

export class Dentry {
  readonly filesystem: Filesystem;
  name: string;
  parent: Dentry | null;
  /** What the name stands for; null: known not to exist. */
  inode: Inode | null;
  children: Map<string, Dentry> | null = null;
  /** Mounts, in any namespace, that have this dentry as their mount point. */
  mountCount = 0;
  version = 0;
  /** The name was removed while somebody held the dentry: it is in no tree any more. */
  isUnlinked = false;
  references = 0;
  /** Resolutions of paths that start here; owned by path_cache.ts. */
  resolutions: Map<string, Resolution> | null = null;

  // Owned by dentry_cache.ts.
  cacheNext: Dentry | null = null;
  cachePrevious: Dentry | null = null;
  isCached = false;
  /** The operations that used it last, and in which the sweep came by last. */
  usedIn = 0;
  sweptIn = 0;

  constructor(filesystem: Filesystem, parent: Dentry | null, name: string, inode: Inode | null) {
    this.filesystem = filesystem;
    this.name = name;
    this.parent = parent;
    this.inode = inode;
    if (inode !== null) inode.takeDentry();
    if (parent !== null) parent.references++;
  }

  /** The root of a filesystem; never evicted. */
  static root(filesystem: Filesystem, inode: Inode): Dentry {
    const root = new Dentry(filesystem, null, "", inode);
    root.references = 1;
    return root;
  }

  /** A positive dentry that hangs in no tree (O_TMPFILE, memfd, pipes); shown as "name (deleted)" in `parent`. */
  static unlinked(parent: Dentry, name: string, inode: Inode): Dentry {
    const dentry = new Dentry(parent.filesystem, parent, name, inode);
    dentry.isUnlinked = true;
    return dentry;
  }

  get isNegative(): boolean {
    return this.inode === null;
  }

  /** The cached child, positive or negative, or undefined if the cache doesn't know. */
  child(name: string): Dentry | undefined {
    const child = this.children?.get(name);
    if (child !== undefined) child.usedIn = currentOperation();
    return child;
  }

  /** Enters what a lookup has found (null: nothing) under `name`, which must not be cached. */
  addChild(name: string, inode: Inode | null): Dentry {
    this.children ??= new Map();
    const child = new Dentry(this.filesystem, this, name, inode);
    this.children.set(name, child);
    dentryCache.add(child);
    return child;
  }

  /** The name has come to stand for `inode`. */
  instantiate(inode: Inode): void {
    if (this.inode !== null) throw new Error(`dentry ${this.name} is positive already`);
    this.inode = inode;
    inode.takeDentry();
    this.version++;
  }

  /** The name was removed from the filesystem: holders keep the object, everybody else finds nothing. */
  unlink(): void {
    const inode = this.inode;
    if (inode === null) return;
    this.#loseCachedPaths();
    if (inode.isDirectory) this.#dropNegativeChildren();
    if (this.references === 0 && this.mountCount === 0) {
      this.inode = null;
      inode.dropDentry();
      return;
    }
    this.parent?.children?.delete(this.name);
    dentryCache.remove(this);
    this.isUnlinked = true;
  }

  /** Moves to `newName` below `newParent`, whose dentry of that name (if any) has been unlinked or is negative. */
  move(newParent: Dentry, newName: string): void {
    this.#loseCachedPaths();
    const old = newParent.children?.get(newName);
    if (old !== undefined && old !== this) old.#forget();
    const parent = this.parent as Dentry;
    parent.children?.delete(this.name);
    newParent.children ??= new Map();
    newParent.children.set(newName, this);
    this.name = newName;
    this.#setParent(newParent);
  }

  /** RENAME_EXCHANGE: swaps names and parents with `other`. */
  exchange(other: Dentry): void {
    this.#loseCachedPaths();
    other.#loseCachedPaths();
    const [parent, name] = [this.parent as Dentry, this.name];
    const [otherParent, otherName] = [other.parent as Dentry, other.name];
    parent.children?.set(name, other);
    otherParent.children?.set(otherName, this);
    this.name = otherName;
    other.name = name;
    this.#setParent(otherParent);
    other.#setParent(parent);
  }

  /** Drops a cached name that is no longer true (revalidation failed): holders keep the old object as a deleted one. */
  invalidate(): void {
    for (const dentry of [...this.#descendants()].reverse()) dentry.#drop();
    this.#drop();
  }

  /** The filesystem is mounted nowhere: drops all that is cached below this and that nobody holds. */
  dropDescendants(): void {
    this.inode?.watches?.inodeGone(IN_UNMOUNT);
    for (const dentry of [...this.#descendants()].reverse()) {
      dentry.inode?.watches?.inodeGone(IN_UNMOUNT);
      if (dentry.references === 0 && dentry.mountCount === 0) dentry.evict();
    }
  }

  /** Everything cached below, parents first. No recursion: a tree can be deeper than the stack. */
  *#descendants(): IterableIterator<Dentry> {
    const waiting: Dentry[] = [this];
    for (let dentry = waiting.pop(); dentry !== undefined; dentry = waiting.pop()) {
      if (dentry.children === null) continue;
      for (const child of dentry.children.values()) {
        yield child;
        waiting.push(child);
      }
    }
  }

  #drop(): void {
    this.#loseCachedPaths();
    if (this.parent === null || this.isUnlinked) return;
    if (this.references === 0 && this.mountCount === 0) {
      this.#forget();
      return;
    }
    this.parent.children?.delete(this.name);
    dentryCache.remove(this);
    this.isUnlinked = true;
  }

  /** Takes it out of the cache. Only for a dentry without references and mounts. */
  evict(): void {
    this.version++;
    this.#forget();
  }

  takeReference(): void {
    this.references++;
  }

  dropReference(): void {
    // Upwards through removed directories that only their removed child still held.
    let dentry: Dentry | null = this;
    while (dentry !== null) {
      if (--dentry.references > 0) return;
      if (dentry.references < 0) throw new Error(`dentry ${dentry.name} has too few references`);
      if (!dentry.isUnlinked) return;
      const parent: Dentry | null = dentry.parent;
      dentry.parent = null;
      // The inode stays readable for whoever still looks at it in this very call.
      dentry.inode?.dropDentry();
      dentry = parent;
    }
  }

  /** Whether this is `ancestor` or lies below it. */
  isWithin(ancestor: Dentry): boolean {
    let dentry: Dentry | null = this;
    while (dentry !== null && dentry !== ancestor) dentry = dentry.parent;
    return dentry !== null;
  }

  #loseCachedPaths(): void {
    // No resolution is remembered that passes through a filesystem without stable names.
    if (this.filesystem.isStable && this.inode !== null && (this.inode.isDirectory || this.inode.isSymlink)) {
      invalidatePaths();
    }
    this.version++;
  }

  #setParent(parent: Dentry): void {
    const old = this.parent;
    if (old === parent) return;
    this.parent = parent;
    parent.references++;
    old?.dropReference();
  }

  #dropNegativeChildren(): void {
    if (this.children === null) return;
    for (const child of [...this.children.values()]) if (child.inode === null && child.references === 0) child.evict();
  }

  #forget(): void {
    this.version++;
    const parent = this.parent;
    parent?.children?.delete(this.name);
    dentryCache.remove(this);
    this.isUnlinked = true;
    this.parent = null;
    parent?.dropReference();
    this.inode?.dropDentry();
  }
}
