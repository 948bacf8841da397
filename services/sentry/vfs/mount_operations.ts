/** mount(2) in all its forms, umount2(2), pivot_root(2). Checks after fs/namespace.c. */
import { CAP_SYS_ADMIN } from "../../../shared/abi/capability.ts";
import {
  EAGAIN,
  EBUSY,
  EINVAL,
  ELOOP,
  ENODEV,
  ENOENT,
  ENOSPC,
  ENOTDIR,
  EPERM,
  type Errno,
} from "../../../shared/abi/errno.ts";
import { AT_SYMLINK_NOFOLLOW } from "../../../shared/abi/fcntl.ts";
import {
  MNT_DETACH,
  MNT_EXPIRE,
  MNT_FORCE,
  MS_BIND,
  MS_MGC_MSK,
  MS_MGC_VAL,
  MS_MOVE,
  MS_NOATIME,
  MS_NODEV,
  MS_NODIRATIME,
  MS_NOEXEC,
  MS_NOSUID,
  MS_NOSYMFOLLOW,
  MS_PRIVATE,
  MS_RDONLY,
  MS_REC,
  MS_RELATIME,
  MS_REMOUNT,
  MS_SHARED,
  MS_SILENT,
  MS_SLAVE,
  MS_STRICTATIME,
  MS_UNBINDABLE,
  UMOUNT_NOFOLLOW,
} from "../../../shared/abi/mount.ts";
import type { Dentry } from "./dentry.ts";
import { Mount } from "./mount.ts";
import { copyTree, MOUNT_MAX, MountNamespace } from "./mount_namespace.ts";
import { attachTree, detachTree, propagateUmount } from "./mount_propagation.ts";
import { invalidatePaths } from "./path_cache.ts";
import { resolve } from "./resolution.ts";
import type { Filesystem, Inode, VfsContext, VfsPath } from "./types.ts";
import type { VirtualFilesystem } from "./virtual_filesystem.ts";

const PER_MOUNT =
  MS_RDONLY |
  MS_NOSUID |
  MS_NODEV |
  MS_NOEXEC |
  MS_NOATIME |
  MS_NODIRATIME |
  MS_RELATIME |
  MS_STRICTATIME |
  MS_NOSYMFOLLOW;
const PROPAGATION = MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE;

/** The flags a mount keeps: relatime unless told otherwise. */
export function perMountFlags(flags: number): number {
  let kept = flags & PER_MOUNT;
  if ((kept & MS_NOATIME) === 0) kept |= MS_RELATIME;
  if ((kept & MS_STRICTATIME) !== 0) kept &= ~(MS_RELATIME | MS_NOATIME);
  return kept & ~MS_STRICTATIME;
}

export function newNamespace(filesystem: Filesystem, flags: number, source: string): MountNamespace {
  return new MountNamespace(new Mount(filesystem, filesystem.root, perMountFlags(flags), source));
}

/** See VirtualFilesystem.mountFilesystem. */
export function mountFilesystem(filesystem: Filesystem, at: VfsPath, flags: number, source: string): Mount {
  const mount = new Mount(filesystem, filesystem.root, perMountFlags(flags), source);
  attachTree(mount, at.mount, at.dentry);
  return mount;
}

function isMine(context: VfsContext, mount: Mount): boolean {
  return mount.namespace !== null && mount.namespace === context.root.mount.namespace;
}

function isMountRoot(path: VfsPath): boolean {
  return path.dentry === path.mount.root;
}

/** Down to what is mounted over a place that a path stopped at ("." and "/" don't look): LOOKUP_MOUNTPOINT. */
function topmost(path: VfsPath): VfsPath {
  let at = path;
  for (let above = at.mount.childAt(at.dentry); above !== undefined; above = at.mount.childAt(at.dentry)) {
    at = above.rootPath;
  }
  return at;
}

function sameKind(a: Dentry, b: Dentry): boolean {
  return (a.inode as Inode).isDirectory === (b.inode as Inode).isDirectory;
}

/** See VirtualFilesystem.mountAt. */
export function mountAt(
  vfs: VirtualFilesystem,
  context: VfsContext,
  source: string,
  start: VfsPath,
  path: string,
  type: string,
  rawFlags: number,
  data: string,
): 0 | Errno {
  const hasMagic = (rawFlags & MS_MGC_MSK) >>> 0 === MS_MGC_VAL;
  const flags = (hasMagic ? rawFlags & ~MS_MGC_MSK : rawFlags) & ~MS_SILENT;
  const target = resolve(context, start, path, 0, 0);
  if (typeof target === "number") return target as Errno;
  if (!context.credentials.has(CAP_SYS_ADMIN)) return -EPERM;
  if ((flags & (MS_REMOUNT | MS_BIND)) === (MS_REMOUNT | MS_BIND)) return reconfigure(context, target, flags);
  if ((flags & MS_REMOUNT) !== 0) return remount(context, target, flags, data);
  if ((flags & MS_BIND) !== 0) return bind(context, source, start, target, flags);
  if ((flags & PROPAGATION) !== 0) return changePropagation(context, target, flags);
  if ((flags & MS_MOVE) !== 0) return moveMount(context, source, start, target);
  return mountNew(vfs, context, source, target, type, flags, data);
}

function mountNew(
  vfs: VirtualFilesystem,
  context: VfsContext,
  source: string,
  target: VfsPath,
  typeName: string,
  flags: number,
  data: string,
): 0 | Errno {
  const type = vfs.types.get(typeName);
  if (type === undefined) return -ENODEV;
  if (!isMine(context, target.mount)) return -EINVAL;
  const filesystem = type.create(context, source, data);
  if (typeof filesystem === "number") return filesystem as Errno;
  if ((flags & MS_RDONLY) !== 0) filesystem.isReadOnly = true;
  const mount = new Mount(filesystem, filesystem.root, perMountFlags(flags), source);
  return attachOrRetire(mount, target);
}

/** Mounts a free tree at `target`, or gives it up. */
function attachOrRetire(mount: Mount, target: VfsPath): 0 | Errno {
  const allowed = mayAttach(mount, target);
  if (allowed < 0) {
    for (const each of [...mount.tree()].reverse()) {
      each.detach();
      each.retire();
    }
    return allowed;
  }
  attachTree(mount, target.mount, target.dentry);
  return 0;
}

function mayAttach(mount: Mount, target: VfsPath): 0 | Errno {
  if (target.dentry.isUnlinked) return -ENOENT;
  if (!sameKind(mount.root, target.dentry)) return -ENOTDIR;
  // The same thing twice on one spot would only hide itself.
  if (target.mount.filesystem === mount.filesystem && isMountRoot(target) && target.mount.root === mount.root) {
    return -EBUSY;
  }
  return (target.mount.namespace as MountNamespace).mountCount >= MOUNT_MAX ? -ENOSPC : 0;
}

/** MS_REMOUNT | MS_BIND: the flags of this mount alone. */
function reconfigure(context: VfsContext, target: VfsPath, flags: number): 0 | Errno {
  if (!isMine(context, target.mount) || !isMountRoot(target)) return -EINVAL;
  target.mount.flags = perMountFlags(flags);
  invalidatePaths();
  target.mount.namespace?.changed();
  return 0;
}

/** MS_REMOUNT: the filesystem's own flags and options, and those of this mount. */
function remount(context: VfsContext, target: VfsPath, flags: number, data: string): 0 | Errno {
  if (!isMine(context, target.mount) || !isMountRoot(target)) return -EINVAL;
  const { filesystem } = target.mount;
  const done = filesystem.remount(data);
  if (done < 0) return done;
  filesystem.isReadOnly = (flags & MS_RDONLY) !== 0;
  target.mount.flags = perMountFlags(flags);
  invalidatePaths();
  target.mount.namespace?.changed();
  return 0;
}

function bind(context: VfsContext, source: string, start: VfsPath, target: VfsPath, flags: number): 0 | Errno {
  const old = resolve(context, start, source, 0, 0);
  if (typeof old === "number") return old as Errno;
  if (!isMine(context, target.mount) || !isMine(context, old.mount) || old.mount.isUnbindable) return -EINVAL;
  const isRecursive = (flags & MS_REC) !== 0;
  const copy = isRecursive ? copyTree(old.mount, old.dentry, false, new Map()) : old.mount.clone(old.dentry);
  return attachOrRetire(copy, target);
}

function changePropagation(context: VfsContext, target: VfsPath, flags: number): 0 | Errno {
  const kind = flags & PROPAGATION;
  if ((flags & ~(PROPAGATION | MS_REC)) !== 0 || (kind & (kind - 1)) !== 0) return -EINVAL;
  if (!isMine(context, target.mount) || !isMountRoot(target)) return -EINVAL;
  const mounts = (flags & MS_REC) !== 0 ? [...target.mount.tree()] : [target.mount];
  for (const mount of mounts) {
    if (kind === MS_SHARED) mount.setShared();
    else if (kind === MS_PRIVATE) mount.setPrivate();
    else if (kind === MS_SLAVE) mount.setSlave();
    else mount.setUnbindable();
  }
  target.mount.namespace?.changed();
  return 0;
}

function moveMount(context: VfsContext, source: string, start: VfsPath, target: VfsPath): 0 | Errno {
  const old = resolve(context, start, source, 0, 0);
  if (typeof old === "number") return old as Errno;
  const { mount } = old;
  if (!isMine(context, target.mount) || !isMine(context, mount) || !isMountRoot(old)) return -EINVAL;
  if (mount.parent === null || mount.parent.peers !== null) return -EINVAL;
  if (!sameKind(mount.root, target.dentry)) return -EINVAL;
  if (target.dentry.isUnlinked) return -ENOENT;
  for (let above: Mount | null = target.mount; above !== null; above = above.parent) {
    if (above === mount) return -ELOOP;
  }
  if (target.mount.peers !== null && [...mount.tree()].some((each) => each.isUnbindable)) return -EINVAL;
  mount.detach();
  attachTree(mount, target.mount, target.dentry);
  return 0;
}

/** See VirtualFilesystem.umountAt. */
export function umountAt(context: VfsContext, start: VfsPath, path: string, flags: number): 0 | Errno {
  if ((flags & ~(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW)) !== 0) return -EINVAL;
  if (!context.credentials.has(CAP_SYS_ADMIN)) return -EPERM;
  const target = resolve(context, start, path, (flags & UMOUNT_NOFOLLOW) !== 0 ? AT_SYMLINK_NOFOLLOW : 0, 0);
  if (typeof target === "number") return target as Errno;
  const { mount } = topmost(target);
  const isRoot = mount !== target.mount || isMountRoot(target);
  if (!isRoot || !isMine(context, mount)) return -EINVAL;
  if ((flags & MNT_EXPIRE) !== 0 && (flags & (MNT_FORCE | MNT_DETACH)) !== 0) return -EINVAL;
  if (mount.parent === null) return (flags & MNT_DETACH) !== 0 ? -EINVAL : -EBUSY;
  const isLazy = (flags & MNT_DETACH) !== 0;
  if (!isLazy && (mount.references > 0 || mount.children.size > 0)) return -EBUSY;
  if ((flags & MNT_EXPIRE) !== 0 && !mount.isExpiring) {
    mount.isExpiring = true;
    return -EAGAIN;
  }
  propagateUmount(mount);
  detachTree(mount);
  return 0;
}

/** What pivot_root(2) changed: every task whose root or working directory was `oldRoot` goes to `newRoot`. */
export interface PivotResult {
  readonly oldRoot: VfsPath;
  readonly newRoot: VfsPath;
}

/** See VirtualFilesystem.pivotRoot. */
export function pivotRoot(context: VfsContext, newRoot: string, putOld: string): PivotResult | Errno {
  if (!context.credentials.has(CAP_SYS_ADMIN)) return -EPERM;
  const fresh = resolve(context, context.cwd, newRoot, 0, 0);
  if (typeof fresh === "number") return fresh;
  const put = resolve(context, context.cwd, putOld, 0, 0);
  if (typeof put === "number") return put;
  const { root } = context;
  if (!(fresh.dentry.inode as Inode).isDirectory || !(put.dentry.inode as Inode).isDirectory) return -ENOTDIR;
  const namespace = root.mount.namespace;
  if (namespace === null || !isMine(context, fresh.mount) || !isMine(context, put.mount)) return -EINVAL;
  if (fresh.dentry.isUnlinked) return -ENOENT;
  if (fresh.mount === root.mount || put.mount === root.mount) return -EBUSY;
  if (!isMountRoot(root) || !isMountRoot(fresh) || fresh.mount.parent === null) return -EINVAL;
  if (put.mount.peers !== null || fresh.mount.parent.peers !== null) return -EINVAL;
  if (root.mount.parent !== null && root.mount.parent.peers !== null) return -EINVAL;
  if (!isBelow(put, fresh) || !isBelow(fresh, root)) return -EINVAL;

  const oldMount = root.mount;
  const oldParent = oldMount.parent;
  const oldPoint = oldMount.mountPoint;
  fresh.mount.detach();
  if (oldParent !== null && oldPoint !== null) {
    oldMount.detach();
    fresh.mount.attach(oldParent, oldPoint);
  } else {
    namespace.root = fresh.mount;
  }
  oldMount.attach(put.mount, put.dentry);
  namespace.changed();
  return { oldRoot: { mount: oldMount, dentry: root.dentry }, newRoot: fresh.mount.rootPath };
}

function isBelow(path: VfsPath, top: VfsPath): boolean {
  let { mount, dentry } = path;
  while (mount !== top.mount) {
    if (mount.parent === null || mount.mountPoint === null) return false;
    dentry = mount.mountPoint;
    mount = mount.parent;
  }
  return dentry.isWithin(top.dentry);
}
