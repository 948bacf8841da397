/** open(2), openat2(2). Order of the checks after fs/namei.c path_openat(), do_open(), may_open(). */
import {
  EACCES,
  EAGAIN,
  EEXIST,
  EINVAL,
  EISDIR,
  ELOOP,
  ENOENT,
  ENOTDIR,
  ENXIO,
  EPERM,
  EROFS,
  type Errno,
  ETXTBSY,
} from "../../../shared/abi/errno.ts";
import {
  __O_TMPFILE,
  AT_SYMLINK_NOFOLLOW,
  O_ACCMODE,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_LARGEFILE,
  O_NOATIME,
  O_NOCTTY,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  O_TMPFILE,
  O_TRUNC,
  RESOLVE_CACHED,
} from "../../../shared/abi/fcntl.ts";
import { IN_CLOSE_NOWRITE, IN_CLOSE_WRITE, IN_CREATE, IN_MODIFY, IN_OPEN } from "../../../shared/abi/inotify.ts";
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from "../../../shared/abi/stat.ts";
import { truncateInode } from "./attributes.ts";
import { mayCreate, modeForNew } from "./create.ts";
import { Dentry } from "./dentry.ts";
import type { FileDescription } from "./file_description.ts";
import { PathDescription } from "./path_description.ts";
import { isOwnerOrCapable, MAY_EXEC, MAY_READ, MAY_WRITE } from "./permissions.ts";
import { resolve, walkToParent } from "./resolution.ts";
import { LAST_NAME, lookupChild, type ResolvingPath } from "./resolving_path.ts";
import { type Inode, newAttributes, type VfsContext, type VfsPath } from "./types.ts";
import type { VirtualFilesystem } from "./virtual_filesystem.ts";
import { notifyDentry, notifyEntry, notifyFile } from "./watches.ts";

/** MAY_* for each O_ACCMODE; the fourth opens for nothing but asks for both. */
const ACCESS = [MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE, MAY_READ | MAY_WRITE];

/** What of the flags belongs to the moment of opening only. */
const MOMENTARY = O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC;

/** See VirtualFilesystem.openAt. */
export function openAt(
  vfs: VirtualFilesystem,
  context: VfsContext,
  start: VfsPath,
  text: string,
  flags: number,
  mode: number,
  resolveFlags: number,
): FileDescription | Errno {
  if ((flags & O_PATH) !== 0) return openPlace(context, start, text, flags, resolveFlags);
  if ((flags & __O_TMPFILE) !== 0) {
    if ((flags & O_TMPFILE) !== O_TMPFILE || (flags & O_CREAT) !== 0) return -EINVAL;
    if (((ACCESS[flags & O_ACCMODE] as number) & MAY_WRITE) === 0) return -EINVAL;
  } else if ((flags & (O_CREAT | O_DIRECTORY)) === (O_CREAT | O_DIRECTORY)) {
    return -EINVAL;
  }
  if ((resolveFlags & RESOLVE_CACHED) !== 0 && (flags & (O_TRUNC | O_CREAT | __O_TMPFILE)) !== 0) return -EAGAIN;
  if ((flags & __O_TMPFILE) !== 0) return openUnnamed(vfs, context, start, text, flags, mode, resolveFlags);
  if ((flags & O_CREAT) !== 0) return openOrCreate(vfs, context, start, text, flags, mode, resolveFlags);
  const path = resolve(context, start, text, noFollow(flags), resolveFlags);
  if (typeof path === "number") return path;
  return openPath(vfs, context, path, flags);
}

function noFollow(flags: number): number {
  return (flags & O_NOFOLLOW) !== 0 ? AT_SYMLINK_NOFOLLOW : 0;
}

function openPlace(
  context: VfsContext,
  start: VfsPath,
  text: string,
  flags: number,
  resolveFlags: number,
): FileDescription | Errno {
  const path = resolve(context, start, text, noFollow(flags), resolveFlags);
  if (typeof path === "number") return path;
  if ((flags & O_DIRECTORY) !== 0 && !(path.dentry.inode as Inode).isDirectory) return -ENOTDIR;
  return new PathDescription(flags & (O_PATH | O_DIRECTORY | O_NOFOLLOW), path);
}

function openOrCreate(
  vfs: VirtualFilesystem,
  context: VfsContext,
  start: VfsPath,
  text: string,
  flags: number,
  mode: number,
  resolveFlags: number,
): FileDescription | Errno {
  const path = walkToParent(context, start, text, resolveFlags);
  if (typeof path === "number") return path;
  let walked: 0 | Errno = 0;
  for (;;) {
    if (walked < 0) return walked;
    // ".", ".." and "/" exist and are directories.
    if (path.lastKind !== LAST_NAME) return (flags & O_EXCL) !== 0 ? -EEXIST : -EISDIR;
    if (path.hasTrailingSlash) return -EISDIR;
    const child = lookupChild(path.dentry, path.name);
    if (typeof child === "number") return child;
    const inode = child.inode;
    if (inode === null) return create(vfs, context, path, child, flags, mode);
    if ((flags & O_EXCL) !== 0) return -EEXIST;
    if (inode.isSymlink && (flags & O_NOFOLLOW) === 0) {
      walked = path.followLast(child);
      if (walked < 0) return walked;
      if (path.isAtMagicPlace) return openExisting(vfs, context, path.toPath(), flags);
      walked = path.resume();
      continue;
    }
    const crossed = path.advance(child);
    if (crossed < 0) return crossed;
    return openExisting(vfs, context, path.toPath(), flags);
  }
}

function openExisting(
  vfs: VirtualFilesystem,
  context: VfsContext,
  path: VfsPath,
  flags: number,
): FileDescription | Errno {
  if ((path.dentry.inode as Inode).isDirectory) return -EISDIR;
  return openPath(vfs, context, path, flags);
}

function create(
  vfs: VirtualFilesystem,
  context: VfsContext,
  at: ResolvingPath,
  dentry: Dentry,
  flags: number,
  mode: number,
): FileDescription | Errno {
  const directory = at.dentry;
  const parent = directory.inode as Inode;
  if (at.mount.isReadOnly) return -EROFS;
  const allowed = mayCreate(context, directory);
  if (allowed < 0) return allowed;
  const made = parent.create(context, at.name, modeForNew(context, parent, S_IFREG | (mode & 0o7777)));
  if (typeof made === "number") return made;
  dentry.instantiate(made);
  notifyEntry(parent, IN_CREATE, at.name, false);
  // Whoever makes a file may open it, whatever the mode it gave it.
  return finishOpen(vfs, context, { mount: at.mount, dentry }, made, flags & ~O_TRUNC);
}

function openUnnamed(
  vfs: VirtualFilesystem,
  context: VfsContext,
  start: VfsPath,
  text: string,
  flags: number,
  mode: number,
  resolveFlags: number,
): FileDescription | Errno {
  const place = resolve(context, start, text, noFollow(flags), resolveFlags);
  if (typeof place === "number") return place;
  const directory = place.dentry;
  const inode = directory.inode as Inode;
  if (!inode.isDirectory) return -ENOTDIR;
  if (place.mount.isReadOnly) return -EROFS;
  const allowed = inode.checkPermission(context, MAY_WRITE | MAY_EXEC);
  if (allowed < 0) return allowed;
  const made = inode.createUnnamed(context, modeForNew(context, inode, S_IFREG | (mode & 0o7777)));
  if (typeof made === "number") return made;
  made.isLinkable = (flags & O_EXCL) === 0;
  const dentry = Dentry.unlinked(directory, `#${made.ino}`, made);
  // Without a description to hold it the file goes at once.
  dentry.takeReference();
  const file = finishOpen(vfs, context, { mount: place.mount, dentry }, made, flags);
  dentry.dropReference();
  return file;
}

/** See VirtualFilesystem.open. */
export function openPath(
  vfs: VirtualFilesystem,
  context: VfsContext,
  path: VfsPath,
  flags: number,
): FileDescription | Errno {
  const inode = path.dentry.inode;
  if (inode === null) return -ENOENT;
  if ((flags & O_PATH) !== 0) return new PathDescription(flags & (O_PATH | O_DIRECTORY | O_NOFOLLOW), path);
  if ((flags & O_DIRECTORY) !== 0 && !inode.isDirectory) return -ENOTDIR;
  const allowed = mayOpen(context, path, inode, flags);
  if (allowed < 0) return allowed;
  if ((flags & O_TRUNC) !== 0 && inode.isRegular) {
    if (inode.writers < 0) return -ETXTBSY;
    const truncated = truncateInode(context, inode, 0);
    if (truncated < 0) return truncated;
    notifyDentry(path.dentry, IN_MODIFY);
  }
  return finishOpen(vfs, context, path, inode, flags);
}

function mayOpen(context: VfsContext, path: VfsPath, inode: Inode, flags: number): 0 | Errno {
  let mask = ACCESS[flags & O_ACCMODE] as number;
  if ((flags & O_TRUNC) !== 0) mask |= MAY_WRITE;
  const wantsWrite = (mask & MAY_WRITE) !== 0;
  switch (inode.mode & S_IFMT) {
    case S_IFLNK:
      return -ELOOP;
    case S_IFDIR:
      if (wantsWrite) return -EISDIR;
      break;
    case S_IFCHR:
    case S_IFBLK:
      if (path.mount.isNoDev) return -EACCES;
      break;
    case S_IFREG:
      if (wantsWrite && path.mount.isReadOnly) return -EROFS;
      break;
  }
  const allowed = inode.checkPermission(context, mask);
  if (allowed < 0) return allowed;
  if ((flags & O_NOATIME) !== 0 && !isOwnerOrCapable(context.credentials, inode)) return -EPERM;
  return 0;
}

function finishOpen(
  vfs: VirtualFilesystem,
  context: VfsContext,
  path: VfsPath,
  inode: Inode,
  flags: number,
): FileDescription | Errno {
  const isRegular = inode.isRegular;
  const counts = isRegular && ((ACCESS[flags & O_ACCMODE] as number) & MAY_WRITE) !== 0;
  if (counts && inode.writers < 0) return -ETXTBSY;
  const kept = (flags & ~MOMENTARY) | O_LARGEFILE;
  const file = isRegular ? inode.open(context, path, kept) : openSpecial(vfs, context, path, inode, kept);
  if (typeof file === "number") return file;
  if (counts) inode.writers++;
  file.onLastClose ??= counts ? closeWriter : closeReader;
  notifyDentry(path.dentry, IN_OPEN);
  return file;
}

function openSpecial(
  vfs: VirtualFilesystem,
  context: VfsContext,
  path: VfsPath,
  inode: Inode,
  flags: number,
): FileDescription | Errno {
  switch (inode.mode & S_IFMT) {
    case S_IFSOCK:
      return -ENXIO;
    case S_IFIFO:
      // Pipes have inodes of the kernel's own, which open themselves; a named FIFO's inode has no pipe.
      return inode.opensItself || vfs.openFifo === null
        ? inode.open(context, path, flags)
        : vfs.openFifo(context, path, inode, flags);
    case S_IFCHR:
    case S_IFBLK: {
      if (inode.opensItself) return inode.open(context, path, flags);
      inode.getAttributes(scratch);
      return vfs.devices.open(context, path, flags, (inode.mode & S_IFMT) === S_IFBLK, scratch.rdev);
    }
    default:
      return inode.open(context, path, flags);
  }
}

const scratch = newAttributes();

function closeWriter(file: FileDescription): void {
  file.inode.writers--;
  notifyFile(file, IN_CLOSE_WRITE);
}

function closeReader(file: FileDescription): void {
  notifyFile(file, IN_CLOSE_NOWRITE);
}

/** See VirtualFilesystem.openExecutable. */
export function openExecutable(
  vfs: VirtualFilesystem,
  context: VfsContext,
  start: VfsPath,
  text: string,
  flags: number,
): FileDescription | Errno {
  const path = resolve(context, start, text, flags, 0);
  if (typeof path === "number") return path;
  const inode = path.dentry.inode as Inode;
  if (inode.isSymlink) return -ELOOP;
  if (!inode.isRegular || path.mount.isNoExec) return -EACCES;
  const allowed = inode.checkPermission(context, MAY_EXEC);
  if (allowed < 0) return allowed;
  if (inode.writers > 0) return -ETXTBSY;
  const file = inode.open(context, path, O_RDONLY | O_LARGEFILE);
  if (typeof file === "number") return file;
  inode.writers--;
  file.onLastClose = closeExecutable;
  notifyDentry(path.dentry, IN_OPEN);
  return file;
}

function closeExecutable(file: FileDescription): void {
  file.inode.writers++;
  closeReader(file);
}
