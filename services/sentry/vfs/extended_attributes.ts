/** xattr(7): who may read and write which namespace. Rules after fs/xattr.c xattr_permission(). */
import { CAP_SETFCAP, CAP_SYS_ADMIN } from "../../../shared/abi/capability.ts";
import {
  E2BIG,
  EBADF,
  EINVAL,
  ENODATA,
  EOPNOTSUPP,
  EPERM,
  ERANGE,
  EROFS,
  type Errno,
} from "../../../shared/abi/errno.ts";
import { O_PATH, XATTR_CREATE, XATTR_REPLACE } from "../../../shared/abi/fcntl.ts";
import { IN_ATTRIB } from "../../../shared/abi/inotify.ts";
import { XATTR_NAME_MAX, XATTR_SIZE_MAX } from "../../../shared/abi/limits.ts";
import { S_ISVTX } from "../../../shared/abi/stat.ts";
import type { FileDescription } from "./file_description.ts";
import type { Mount } from "./mount.ts";
import { isOwnerOrCapable, MAY_READ, MAY_WRITE } from "./permissions.ts";
import { resolve } from "./resolution.ts";
import type { Inode, VfsContext, VfsPath } from "./types.ts";
import { notifyInode } from "./watches.ts";

function checkName(name: string): 0 | Errno {
  if (name.length === 0 || name.length > XATTR_NAME_MAX) return -ERANGE;
  if (name === "user." || name === "trusted." || name === "security.") return -EINVAL;
  return name.startsWith("user.") || name.startsWith("trusted.") || name.startsWith("security.") ? 0 : -EOPNOTSUPP;
}

function mayAccess(context: VfsContext, inode: Inode, name: string, isWrite: boolean): 0 | Errno {
  const { credentials } = context;
  if (name.startsWith("security.")) {
    if (!isWrite) return 0;
    const needed = name === "security.capability" ? CAP_SETFCAP : CAP_SYS_ADMIN;
    return credentials.has(needed) ? 0 : -EPERM;
  }
  if (name.startsWith("trusted.")) {
    if (credentials.has(CAP_SYS_ADMIN)) return 0;
    return isWrite ? -EPERM : -ENODATA;
  }
  if (!inode.isRegular && !inode.isDirectory) return isWrite ? -EPERM : -ENODATA;
  if (isWrite && inode.isDirectory && (inode.mode & S_ISVTX) !== 0 && !isOwnerOrCapable(credentials, inode)) {
    return -EPERM;
  }
  return inode.checkPermission(context, isWrite ? MAY_WRITE : MAY_READ);
}

function get(context: VfsContext, inode: Inode, name: string): Uint8Array | Errno {
  const valid = checkName(name);
  if (valid < 0) return valid;
  const allowed = mayAccess(context, inode, name, false);
  if (allowed < 0) return allowed;
  return inode.getXattr(context, name);
}

function mayModify(context: VfsContext, mount: Mount | null, inode: Inode, name: string): 0 | Errno {
  const valid = checkName(name);
  if (valid < 0) return valid;
  if (mount?.isReadOnly) return -EROFS;
  return mayAccess(context, inode, name, true);
}

function set(
  context: VfsContext,
  mount: Mount | null,
  inode: Inode,
  name: string,
  value: Uint8Array,
  flags: number,
): 0 | Errno {
  if ((flags & ~(XATTR_CREATE | XATTR_REPLACE)) !== 0) return -EINVAL;
  if (value.length > XATTR_SIZE_MAX) return -E2BIG;
  const allowed = mayModify(context, mount, inode, name);
  if (allowed < 0) return allowed;
  const done = inode.setXattr(context, name, value, flags);
  if (done === 0) notifyInode(inode, IN_ATTRIB);
  return done;
}

function list(context: VfsContext, inode: Inode): readonly string[] | Errno {
  const names = inode.listXattr(context);
  if (typeof names === "number" || context.credentials.has(CAP_SYS_ADMIN)) return names;
  return names.filter((name) => !name.startsWith("trusted."));
}

function remove(context: VfsContext, mount: Mount | null, inode: Inode, name: string): 0 | Errno {
  const allowed = mayModify(context, mount, inode, name);
  if (allowed < 0) return allowed;
  const done = inode.removeXattr(context, name);
  if (done === 0) notifyInode(inode, IN_ATTRIB);
  return done;
}

export function getXattrAt(
  context: VfsContext,
  start: VfsPath,
  path: string,
  flags: number,
  name: string,
): Uint8Array | Errno {
  const target = resolve(context, start, path, flags, 0);
  return typeof target === "number" ? target : get(context, target.dentry.inode as Inode, name);
}

export function setXattrAt(
  context: VfsContext,
  start: VfsPath,
  path: string,
  flags: number,
  name: string,
  value: Uint8Array,
  xattrFlags: number,
): 0 | Errno {
  const target = resolve(context, start, path, flags, 0);
  if (typeof target === "number") return target as Errno;
  return set(context, target.mount, target.dentry.inode as Inode, name, value, xattrFlags);
}

export function listXattrAt(
  context: VfsContext,
  start: VfsPath,
  path: string,
  flags: number,
): readonly string[] | Errno {
  const target = resolve(context, start, path, flags, 0);
  return typeof target === "number" ? target : list(context, target.dentry.inode as Inode);
}

export function removeXattrAt(
  context: VfsContext,
  start: VfsPath,
  path: string,
  flags: number,
  name: string,
): 0 | Errno {
  const target = resolve(context, start, path, flags, 0);
  if (typeof target === "number") return target as Errno;
  return remove(context, target.mount, target.dentry.inode as Inode, name);
}

function isPlaceOnly(file: FileDescription): boolean {
  return (file.flags & O_PATH) !== 0;
}

export function getXattrOf(context: VfsContext, file: FileDescription, name: string): Uint8Array | Errno {
  return isPlaceOnly(file) ? -EBADF : get(context, file.inode, name);
}

export function setXattrOf(
  context: VfsContext,
  file: FileDescription,
  name: string,
  value: Uint8Array,
  xattrFlags: number,
): 0 | Errno {
  return isPlaceOnly(file) ? -EBADF : set(context, file.path?.mount ?? null, file.inode, name, value, xattrFlags);
}

export function listXattrOf(context: VfsContext, file: FileDescription): readonly string[] | Errno {
  return isPlaceOnly(file) ? -EBADF : list(context, file.inode);
}

export function removeXattrOf(context: VfsContext, file: FileDescription, name: string): 0 | Errno {
  return isPlaceOnly(file) ? -EBADF : remove(context, file.path?.mount ?? null, file.inode, name);
}
