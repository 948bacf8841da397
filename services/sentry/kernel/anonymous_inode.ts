/**
 * Inodes of objects that have no name: pipes, sockets, eventfds and the like. Each kind lives in an internal filesystem as on Linux (pipefs, sockfs,
 * anon_inodefs), which gives it a device number and an f_type; none of them is mounted anywhere that a path could reach.
 */
import { ENXIO, EPERM, type Errno } from "../../../shared/abi/errno.ts";
import { ANON_INODE_FS_MAGIC, MS_KERNMOUNT, PIPEFS_MAGIC, SOCKFS_MAGIC } from "../../../shared/abi/mount.ts";
import { S_IFIFO, S_IFMT, S_IFSOCK } from "../../../shared/abi/stat.ts";
import type { Credentials } from "../vfs/credentials.ts";
import { Dentry } from "../vfs/dentry.ts";
import { FileClock } from "../vfs/file_clock.ts";
import type { FileDescription } from "../vfs/file_description.ts";
import { Mount } from "../vfs/mount.ts";
import { type ResolvingPath, walkInMemory } from "../vfs/resolving_path.ts";
import {
  type AttributeChange,
  type Attributes,
  Filesystem,
  type FilesystemStatistics,
  Inode,
  type VfsContext,
  type VfsPath,
} from "../vfs/types.ts";

class AnonymousFilesystem extends Filesystem {
  readonly name: string;
  readonly device: number;
  readonly root: Dentry;
  readonly #magic: number;
  #lastIno = 0;

  constructor(name: string, device: number, magic: number) {
    super();
    this.name = name;
    this.device = device;
    this.#magic = magic;
    this.root = Dentry.root(this, new AnonymousInode(this, 0o40555, 0, 0));
  }

  nextIno(): number {
    return ++this.#lastIno;
  }

  override statistics(out: FilesystemStatistics): 0 | Errno {
    out.type = this.#magic;
    out.blockSize = 4096;
    out.blocks = 0;
    out.blocksFree = 0;
    out.blocksAvailable = 0;
    out.files = 0;
    out.filesFree = 0;
    out.nameLength = 255;
    return 0;
  }

  /** Only ever asked to end where /proc/self/fd/N has led. */
  override walk(path: ResolvingPath): 0 | Errno {
    return walkInMemory(path);
  }
}

const clock = new FileClock();

export class AnonymousInode extends Inode {
  readonly filesystem: AnonymousFilesystem;
  readonly ino: number;
  mode: number;
  uid: number;
  gid: number;
  readonly #seconds: number;
  readonly #nanoseconds: number;

  constructor(filesystem: AnonymousFilesystem, mode: number, uid: number, gid: number) {
    super();
    this.filesystem = filesystem;
    this.ino = filesystem.nextIno();
    this.mode = mode;
    this.uid = uid;
    this.gid = gid;
    clock.refresh();
    this.#seconds = clock.seconds;
    this.#nanoseconds = clock.nanoseconds;
  }

  override get opensItself(): boolean {
    return true;
  }

  override getAttributes(out: Attributes): 0 | Errno {
    out.ino = this.ino;
    out.mode = this.mode;
    out.nlink = 1;
    out.uid = this.uid;
    out.gid = this.gid;
    out.rdev = 0;
    out.dev = this.filesystem.device;
    out.size = 0;
    out.blockSize = 4096;
    out.blocks = 0;
    out.atimeSec = out.mtimeSec = out.ctimeSec = out.btimeSec = this.#seconds;
    out.atimeNsec = out.mtimeNsec = out.ctimeNsec = out.btimeNsec = this.#nanoseconds;
    return 0;
  }

  /** Pipes and sockets take chmod(2) and chown(2); the shared inode of the other kinds doesn't. */
  override setAttributes(_context: VfsContext, change: AttributeChange): 0 | Errno {
    const type = this.mode & S_IFMT;
    if (type !== S_IFIFO && type !== S_IFSOCK) return -EPERM;
    if (change.mode !== undefined) this.mode = type | (change.mode & 0o7777);
    if (change.uid !== undefined) this.uid = change.uid;
    if (change.gid !== undefined) this.gid = change.gid;
    return 0;
  }

  /** Reached by /proc/self/fd/N only; pipes can be opened again, the others can't. */
  override open(_context: VfsContext, _path: VfsPath, _flags: number): FileDescription | Errno {
    return -ENXIO;
  }
}

export const pipeFilesystem = new AnonymousFilesystem("pipefs", 12, PIPEFS_MAGIC);
export const socketFilesystem = new AnonymousFilesystem("sockfs", 8, SOCKFS_MAGIC);
const anonFilesystem = new AnonymousFilesystem("anon_inodefs", 13, ANON_INODE_FS_MAGIC);

/** The inode that eventfds, epolls, timerfds, signalfds, inotify instances and pidfds share, as on Linux; its mode has no file type. */
export const anonInode = new AnonymousInode(anonFilesystem, 0o600, 0, 0);

export function newSocketInode(credentials: Credentials): AnonymousInode {
  return new AnonymousInode(socketFilesystem, S_IFSOCK | 0o777, credentials.fsuid, credentials.fsgid);
}

const internalMounts = new WeakMap<Filesystem, Mount>();

/** Where /proc/self/fd/N leads for an open file without a path: its inode, in an internal mount that no path reaches. */
export function anonymousPlace(file: FileDescription): VfsPath | Errno {
  const { inode } = file;
  const { filesystem } = inode;
  let mount = internalMounts.get(filesystem);
  if (mount === undefined) {
    mount = new Mount(filesystem, filesystem.root, MS_KERNMOUNT, filesystem.name);
    internalMounts.set(filesystem, mount);
  }
  return { mount, dentry: Dentry.unlinked(filesystem.root, file.describe(), inode) };
}
