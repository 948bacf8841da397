/** renameat2(2). Order of the checks after fs/namei.c do_renameat2() and vfs_rename(). */
import { CAP_MKNOD } from "../../../shared/abi/capability.ts";
import {
  EBUSY,
  EEXIST,
  EINVAL,
  ENOENT,
  ENOTDIR,
  ENOTEMPTY,
  EPERM,
  EROFS,
  type Errno,
  EXDEV,
} from "../../../shared/abi/errno.ts";
import { RENAME_EXCHANGE, RENAME_NOREPLACE, RENAME_WHITEOUT } from "../../../shared/abi/fcntl.ts";
import { IN_ATTRIB, IN_MOVE_SELF, IN_MOVED_FROM, IN_MOVED_TO } from "../../../shared/abi/inotify.ts";
import { mayCreate } from "./create.ts";
import type { Dentry } from "./dentry.ts";
import { MAY_WRITE } from "./permissions.ts";
import { mayDelete } from "./remove.ts";
import { type ResolvedParent, resolveParent } from "./resolution.ts";
import { LAST_NAME, lookupChild } from "./resolving_path.ts";
import type { Inode, VfsContext, VfsPath } from "./types.ts";
import { nextCookie, notifyEntry, notifyInode } from "./watches.ts";

export function rename(
  context: VfsContext,
  start: VfsPath,
  path: string,
  newStart: VfsPath,
  newPath: string,
  flags: number,
): 0 | Errno {
  if ((flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT)) !== 0) return -EINVAL;
  if ((flags & RENAME_EXCHANGE) !== 0 && (flags & (RENAME_NOREPLACE | RENAME_WHITEOUT)) !== 0) return -EINVAL;
  if ((flags & RENAME_WHITEOUT) !== 0 && !context.credentials.has(CAP_MKNOD)) return -EPERM;

  const from = resolveParent(context, start, path, 0);
  if (typeof from === "number") return from;
  const to = resolveParent(context, newStart, newPath, 0);
  if (typeof to === "number") return to;
  if (from.directory.mount !== to.directory.mount) return -EXDEV;
  if (from.kind !== LAST_NAME) return -EBUSY;
  if (to.kind !== LAST_NAME) return (flags & RENAME_NOREPLACE) !== 0 ? -EEXIST : -EBUSY;
  if (from.directory.mount.isReadOnly) return -EROFS;

  const source = lookupChild(from.directory.dentry, from.name);
  if (typeof source === "number") return source;
  if (source.inode === null) return -ENOENT;
  const target = lookupChild(to.directory.dentry, to.name);
  if (typeof target === "number") return target;
  const shape = checkShape(from, to, source, target, flags);
  if (shape < 0) return shape;
  if (source.inode === target.inode) return 0;
  const allowed = checkAllowed(context, from.directory.dentry, to.directory.dentry, source, target, flags);
  if (allowed < 0) return allowed;
  return move(context, from.directory.dentry, to.directory.dentry, source, target, to.name, flags);
}

/** What the names say about each other, whoever asks. */
function checkShape(
  from: ResolvedParent,
  to: ResolvedParent,
  source: Dentry,
  target: Dentry,
  flags: number,
): 0 | Errno {
  const isExchange = (flags & RENAME_EXCHANGE) !== 0;
  if ((flags & RENAME_NOREPLACE) !== 0 && target.inode !== null) return -EEXIST;
  if (isExchange) {
    if (target.inode === null) return -ENOENT;
    if (!target.inode.isDirectory && to.hasTrailingSlash) return -ENOTDIR;
  }
  if (!(source.inode as Inode).isDirectory) {
    if (from.hasTrailingSlash) return -ENOTDIR;
    if (!isExchange && to.hasTrailingSlash) return -ENOTDIR;
  }
  if (to.directory.dentry.isWithin(source)) return -EINVAL;
  if (from.directory.dentry.isWithin(target)) return isExchange ? -EINVAL : -ENOTEMPTY;
  return 0;
}

function checkAllowed(
  context: VfsContext,
  fromDirectory: Dentry,
  toDirectory: Dentry,
  source: Dentry,
  target: Dentry,
  flags: number,
): 0 | Errno {
  const inode = source.inode as Inode;
  const isExchange = (flags & RENAME_EXCHANGE) !== 0;
  const mayTake = mayDelete(context, fromDirectory, source, inode.isDirectory);
  if (mayTake < 0) return mayTake;
  const mayPut =
    target.inode === null
      ? mayCreate(context, toDirectory)
      : mayDelete(context, toDirectory, target, isExchange ? target.inode.isDirectory : inode.isDirectory);
  if (mayPut < 0) return mayPut;
  // A directory that gets another parent has its ".." rewritten.
  if (fromDirectory !== toDirectory) {
    if (inode.isDirectory) {
      const writable = inode.checkPermission(context, MAY_WRITE);
      if (writable < 0) return writable;
    }
    if (isExchange && target.inode?.isDirectory) {
      const writable = target.inode.checkPermission(context, MAY_WRITE);
      if (writable < 0) return writable;
    }
  }
  return source.mountCount > 0 || target.mountCount > 0 ? -EBUSY : 0;
}

function move(
  context: VfsContext,
  fromDirectory: Dentry,
  toDirectory: Dentry,
  source: Dentry,
  target: Dentry,
  newName: string,
  flags: number,
): 0 | Errno {
  const inode = source.inode as Inode;
  const replaced = target.inode;
  const oldName = source.name;
  const fromInode = fromDirectory.inode as Inode;
  const toInode = toDirectory.inode as Inode;
  const moved = fromInode.rename(context, oldName, inode, toInode, newName, replaced, flags);
  if (moved < 0) return moved;

  const cookie = nextCookie();
  if ((flags & RENAME_EXCHANGE) !== 0) {
    source.exchange(target);
  } else {
    if (replaced !== null) {
      notifyInode(replaced, IN_ATTRIB);
      target.unlink();
    }
    source.move(toDirectory, newName);
  }
  notifyEntry(fromInode, IN_MOVED_FROM, oldName, inode.isDirectory, cookie);
  notifyEntry(toInode, IN_MOVED_TO, newName, inode.isDirectory, cookie);
  notifyInode(inode, IN_MOVE_SELF);
  if ((flags & RENAME_EXCHANGE) !== 0 && replaced !== null) {
    const second = nextCookie();
    notifyEntry(toInode, IN_MOVED_FROM, newName, replaced.isDirectory, second);
    notifyEntry(fromInode, IN_MOVED_TO, oldName, replaced.isDirectory, second);
    notifyInode(replaced, IN_MOVE_SELF);
  }
  return 0;
}
