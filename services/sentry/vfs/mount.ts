/**
 * A filesystem, or a part of it, attached at a place in the tree of a mount namespace. mount(2), mount_namespaces(7).
 *
 * Invariants:
 * - `parent.children.get(mountPoint) === this` for an attached mount; at most one mount sits on a (mount, dentry) pair,
 *   a further one goes on the root of the first.
 * - `references` counts open files and working or root directories within it; children are counted apart.
 */
import { MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_RDONLY } from "../../../shared/abi/mount.ts";
import type { Dentry } from "./dentry.ts";
import type { MountNamespace } from "./mount_namespace.ts";
import { invalidatePaths } from "./path_cache.ts";
import type { Filesystem, VfsPath } from "./types.ts";

/** Mounts that tell each other of new mounts below them ("shared:N" in mountinfo). */
export class PeerGroup {
  static #nextId = 1;
  readonly id: number;
  readonly members = new Set<Mount>();
  /** Mounts that hear of what happens in this group, but don't tell it ("master:N"). */
  readonly slaves = new Set<Mount>();

  constructor() {
    this.id = PeerGroup.#nextId++;
  }
}

export class Mount {
  static #nextId = 20;
  readonly id: number;
  readonly filesystem: Filesystem;
  /** What of the filesystem is seen here; its root dentry, or any dentry for a bind mount. */
  readonly root: Dentry;
  /** Per-mount MS_* flags: RDONLY, NOSUID, NODEV, NOEXEC, NOATIME, NODIRATIME, RELATIME, STRICTATIME, NOSYMFOLLOW. */
  flags: number;
  /** What mount(2) was told as source. */
  readonly source: string;
  namespace: MountNamespace | null = null;
  parent: Mount | null = null;
  mountPoint: Dentry | null = null;
  readonly children = new Map<Dentry, Mount>();
  peers: PeerGroup | null = null;
  master: PeerGroup | null = null;
  isUnbindable = false;
  /** MNT_EXPIRE was asked once, and nobody has used it since. */
  isExpiring = false;
  references = 0;
  #isRetired = false;
  /** The place of its root, allocated once. */
  readonly rootPath: VfsPath;

  constructor(filesystem: Filesystem, root: Dentry, flags: number, source: string) {
    this.id = Mount.#nextId++;
    this.filesystem = filesystem;
    this.root = root;
    this.flags = flags;
    this.source = source;
    this.rootPath = { mount: this, dentry: root };
    root.takeReference();
    filesystem.mountCount++;
  }

  get isReadOnly(): boolean {
    return (this.flags & MS_RDONLY) !== 0 || this.filesystem.isReadOnly;
  }
  get isNoSuid(): boolean {
    return (this.flags & MS_NOSUID) !== 0;
  }
  get isNoDev(): boolean {
    return (this.flags & MS_NODEV) !== 0;
  }
  get isNoExec(): boolean {
    return (this.flags & MS_NOEXEC) !== 0;
  }
  /** Whether it hangs in a namespace's tree (its root mount included). */
  get isAttached(): boolean {
    return this.namespace !== null;
  }

  /** The mount on `dentry` of this mount, if any. */
  childAt(dentry: Dentry): Mount | undefined {
    return this.children.get(dentry);
  }

  attach(parent: Mount, mountPoint: Dentry): void {
    if (parent.children.has(mountPoint)) throw new Error("mount point is taken");
    parent.children.set(mountPoint, this);
    this.parent = parent;
    this.mountPoint = mountPoint;
    mountPoint.mountCount++;
    mountPoint.takeReference();
    invalidatePaths();
  }

  detach(): void {
    const mountPoint = this.mountPoint;
    if (this.parent === null || mountPoint === null) return;
    this.parent.children.delete(mountPoint);
    this.parent = null;
    this.mountPoint = null;
    mountPoint.mountCount--;
    mountPoint.dropReference();
    invalidatePaths();
  }

  /** Attached nowhere and never to be again: lets go of the filesystem when the last open file in it is closed. */
  retire(): void {
    this.setPrivate();
    this.namespace = null;
    this.#isRetired = true;
    if (this.references === 0) this.#release();
  }

  takeReference(): void {
    this.isExpiring = false;
    this.references++;
  }

  dropReference(): void {
    if (--this.references === 0 && this.#isRetired) this.#release();
  }

  #release(): void {
    this.#isRetired = false;
    this.root.dropReference();
    if (--this.filesystem.mountCount > 0) return;
    this.filesystem.root.dropDescendants();
    this.filesystem.release();
  }

  /** A new mount of the same thing at `root`, attached nowhere, in the same peer group. */
  clone(root: Dentry): Mount {
    const copy = new Mount(this.filesystem, root, this.flags, this.source);
    if (this.peers !== null) copy.join(this.peers);
    if (this.master !== null) copy.follow(this.master);
    return copy;
  }

  /**
   * This mount and everything mounted below it, parents first. No recursion: mounts can be stacked as deep as there may
   * be mounts.
   */
  *tree(): IterableIterator<Mount> {
    const waiting: Mount[] = [this];
    for (let mount = waiting.pop(); mount !== undefined; mount = waiting.pop()) {
      yield mount;
      if (mount.children.size > 0) waiting.push(...[...mount.children.values()].reverse());
    }
  }

  join(group: PeerGroup): void {
    this.peers = group;
    group.members.add(this);
  }

  follow(group: PeerGroup): void {
    this.master = group;
    group.slaves.add(this);
  }

  setShared(): void {
    this.isUnbindable = false;
    if (this.peers === null) this.join(new PeerGroup());
  }

  setPrivate(): void {
    this.isUnbindable = false;
    this.#leavePeers();
    this.master?.slaves.delete(this);
    this.master = null;
  }

  setSlave(): void {
    const group = this.peers;
    if (group === null) return;
    const alone = group.members.size === 1;
    this.#leavePeers();
    // The last member has nobody to follow: it becomes private, or stays the slave it was.
    if (alone) return;
    this.master?.slaves.delete(this);
    this.follow(group);
  }

  setUnbindable(): void {
    this.setPrivate();
    this.isUnbindable = true;
  }

  #leavePeers(): void {
    const group = this.peers;
    if (group === null) return;
    group.members.delete(this);
    this.peers = null;
    if (group.members.size > 0) return;
    // A group without members has nothing to tell: its slaves follow the group's own master, as Linux reparents them.
    for (const slave of group.slaves) {
      slave.master = null;
      if (this.master !== null) slave.follow(this.master);
    }
    group.slaves.clear();
  }
}

/** Holds a place (working directory, root directory, open file) so that neither its dentry nor its mount goes away. */
export function takePath(path: VfsPath): VfsPath {
  path.dentry.takeReference();
  path.mount.takeReference();
  return path;
}

export function dropPath(path: VfsPath): void {
  path.dentry.dropReference();
  path.mount.dropReference();
}

export function samePath(a: VfsPath, b: VfsPath): boolean {
  return a.mount === b.mount && a.dentry === b.dentry;
}
