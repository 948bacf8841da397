/**
 * Reading and changing attributes: stat(2), access(2), chmod(2), chown(2), utimensat(2), truncate(2). Rules after
 * fs/attr.c, fs/open.c.
 */
import { CAP_CHOWN, CAP_FSETID } from "../../../shared/abi/capability.ts";
import {
  EACCES,
  EBADF,
  EFBIG,
  EINVAL,
  EISDIR,
  ENOENT,
  EOPNOTSUPP,
  EPERM,
  EROFS,
  type Errno,
  ETXTBSY,
} from "../../../shared/abi/errno.ts";
import {
  AT_EACCESS,
  AT_EMPTY_PATH,
  AT_NO_AUTOMOUNT,
  AT_STATX_SYNC_TYPE,
  AT_SYMLINK_NOFOLLOW,
  O_PATH,
  W_OK,
  X_OK,
} from "../../../shared/abi/fcntl.ts";
import { IN_ATTRIB, IN_MODIFY } from "../../../shared/abi/inotify.ts";
import { S_IFBLK, S_IFCHR, S_IFIFO, S_IFMT, S_IFSOCK, S_ISGID, S_ISUID, S_IXGRP } from "../../../shared/abi/stat.ts";
import type { Credentials } from "./credentials.ts";
import type { FileDescription } from "./file_description.ts";
import { invalidatePaths } from "./path_cache.ts";
import { isOwnerOrCapable, MAY_WRITE } from "./permissions.ts";
import { resolve } from "./resolution.ts";
import type { AttributeChange, Attributes, FilesystemStatistics, Inode, VfsContext, VfsPath } from "./types.ts";
import { notifyDentry, notifyFile } from "./watches.ts";

const STAT_FLAGS = AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_STATX_SYNC_TYPE;

export function statAt(context: VfsContext, start: VfsPath, path: string, flags: number, out: Attributes): 0 | Errno {
  if ((flags & ~STAT_FLAGS) !== 0) return -EINVAL;
  const target = resolve(context, start, path, flags, 0);
  if (typeof target === "number") return target as Errno;
  return (target.dentry.inode as Inode).getAttributes(out);
}

export function statfsAt(context: VfsContext, start: VfsPath, path: string, out: FilesystemStatistics): 0 | Errno {
  const target = resolve(context, start, path, 0, 0);
  if (typeof target === "number") return target as Errno;
  return target.mount.filesystem.statistics(out);
}

export function readlinkAt(context: VfsContext, start: VfsPath, path: string): string | Errno {
  const target = resolve(context, start, path, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH, 0);
  if (typeof target === "number") return target;
  const inode = target.dentry.inode as Inode;
  if (!inode.isSymlink) return path === "" ? -ENOENT : -EINVAL;
  return inode.readlink(context);
}

export function accessAt(context: VfsContext, start: VfsPath, path: string, mode: number, flags: number): 0 | Errno {
  if ((mode & ~7) !== 0 || (flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) !== 0) return -EINVAL;
  let who = context;
  if ((flags & AT_EACCESS) === 0) {
    const credentials = context.credentials.forAccess();
    if (credentials !== context.credentials) {
      const { root, cwd, umask, fileSizeLimit } = context;
      who = { credentials, root, cwd, umask, fileSizeLimit };
    }
  }
  const target = resolve(who, start, path, flags & ~AT_EACCESS, 0);
  if (typeof target === "number") return target as Errno;
  if (mode === 0) return 0;
  const inode = target.dentry.inode as Inode;
  if ((mode & X_OK) !== 0 && inode.isRegular && target.mount.isNoExec) return -EACCES;
  const allowed = inode.checkPermission(who, mode);
  if (allowed < 0) return allowed;
  if ((mode & W_OK) !== 0 && target.mount.isReadOnly && !isSpecial(inode)) return -EROFS;
  return 0;
}

/** What can be written although the filesystem is read-only. */
function isSpecial(inode: Inode): boolean {
  const type = inode.mode & S_IFMT;
  return type === S_IFCHR || type === S_IFBLK || type === S_IFIFO || type === S_IFSOCK;
}

export function setAttributesAt(
  context: VfsContext,
  start: VfsPath,
  path: string,
  flags: number,
  change: AttributeChange,
): 0 | Errno {
  if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) !== 0) return -EINVAL;
  const target = resolve(context, start, path, flags, 0);
  if (typeof target === "number") return target as Errno;
  const inode = target.dentry.inode as Inode;
  if (change.size !== undefined) {
    const allowed = mayTruncate(context, target, inode, change.size);
    if (allowed < 0) return allowed;
    const truncated = truncateInode(context, inode, change.size);
    if (truncated === 0) notifyDentry(target.dentry, IN_MODIFY);
    return truncated;
  }
  if (target.mount.isReadOnly) return -EROFS;
  const changed = changeInode(context, inode, change);
  if (changed === 0) notifyDentry(target.dentry, IN_ATTRIB);
  return changed;
}

export function setAttributesOf(context: VfsContext, file: FileDescription, change: AttributeChange): 0 | Errno {
  const { inode, path } = file;
  if (change.size !== undefined) {
    if (!file.isWritable || !inode.isRegular) return -EINVAL;
    if (change.size < 0) return -EINVAL;
    if (change.size > context.fileSizeLimit) return -EFBIG;
    // Through the description: some files (memfds) answer for themselves.
    const truncated = file.setAttributes(context, withoutPrivileges(context, inode, { size: change.size }));
    if (truncated === 0) notifyFile(file, IN_MODIFY);
    return truncated;
  }
  if ((file.flags & O_PATH) !== 0) return -EBADF;
  if (path?.mount.isReadOnly) return -EROFS;
  const changed = changeInode(context, inode, change);
  if (changed === 0) notifyFile(file, IN_ATTRIB);
  return changed;
}

function mayTruncate(context: VfsContext, path: VfsPath, inode: Inode, size: number): 0 | Errno {
  if (size < 0) return -EINVAL;
  if (inode.isDirectory) return -EISDIR;
  if (!inode.isRegular) return -EINVAL;
  const allowed = inode.checkPermission(context, MAY_WRITE);
  if (allowed < 0) return allowed;
  if (path.mount.isReadOnly) return -EROFS;
  if (inode.writers < 0) return -ETXTBSY;
  return size > context.fileSizeLimit ? -EFBIG : 0;
}

/** Sets the size after all checks; takes set-user-id and set-group-id away as any write does. */
export function truncateInode(context: VfsContext, inode: Inode, size: number): 0 | Errno {
  return inode.setAttributes(context, withoutPrivileges(context, inode, { size }));
}

/**
 * A regular file was written: set-user-id and set-group-id go, unless the writer has CAP_FSETID. For file descriptions.
 */
export function removePrivileges(context: VfsContext, inode: Inode): void {
  if ((inode.mode & (S_ISUID | S_ISGID)) === 0) return;
  const change = withoutPrivileges(context, inode, {});
  if (change.mode !== undefined) inode.setAttributes(context, change);
}

function withoutPrivileges(context: VfsContext, inode: Inode, change: AttributeChange): AttributeChange {
  if ((inode.mode & (S_ISUID | S_ISGID)) === 0 || context.credentials.has(CAP_FSETID)) return change;
  const mode = dropPrivilegeBits(inode.mode);
  if (mode !== inode.mode) change.mode = mode;
  return change;
}

/** Set-group-id without group execution is not a privilege (it was mandatory locking once). */
function dropPrivilegeBits(mode: number): number {
  const both = S_ISGID | S_IXGRP;
  return (mode & both) === both ? mode & ~(S_ISUID | S_ISGID) : mode & ~S_ISUID;
}

function changeInode(context: VfsContext, inode: Inode, change: AttributeChange): 0 | Errno {
  const { credentials } = context;
  const allowed = mayChange(context, inode, change);
  if (allowed < 0) return allowed;
  const full: AttributeChange = { ...change };
  if (change.mode !== undefined) {
    if (inode.isSymlink) return -EOPNOTSUPP;
    full.mode = chmodBits(credentials, inode, change.mode, change.gid ?? inode.gid);
  } else if (change.uid !== undefined || change.gid !== undefined) {
    const mode = chownBits(credentials, inode);
    if (mode !== inode.mode) full.mode = mode;
  }
  const done = inode.setAttributes(context, full);
  if (done === 0 && inode.isDirectory && (full.mode ?? full.uid ?? full.gid) !== undefined) invalidatePaths();
  return done;
}

function mayChange(context: VfsContext, inode: Inode, change: AttributeChange): 0 | Errno {
  const { credentials } = context;
  const { uid, gid } = change;
  if (uid !== undefined && !credentials.has(CAP_CHOWN)) {
    if (credentials.fsuid !== inode.uid || uid !== inode.uid) return -EPERM;
  }
  if (gid !== undefined && !credentials.has(CAP_CHOWN)) {
    if (credentials.fsuid !== inode.uid || (gid !== inode.gid && !credentials.inGroup(gid))) return -EPERM;
  }
  if (change.mode !== undefined && !isOwnerOrCapable(credentials, inode)) return -EPERM;
  if (change.atime === undefined && change.mtime === undefined) return 0;
  if (isOwnerOrCapable(credentials, inode)) return 0;
  // Both "now": whoever may write may touch(1).
  if (change.atime === "now" && change.mtime === "now") return inode.checkPermission(context, MAY_WRITE);
  return -EPERM;
}

function chmodBits(credentials: Credentials, inode: Inode, mode: number, gid: number): number {
  const bits = (inode.mode & S_IFMT) | (mode & 0o7777);
  if ((bits & S_ISGID) === 0 || credentials.inGroup(gid) || credentials.has(CAP_FSETID)) return bits;
  return bits & ~S_ISGID;
}

/** chown(2) takes privileges from everything but directories, also when root does it. */
function chownBits(credentials: Credentials, inode: Inode): number {
  if (inode.isDirectory) return inode.mode;
  const mode = dropPrivilegeBits(inode.mode);
  if ((mode & S_ISGID) === 0 || credentials.inGroup(inode.gid) || credentials.has(CAP_FSETID)) return mode;
  return mode & ~S_ISGID;
}
