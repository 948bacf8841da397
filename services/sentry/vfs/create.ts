/**
 * New names: mkdir(2), mknod(2), symlink(2), link(2), bind(2) of AF_UNIX. Order of the checks after fs/namei.c
 * filename_create(), may_create().
 */
import { CAP_DAC_READ_SEARCH, CAP_FSETID, CAP_MKNOD } from "../../../shared/abi/capability.ts";
import {
  EADDRINUSE,
  EEXIST,
  EINVAL,
  ENAMETOOLONG,
  ENOENT,
  EPERM,
  EROFS,
  type Errno,
  EXDEV,
} from "../../../shared/abi/errno.ts";
import { AT_EMPTY_PATH, AT_SYMLINK_FOLLOW, AT_SYMLINK_NOFOLLOW } from "../../../shared/abi/fcntl.ts";
import { IN_ATTRIB, IN_CREATE } from "../../../shared/abi/inotify.ts";
import { PATH_MAX } from "../../../shared/abi/limits.ts";
import {
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
  S_ISGID,
  S_ISVTX,
  S_IXGRP,
} from "../../../shared/abi/stat.ts";
import type { Dentry } from "./dentry.ts";
import type { Mount } from "./mount.ts";
import { MAY_EXEC, MAY_WRITE } from "./permissions.ts";
import { resolve, resolveParent } from "./resolution.ts";
import { LAST_NAME, lookupChild } from "./resolving_path.ts";
import { type Inode, newAttributes, type VfsContext, type VfsPath } from "./types.ts";
import { notifyEntry, notifyInode } from "./watches.ts";

const PERMISSION_BITS = 0o7777;

/** The group of a new inode: the directory's if that is set-group-id, as inode_init_owner() does. For filesystems. */
export function groupForNew(context: VfsContext, directory: Inode): number {
  return (directory.mode & S_ISGID) !== 0 ? directory.gid : context.credentials.fsgid;
}

/**
 * `mode` (with its type) as a new inode in `directory` gets it: umask applied, set-group-id inherited or taken away.
 */
export function modeForNew(context: VfsContext, directory: Inode, mode: number): number {
  const bits = mode & ~context.umask;
  if ((directory.mode & S_ISGID) === 0) return bits;
  if ((mode & S_IFMT) === S_IFDIR) return bits | S_ISGID;
  const both = S_ISGID | S_IXGRP;
  if ((bits & both) !== both) return bits;
  const { credentials } = context;
  return credentials.inGroup(directory.gid) || credentials.has(CAP_FSETID) ? bits : bits & ~S_ISGID;
}

/** A free name in a directory that the caller may write. */
export interface NewName {
  readonly mount: Mount;
  readonly directory: Dentry;
  readonly inode: Inode;
  readonly dentry: Dentry;
  readonly name: string;
}

/** Whether a name may be made in `directory`. */
export function mayCreate(context: VfsContext, directory: Dentry): 0 | Errno {
  if (directory.isUnlinked) return -ENOENT;
  return (directory.inode as Inode).checkPermission(context, MAY_WRITE | MAY_EXEC);
}

function newName(context: VfsContext, start: VfsPath, path: string, isDirectory: boolean): NewName | Errno {
  const parent = resolveParent(context, start, path, 0);
  if (typeof parent === "number") return parent;
  if (parent.kind !== LAST_NAME) return -EEXIST;
  const { mount, dentry: directory } = parent.directory;
  const dentry = lookupChild(directory, parent.name);
  if (typeof dentry === "number") return dentry;
  if (dentry.inode !== null) return -EEXIST;
  if (parent.hasTrailingSlash && !isDirectory) return -ENOENT;
  if (mount.isReadOnly) return -EROFS;
  const allowed = mayCreate(context, directory);
  if (allowed < 0) return allowed;
  return { mount, directory, inode: directory.inode as Inode, dentry, name: parent.name };
}

/** The filesystem made `made` under a new name: the caches follow. */
export function finishCreate(place: NewName, made: Inode): void {
  place.dentry.instantiate(made);
  notifyEntry(place.inode, IN_CREATE, place.name, made.isDirectory);
}

export function mkdirAt(context: VfsContext, start: VfsPath, path: string, mode: number): 0 | Errno {
  const place = newName(context, start, path, true);
  if (typeof place === "number") return place;
  const bits = modeForNew(context, place.inode, S_IFDIR | (mode & (0o777 | S_ISVTX)));
  const made = place.inode.mkdir(context, place.name, bits);
  if (typeof made === "number") return made;
  finishCreate(place, made);
  return 0;
}

export function mknodAt(context: VfsContext, start: VfsPath, path: string, mode: number, rdev: number): 0 | Errno {
  const type = mode & S_IFMT;
  switch (type) {
    case 0:
    case S_IFREG:
    case S_IFIFO:
    case S_IFSOCK:
      break;
    case S_IFCHR:
    case S_IFBLK:
      break;
    case S_IFDIR:
      return -EPERM;
    default:
      return -EINVAL;
  }
  const place = newName(context, start, path, false);
  if (typeof place === "number") return place;
  const isDevice = type === S_IFCHR || type === S_IFBLK;
  // A character device 0/0 is overlayfs's whiteout, which anybody may make.
  const isWhiteout = type === S_IFCHR && rdev === 0;
  if (isDevice && !isWhiteout && !context.credentials.has(CAP_MKNOD)) return -EPERM;
  const bits = modeForNew(context, place.inode, (type === 0 ? S_IFREG : type) | (mode & PERMISSION_BITS));
  const made =
    (bits & S_IFMT) === S_IFREG
      ? place.inode.create(context, place.name, bits)
      : place.inode.mknod(context, place.name, bits, isDevice ? rdev : 0);
  if (typeof made === "number") return made;
  finishCreate(place, made);
  return 0;
}

export function symlinkAt(context: VfsContext, start: VfsPath, path: string, target: string): 0 | Errno {
  if (target.length === 0) return -ENOENT;
  if (target.length >= PATH_MAX) return -ENAMETOOLONG;
  const place = newName(context, start, path, false);
  if (typeof place === "number") return place;
  const made = place.inode.symlink(context, place.name, target);
  if (typeof made === "number") return made;
  finishCreate(place, made);
  return 0;
}

export function linkAt(
  context: VfsContext,
  start: VfsPath,
  path: string,
  newStart: VfsPath,
  newPath: string,
  flags: number,
): 0 | Errno {
  if ((flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) !== 0) return -EINVAL;
  if (path === "" && (flags & AT_EMPTY_PATH) !== 0 && !context.credentials.has(CAP_DAC_READ_SEARCH)) return -ENOENT;
  const how = (flags & AT_SYMLINK_FOLLOW) !== 0 ? 0 : AT_SYMLINK_NOFOLLOW;
  const old = resolve(context, start, path, how | (flags & AT_EMPTY_PATH), 0);
  if (typeof old === "number") return old;
  const place = newName(context, newStart, newPath, false);
  if (typeof place === "number") return place;
  if (old.mount !== place.mount) return -EXDEV;
  const inode = old.dentry.inode as Inode;
  if (inode.filesystem !== place.inode.filesystem) return -EXDEV;
  if (inode.isDirectory) return -EPERM;
  inode.getAttributes(scratch);
  if (scratch.nlink === 0 && !inode.isLinkable) return -ENOENT;
  const linked = place.inode.link(context, place.name, inode);
  if (linked < 0) return linked;
  inode.isLinkable = false;
  notifyInode(inode, IN_ATTRIB);
  finishCreate(place, inode);
  return 0;
}

const scratch = newAttributes();

export function bindSocketAt(
  context: VfsContext,
  start: VfsPath,
  path: string,
  mode: number,
  socket: unknown,
): VfsPath | Errno {
  const place = newName(context, start, path, false);
  if (typeof place === "number") return place === -EEXIST ? -EADDRINUSE : place;
  const bits = modeForNew(context, place.inode, S_IFSOCK | (mode & 0o777));
  const made = place.inode.mknod(context, place.name, bits, 0);
  if (typeof made === "number") return made;
  made.boundSocket = socket;
  finishCreate(place, made);
  return { mount: place.mount, dentry: place.dentry };
}
