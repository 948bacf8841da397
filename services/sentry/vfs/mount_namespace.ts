/** A tree of mounts that a set of processes sees: mount_namespaces(7). */
import type { Dentry } from "./dentry.ts";
import type { Mount } from "./mount.ts";
import type { VfsPath } from "./types.ts";

/** /proc/sys/fs/mount-max. */
export const MOUNT_MAX = 100_000;

export class MountNamespace {
  static #nextId = 0xf000_0000;
  /** Inode number of /proc/[pid]/ns/mnt. */
  readonly id: number;
  root: Mount;
  /** Of the mounts in the tree. */
  mountCount = 0;
  /** Advances when the tree changes: readers of /proc/[pid]/mounts poll on it. */
  event = 0;
  onChange: (() => void) | null = null;
  #references = 1;

  constructor(root: Mount) {
    this.id = MountNamespace.#nextId++;
    this.root = root;
    for (const mount of root.tree()) this.adopt(mount);
  }

  adopt(mount: Mount): void {
    mount.namespace = this;
    this.mountCount++;
    this.changed();
  }

  disown(mount: Mount): void {
    mount.namespace = null;
    this.mountCount--;
    this.changed();
  }

  changed(): void {
    this.event++;
    this.onChange?.();
  }

  takeReference(): void {
    this.#references++;
  }

  /** The last process has left: the tree goes. */
  dropReference(): void {
    if (--this.#references > 0) return;
    const mounts = [...this.root.tree()].reverse();
    for (const mount of mounts) {
      mount.detach();
      this.disown(mount);
      mount.retire();
    }
  }

  /**
   * CLONE_NEWNS: the same tree with mounts of its own. `places` (a task's root and working directory) are translated to
   * it, in order. The caller holds the returned places (takePath) and drops the old ones.
   */
  copy(places: readonly VfsPath[]): { namespace: MountNamespace; places: VfsPath[] } {
    const copies = new Map<Mount, Mount>();
    const root = copyTree(this.root, this.root.root, true, copies) as Mount;
    const namespace = new MountNamespace(root);
    const translated = places.map(({ mount, dentry }) => ({ mount: copies.get(mount) ?? mount, dentry }));
    return { namespace, places: translated };
  }
}

/**
 * Clones `mount` as seen from `root`, with everything mounted below `root`. Unbindable mounts are left out unless
 * `all`. `copies` gets original -> copy.
 */
export function copyTree(mount: Mount, root: Dentry, all: boolean, copies: Map<Mount, Mount>): Mount {
  const top = cloneInto(copies, mount, root, all);
  // Parents come before their children, so that a child's parent has its copy already unless it was left out.
  for (const child of mount.tree()) {
    if (child === mount) continue;
    const parent = copies.get(child.parent as Mount);
    const point = child.mountPoint as Dentry;
    if (parent === undefined || (child.isUnbindable && !all)) continue;
    if (child.parent === mount && !point.isWithin(root)) continue;
    cloneInto(copies, child, child.root, all).attach(parent, point);
  }
  return top;
}

function cloneInto(copies: Map<Mount, Mount>, mount: Mount, root: Dentry, all: boolean): Mount {
  const copy = mount.clone(root);
  if (all) copy.isUnbindable = mount.isUnbindable;
  copies.set(mount, copy);
  return copy;
}
