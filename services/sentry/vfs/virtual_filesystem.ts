/**
 * The virtual filesystem: what system calls do with paths.
 *
 * Every operation takes the caller's context, a start place (the directory descriptor's path, or `context.cwd`; not
 * looked at for an absolute path), and a path. They return a negative errno or what they were asked for. `flags` are
 * AT_* where a system call has them.
 *
 * The work is done in files of one subject each: open.ts, create.ts, remove.ts, rename.ts, attributes.ts,
 * extended_attributes.ts, mount_operations.ts, path_name.ts.
 */
import type { Errno } from "../../../shared/abi/errno.ts";
import * as attributes from "./attributes.ts";
import * as create from "./create.ts";
import { beginOperation } from "./dentry_cache.ts";
import { DeviceRegistry } from "./device_registry.ts";
import * as xattr from "./extended_attributes.ts";
import { FileClock } from "./file_clock.ts";
import type { FileDescription } from "./file_description.ts";
import { FilesystemTypes } from "./filesystem_type.ts";
import type { MountNamespace } from "./mount_namespace.ts";
import * as mounts from "./mount_operations.ts";
import * as opening from "./open.ts";
import * as names from "./path_name.ts";
import * as remove from "./remove.ts";
import { rename } from "./rename.ts";
import type { ResolvedParent } from "./resolution.ts";
import * as resolution from "./resolution.ts";
import type { AttributeChange, Attributes, FilesystemStatistics, Inode, VfsContext, VfsPath } from "./types.ts";

/** Opens a FIFO; `inode` identifies it. May return a description whose `isOpening` is true: see FileDescription. */
export type FifoOpener = (context: VfsContext, path: VfsPath, inode: Inode, flags: number) => FileDescription | Errno;

export class VirtualFilesystem {
  readonly devices = new DeviceRegistry();
  readonly types = new FilesystemTypes();
  readonly clock: FileClock;
  /** Supplied by the kernel, which owns pipes. */
  openFifo: FifoOpener | null = null;

  constructor(clock: FileClock = new FileClock()) {
    this.clock = clock;
  }

  /** Where a path leads. `flags`: AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH; `resolve`: RESOLVE_* of openat2(2). */
  resolve(context: VfsContext, start: VfsPath, path: string, flags = 0, resolve = 0): VfsPath | Errno {
    beginOperation();
    return resolution.resolve(context, start, path, flags, resolve);
  }

  /**
   * The directory that a path's last component is (to be) in. Neither "/" nor "." nor ".." as last component is refused
   * here.
   */
  resolveParent(context: VfsContext, start: VfsPath, path: string, resolve = 0): ResolvedParent | Errno {
    beginOperation();
    return resolution.resolveParent(context, start, path, resolve);
  }

  /** openat2(2). `flags`: O_*; `mode` before the umask. The result has one reference. */
  openAt(
    context: VfsContext,
    start: VfsPath,
    path: string,
    flags: number,
    mode: number,
    resolve = 0,
  ): FileDescription | Errno {
    beginOperation();
    return opening.openAt(this, context, start, path, flags, mode, resolve);
  }

  /** Opens a place that is known already (execve of a descriptor, open_by_handle_at). */
  open(context: VfsContext, path: VfsPath, flags: number): FileDescription | Errno {
    return opening.openPath(this, context, path, flags);
  }

  /**
   * Opens a program to run it: regular, executable, not on a noexec mount; writing it is denied until `allowWrite` of
   * the inode.
   */
  openExecutable(context: VfsContext, start: VfsPath, path: string, flags = 0): FileDescription | Errno {
    beginOperation();
    return opening.openExecutable(this, context, start, path, flags);
  }

  /** fstatat(2), statx(2): fills `out`. */
  statAt(context: VfsContext, start: VfsPath, path: string, flags: number, out: Attributes): 0 | Errno {
    beginOperation();
    return attributes.statAt(context, start, path, flags, out);
  }

  /** statfs(2). */
  statfsAt(context: VfsContext, start: VfsPath, path: string, out: FilesystemStatistics): 0 | Errno {
    beginOperation();
    return attributes.statfsAt(context, start, path, out);
  }

  /** faccessat2(2). `mode`: F_OK, R_OK...; with AT_EACCESS the effective ids count, otherwise the real ones. */
  accessAt(context: VfsContext, start: VfsPath, path: string, mode: number, flags: number): 0 | Errno {
    beginOperation();
    return attributes.accessAt(context, start, path, mode, flags);
  }

  /** fchmodat(2), fchownat(2), utimensat(2), truncate(2). */
  setAttributesAt(
    context: VfsContext,
    start: VfsPath,
    path: string,
    flags: number,
    change: AttributeChange,
  ): 0 | Errno {
    beginOperation();
    return attributes.setAttributesAt(context, start, path, flags, change);
  }

  /** fchmod(2), fchown(2), futimens(2), ftruncate(2). */
  setAttributesOf(context: VfsContext, file: FileDescription, change: AttributeChange): 0 | Errno {
    return attributes.setAttributesOf(context, file, change);
  }

  mkdirAt(context: VfsContext, start: VfsPath, path: string, mode: number): 0 | Errno {
    beginOperation();
    return create.mkdirAt(context, start, path, mode);
  }

  /** mknodat(2): regular files, FIFOs, sockets and devices. */
  mknodAt(context: VfsContext, start: VfsPath, path: string, mode: number, rdev: number): 0 | Errno {
    beginOperation();
    return create.mknodAt(context, start, path, mode, rdev);
  }

  symlinkAt(context: VfsContext, start: VfsPath, path: string, target: string): 0 | Errno {
    beginOperation();
    return create.symlinkAt(context, start, path, target);
  }

  /** linkat(2). `flags`: AT_SYMLINK_FOLLOW, AT_EMPTY_PATH. */
  linkAt(
    context: VfsContext,
    start: VfsPath,
    path: string,
    newStart: VfsPath,
    newPath: string,
    flags: number,
  ): 0 | Errno {
    beginOperation();
    return create.linkAt(context, start, path, newStart, newPath, flags);
  }

  /**
   * bind(2) of an AF_UNIX socket: makes the socket inode and hangs `socket` on it (`Inode.boundSocket`). EADDRINUSE if
   * the name exists.
   */
  bindSocketAt(context: VfsContext, start: VfsPath, path: string, mode: number, socket: unknown): VfsPath | Errno {
    beginOperation();
    return create.bindSocketAt(context, start, path, mode, socket);
  }

  unlinkAt(context: VfsContext, start: VfsPath, path: string): 0 | Errno {
    beginOperation();
    return remove.unlinkAt(context, start, path);
  }

  rmdirAt(context: VfsContext, start: VfsPath, path: string): 0 | Errno {
    beginOperation();
    return remove.rmdirAt(context, start, path);
  }

  /** renameat2(2). `flags`: RENAME_NOREPLACE, RENAME_EXCHANGE, RENAME_WHITEOUT. */
  renameAt(
    context: VfsContext,
    start: VfsPath,
    path: string,
    newStart: VfsPath,
    newPath: string,
    flags: number,
  ): 0 | Errno {
    beginOperation();
    return rename(context, start, path, newStart, newPath, flags);
  }

  /** readlinkat(2); an empty path reads the link that `start` is. */
  readlinkAt(context: VfsContext, start: VfsPath, path: string): string | Errno {
    beginOperation();
    return attributes.readlinkAt(context, start, path);
  }

  /** getxattr(2), lgetxattr(2) with AT_SYMLINK_NOFOLLOW. */
  getXattrAt(context: VfsContext, start: VfsPath, path: string, flags: number, name: string): Uint8Array | Errno {
    beginOperation();
    return xattr.getXattrAt(context, start, path, flags, name);
  }

  /** `xattrFlags`: XATTR_CREATE, XATTR_REPLACE. */
  setXattrAt(
    context: VfsContext,
    start: VfsPath,
    path: string,
    flags: number,
    name: string,
    value: Uint8Array,
    xattrFlags: number,
  ): 0 | Errno {
    beginOperation();
    return xattr.setXattrAt(context, start, path, flags, name, value, xattrFlags);
  }

  listXattrAt(context: VfsContext, start: VfsPath, path: string, flags: number): readonly string[] | Errno {
    beginOperation();
    return xattr.listXattrAt(context, start, path, flags);
  }

  removeXattrAt(context: VfsContext, start: VfsPath, path: string, flags: number, name: string): 0 | Errno {
    beginOperation();
    return xattr.removeXattrAt(context, start, path, flags, name);
  }

  getXattrOf(context: VfsContext, file: FileDescription, name: string): Uint8Array | Errno {
    return xattr.getXattrOf(context, file, name);
  }

  setXattrOf(
    context: VfsContext,
    file: FileDescription,
    name: string,
    value: Uint8Array,
    xattrFlags: number,
  ): 0 | Errno {
    return xattr.setXattrOf(context, file, name, value, xattrFlags);
  }

  listXattrOf(context: VfsContext, file: FileDescription): readonly string[] | Errno {
    return xattr.listXattrOf(context, file);
  }

  removeXattrOf(context: VfsContext, file: FileDescription, name: string): 0 | Errno {
    return xattr.removeXattrOf(context, file, name);
  }

  /**
   * mount(2), all of its forms: a new filesystem of `type`, MS_BIND, MS_MOVE, MS_REMOUNT, propagation changes. Needs
   * CAP_SYS_ADMIN. `data` is the option string.
   */
  mountAt(
    context: VfsContext,
    source: string,
    start: VfsPath,
    path: string,
    type: string,
    flags: number,
    data: string,
  ): 0 | Errno {
    beginOperation();
    return mounts.mountAt(this, context, source, start, path, type, flags, data);
  }

  /** umount2(2). `flags`: MNT_FORCE, MNT_DETACH, MNT_EXPIRE, UMOUNT_NOFOLLOW. */
  umountAt(context: VfsContext, start: VfsPath, path: string, flags: number): 0 | Errno {
    beginOperation();
    return mounts.umountAt(context, start, path, flags);
  }

  /** pivot_root(2). The caller then moves every root and working directory that was at `oldRoot` to `newRoot`. */
  pivotRoot(context: VfsContext, newRoot: string, putOld: string): mounts.PivotResult | Errno {
    beginOperation();
    return mounts.pivotRoot(context, newRoot, putOld);
  }

  /** A namespace whose root is `filesystem`: how boot begins. */
  newNamespace(filesystem: VfsPath["mount"]["filesystem"], flags: number, source: string): MountNamespace {
    return mounts.newNamespace(filesystem, flags, source);
  }

  /** Attaches `filesystem` at `at` without asking for privileges: for boot. `at` must be a resolved place. */
  mountFilesystem(
    filesystem: VfsPath["mount"]["filesystem"],
    at: VfsPath,
    flags: number,
    source: string,
  ): VfsPath["mount"] {
    return mounts.mountFilesystem(filesystem, at, flags, source);
  }

  /**
   * The path of a place as seen from `root`: what getcwd(2) and /proc/[pid]/cwd give, with "(unreachable)" before or "
   * (deleted)" after.
   */
  pathOf(path: VfsPath, root: VfsPath): string {
    return names.pathOf(path, root);
  }
}
