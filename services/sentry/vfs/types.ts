/**
 * The nouns of the virtual file system and what a filesystem must supply.
 *
 * A `Filesystem` is one mounted instance. It owns a tree of `Dentry` (names) pointing at `Inode`s (objects). The VFS
 * (`virtual_filesystem.ts`) owns mounts, symbolic link following across filesystems, and permission checks on the final
 * object; *walking* is the filesystem's own: `Filesystem.walk` consumes as many components of a `ResolvingPath` as it
 * can in one go, so that a remote filesystem makes one RPC of a whole path. `Filesystem` gives a default walk for
 * filesystems whose dentries are all in memory.
 *
 * The VFS checks permissions, mount read-only flags, name validity (not empty, at most NAME_MAX, no '/'),
 * EEXIST/ENOENT, directory or not, sticky bits, and that a rename doesn't make a loop, before it calls an Inode
 * operation. An Inode operation does the change and keeps times, link counts and its own stores right. Dentries are
 * kept up to date by the VFS after the operation succeeded.
 *
 * Names and paths are latin1 byte strings. Everything is synchronous.
 */
import { EINVAL, ENOTDIR, EOPNOTSUPP, EPERM, type Errno } from "../../../shared/abi/errno.ts";
import { IN_DELETE_SELF } from "../../../shared/abi/inotify.ts";
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from "../../../shared/abi/stat.ts";
import type { Credentials } from "./credentials.ts";
import type { Dentry } from "./dentry.ts";
import type { FileDescription } from "./file_description.ts";
import type { FileLocks } from "./file_locks.ts";
import type { Mount } from "./mount.ts";
import { checkModeBits } from "./permissions.ts";
import type { ResolvingPath } from "./resolving_path.ts";
import type { Watches } from "./watches.ts";

/** A place in the mount tree. */
export interface VfsPath {
  readonly mount: Mount;
  readonly dentry: Dentry;
}

/** What the VFS needs to know of whoever calls. The kernel's Task supplies it. */
export interface VfsContext {
  readonly credentials: Credentials;
  readonly root: VfsPath;
  readonly cwd: VfsPath;
  /** Mode bits cleared for new files. */
  readonly umask: number;
  /** RLIMIT_FSIZE, bytes, or Infinity. */
  readonly fileSizeLimit: number;
}

/**
 * Attributes of an inode, as stat(2) and statx(2) give them. Filled in place by `Inode.getAttributes`; callers own the
 * record.
 */
export interface Attributes {
  ino: number;
  /** File type and permission bits. */
  mode: number;
  nlink: number;
  uid: number;
  gid: number;
  /** Device number of a device node, as makedev(3) packs it for the kernel (new encoding). */
  rdev: number;
  /** Device number of the filesystem. */
  dev: number;
  size: number;
  blockSize: number;
  /** 512-byte blocks. */
  blocks: number;
  atimeSec: number;
  atimeNsec: number;
  mtimeSec: number;
  mtimeNsec: number;
  ctimeSec: number;
  ctimeNsec: number;
  btimeSec: number;
  btimeNsec: number;
}

export function newAttributes(): Attributes {
  return {
    ino: 0,
    mode: 0,
    nlink: 0,
    uid: 0,
    gid: 0,
    rdev: 0,
    dev: 0,
    size: 0,
    blockSize: 4096,
    blocks: 0,
    atimeSec: 0,
    atimeNsec: 0,
    mtimeSec: 0,
    mtimeNsec: 0,
    ctimeSec: 0,
    ctimeNsec: 0,
    btimeSec: 0,
    btimeNsec: 0,
  };
}

/** A change of attributes: only the members that are present. Times are [seconds, nanoseconds] or "now". */
export interface AttributeChange {
  mode?: number;
  uid?: number;
  gid?: number;
  size?: number;
  atime?: readonly [number, number] | "now";
  mtime?: readonly [number, number] | "now";
}

/** What statfs(2) tells. */
export interface FilesystemStatistics {
  /** The magic number in f_type. */
  type: number;
  blockSize: number;
  blocks: number;
  blocksFree: number;
  blocksAvailable: number;
  files: number;
  filesFree: number;
  nameLength: number;
}

/** One directory entry for getdents64(2). Returns false when the buffer is full: that entry will be asked for again. */
export type DirectorySink = (name: string, ino: number, type: number, nextOffset: number) => boolean;

/**
 * An object of a filesystem. `mode`, `uid` and `gid` are always current, since every permission check reads them.
 * The operations' defaults answer as Linux does for an object that lacks them.
 */
export abstract class Inode {
  abstract readonly filesystem: Filesystem;
  abstract readonly ino: number;
  /** File type and permission bits. */
  abstract mode: number;
  abstract uid: number;
  abstract gid: number;

  abstract getAttributes(out: Attributes): 0 | Errno;
  setAttributes(_context: VfsContext, _change: AttributeChange): 0 | Errno {
    return -EPERM;
  }

  /** The child named `name`, null if there is none. Called only when the dentry cache doesn't know. */
  lookup(_name: string): Inode | null | Errno {
    return -ENOTDIR;
  }
  /** Makes a regular file; `mode` has the umask applied. */
  create(_context: VfsContext, _name: string, _mode: number): Inode | Errno {
    return -EPERM;
  }
  mkdir(_context: VfsContext, _name: string, _mode: number): Inode | Errno {
    return -EPERM;
  }
  /** A FIFO, socket or device node. */
  mknod(_context: VfsContext, _name: string, _mode: number, _rdev: number): Inode | Errno {
    return -EPERM;
  }
  symlink(_context: VfsContext, _name: string, _target: string): Inode | Errno {
    return -EPERM;
  }
  /** A further name for `target`, which is of the same filesystem. */
  link(_context: VfsContext, _name: string, _target: Inode): 0 | Errno {
    return -EPERM;
  }
  unlink(_context: VfsContext, _name: string, _child: Inode): 0 | Errno {
    return -EPERM;
  }
  /** Fails with -ENOTEMPTY if it has entries. */
  rmdir(_context: VfsContext, _name: string, _child: Inode): 0 | Errno {
    return -EPERM;
  }
  /**
   * Moves `child` from `name` here to `newName` in `newDirectory` (same filesystem). `target` is what is there now; it
   * is replaced, or with RENAME_EXCHANGE swapped. Fails with -ENOTEMPTY if `target` is a directory with entries.
   */
  rename(
    _context: VfsContext,
    _name: string,
    _child: Inode,
    _newDirectory: Inode,
    _newName: string,
    _target: Inode | null,
    _flags: number,
  ): 0 | Errno {
    return -EPERM;
  }
  /** An unnamed regular file (O_TMPFILE). */
  createUnnamed(_context: VfsContext, _mode: number): Inode | Errno {
    return -EOPNOTSUPP;
  }

  /** The text of a symbolic link. */
  readlink(_context: VfsContext): string | Errno {
    return -EINVAL;
  }
  /** For a magic link (/proc/self/fd/3): where it leads, without going by its text. */
  follow(_context: VfsContext): VfsPath | null | Errno {
    return null;
  }

  /**
   * A FIFO or device whose `open` knows what to do by itself; others go to the kernel's pipes and the device registry
   * by number.
   */
  get opensItself(): boolean {
    return false;
  }

  /**
   * Opens it. `flags` are O_* without O_CREAT, O_EXCL, O_NOCTTY; O_TRUNC has been done. `path` is where it was found.
   */
  abstract open(context: VfsContext, path: VfsPath, flags: number): FileDescription | Errno;

  getXattr(_context: VfsContext, _name: string): Uint8Array | Errno {
    return -EOPNOTSUPP;
  }
  /** `flags`: XATTR_CREATE, XATTR_REPLACE. */
  setXattr(_context: VfsContext, _name: string, _value: Uint8Array, _flags: number): 0 | Errno {
    return -EOPNOTSUPP;
  }
  listXattr(_context: VfsContext): readonly string[] | Errno {
    return -EOPNOTSUPP;
  }
  removeXattr(_context: VfsContext, _name: string): 0 | Errno {
    return -EOPNOTSUPP;
  }

  /**
   * May `context` do `mask` (MAY_READ | MAY_WRITE | MAY_EXEC)? Filesystems with rules of their own (proc) override it.
   */
  checkPermission(context: VfsContext, mask: number): 0 | Errno {
    return checkModeBits(context.credentials, this.mode, this.uid, this.gid, mask);
  }

  get isDirectory(): boolean {
    return (this.mode & S_IFMT) === S_IFDIR;
  }
  get isSymlink(): boolean {
    return (this.mode & S_IFMT) === S_IFLNK;
  }
  get isRegular(): boolean {
    return (this.mode & S_IFMT) === S_IFREG;
  }

  /** The object bound to this socket inode, if any (bind(2) of AF_UNIX); opaque to the VFS. */
  boundSocket: unknown = null;
  /** Advisory locks (fcntl, flock); made on first use by file_locks.ts. */
  locks: FileLocks | null = null;
  /** inotify(7) marks; made on first use by watches.ts. */
  watches: Watches | null = null;
  /** Open descriptions that can write; negative: that many executions deny writing (ETXTBSY). Kept by the VFS. */
  writers = 0;
  /** An unnamed file (O_TMPFILE without O_EXCL) that linkat(2) may still give a first name. */
  isLinkable = false;
  /** How many dentries stand for it. Kept by Dentry. */
  dentryCount = 0;

  /** No dentry and no open file refers to it any more. */
  onUnreferenced(): void {}

  /** Holds the inode as a dentry does. */
  takeDentry(): void {
    this.dentryCount++;
  }
  /** The last one lets go of it. */
  dropDentry(): void {
    if (--this.dentryCount > 0) return;
    // The dentry cache keeps watched inodes, so this one has been deleted.
    this.watches?.inodeGone(IN_DELETE_SELF);
    this.onUnreferenced();
  }
}

export abstract class Filesystem {
  /** As in /proc/filesystems and mountinfo: "tmpfs", "proc", "9p", "overlay". */
  abstract readonly name: string;
  /** st_dev: minor number in the anonymous device range, unique per instance. */
  abstract readonly device: number;
  abstract readonly root: Dentry;
  abstract statistics(out: FilesystemStatistics): 0 | Errno;

  /**
   * Walks from `path.dentry` while it can: stops at the end of the path, at a dentry that is a mount point, at a
   * symbolic link that must be followed, or with an errno. It moves `path` along. The default (`walkInMemory`) asks
   * `Inode.lookup` per component.
   */
  abstract walk(path: ResolvingPath): 0 | Errno;

  /**
   * True if names and permissions in it change through the VFS alone, so that whole resolutions may be remembered
   * (tmpfs, overlay, an exclusive gofer).
   */
  readonly isStable: boolean = false;
  /** Its inodes live in memory as long as they have names, and none is ever made anew (tmpfs). */
  readonly isInMemory: boolean = false;
  /** Read-only as a whole (MS_RDONLY at mount or remount), whatever the mounts say. */
  isReadOnly = false;
  /** Mounts of this instance, in all namespaces. Kept by Mount. */
  mountCount = 0;

  /**
   * Looks `names` up one below another, beginning in `directory`: the inodes found, up to one that has nothing below it
   * (not a directory) or null for the first that is missing. A remote filesystem does it in one go; whoever stacks on
   * this one (overlay) asks.
   */
  lookupChain(directory: Inode, names: readonly string[]): (Inode | null)[] | Errno {
    const found: (Inode | null)[] = [];
    let at = directory;
    for (const name of names) {
      const child = at.lookup(name);
      if (typeof child === "number") return found.length === 0 ? child : found;
      found.push(child);
      if (child === null || !child.isDirectory) break;
      at = child;
    }
    return found;
  }

  /**
   * Whether a cached dentry is still what the server has; a false drops it. Filesystems whose content changes by itself
   * answer.
   */
  revalidate(_dentry: Dentry): boolean {
    return true;
  }
  /** MS_REMOUNT with other options. */
  remount(_options: string): 0 | Errno {
    return 0;
  }
  /** Options after the type in mountinfo. */
  mountOptions(): string {
    return "";
  }
  sync(): 0 | Errno {
    return 0;
  }
  /** The last mount of it is gone. */
  release(): void {}
}
