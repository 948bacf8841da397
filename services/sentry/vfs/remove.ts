/** unlink(2) and rmdir(2). Order of the checks after fs/namei.c do_unlinkat(), do_rmdir(), may_delete(). */
import {
  EBUSY,
  EINVAL,
  EISDIR,
  ENOENT,
  ENOTDIR,
  ENOTEMPTY,
  EPERM,
  EROFS,
  type Errno,
} from "../../../shared/abi/errno.ts";
import { IN_ATTRIB, IN_DELETE } from "../../../shared/abi/inotify.ts";
import type { Dentry } from "./dentry.ts";
import { isStickyDenied, MAY_EXEC, MAY_WRITE } from "./permissions.ts";
import { resolveParent } from "./resolution.ts";
import { LAST_DOT, LAST_DOTDOT, LAST_NAME, lookupChild } from "./resolving_path.ts";
import type { Inode, VfsContext, VfsPath } from "./types.ts";
import { notifyEntry, notifyInode } from "./watches.ts";

/** Whether `victim` may be taken out of `directory`; `wantDirectory`: it must (not) be one. */
export function mayDelete(context: VfsContext, directory: Dentry, victim: Dentry, wantDirectory: boolean): 0 | Errno {
  const inode = victim.inode;
  if (inode === null) return -ENOENT;
  const parent = directory.inode as Inode;
  const allowed = parent.checkPermission(context, MAY_WRITE | MAY_EXEC);
  if (allowed < 0) return allowed;
  if (isStickyDenied(context.credentials, parent, inode)) return -EPERM;
  if (wantDirectory && !inode.isDirectory) return -ENOTDIR;
  if (!wantDirectory && inode.isDirectory) return -EISDIR;
  return directory.isUnlinked ? -ENOENT : 0;
}

export function unlinkAt(context: VfsContext, start: VfsPath, path: string): 0 | Errno {
  const parent = resolveParent(context, start, path, 0);
  if (typeof parent === "number") return parent;
  if (parent.kind !== LAST_NAME) return -EISDIR;
  const { mount, dentry: directory } = parent.directory;
  if (mount.isReadOnly) return -EROFS;
  const dentry = lookupChild(directory, parent.name);
  if (typeof dentry === "number") return dentry;
  const inode = dentry.inode;
  if (inode === null) return -ENOENT;
  if (parent.hasTrailingSlash) return inode.isDirectory ? -EISDIR : -ENOTDIR;
  const allowed = mayDelete(context, directory, dentry, false);
  if (allowed < 0) return allowed;
  if (dentry.mountCount > 0) return -EBUSY;
  const parentInode = directory.inode as Inode;
  const removed = parentInode.unlink(context, parent.name, inode);
  if (removed < 0) return removed;
  notifyInode(inode, IN_ATTRIB);
  dentry.unlink();
  notifyEntry(parentInode, IN_DELETE, parent.name, false);
  return 0;
}

export function rmdirAt(context: VfsContext, start: VfsPath, path: string): 0 | Errno {
  const parent = resolveParent(context, start, path, 0);
  if (typeof parent === "number") return parent;
  if (parent.kind === LAST_DOTDOT) return -ENOTEMPTY;
  if (parent.kind === LAST_DOT) return -EINVAL;
  if (parent.kind !== LAST_NAME) return -EBUSY;
  const { mount, dentry: directory } = parent.directory;
  if (mount.isReadOnly) return -EROFS;
  const dentry = lookupChild(directory, parent.name);
  if (typeof dentry === "number") return dentry;
  const inode = dentry.inode;
  if (inode === null) return -ENOENT;
  const allowed = mayDelete(context, directory, dentry, true);
  if (allowed < 0) return allowed;
  if (dentry.mountCount > 0) return -EBUSY;
  const parentInode = directory.inode as Inode;
  const removed = parentInode.rmdir(context, parent.name, inode);
  if (removed < 0) return removed;
  dentry.unlink();
  notifyEntry(parentInode, IN_DELETE, parent.name, true);
  return 0;
}
