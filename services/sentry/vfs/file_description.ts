/**
 * An open file (what Linux calls struct file): status flags, the offset, and how to read, write and wait. Shared by
 * descriptors after dup(2) and fork(2), counted by references.
 *
 * Data moves as (memory, start, length); an implementation never keeps `memory`. A call that would have to wait returns
 * -EAGAIN, whatever O_NONBLOCK says: the system call layer then blocks the task on `waiters` and tries again.
 */
import { EBADF, EINVAL, ENODEV, ENOTDIR, ENOTTY, type Errno, ESPIPE } from "../../../shared/abi/errno.ts";
import type { WaitQueue } from "../../../shared/waiter/wait_queue.ts";
import { dropPath, takePath } from "./mount.ts";
import type { AttributeChange, Attributes, DirectorySink, Inode, VfsContext, VfsPath } from "./types.ts";

/** What mmap(2) needs of a file: a host file descriptor of the sentry that holds the bytes. */
export interface MappableFile {
  /** Host FD; stays open at least as long as the FileDescription or the mapping holds its reference. */
  readonly hostFd: number;
  /** Added to the file offset (files that share one memfd); page aligned. */
  readonly hostOffset: number;
  /** For /proc/self/maps and the rewriting cache. */
  readonly device: number;
  readonly ino: number;
  /** Content identity of an executable file, or "" if it may change. */
  readonly contentKey: string;
  /** A mapping was made / went away (writable shared mappings count for ETXTBSY, seals and dirty state). */
  addMapping(writableShared: boolean): void;
  removeMapping(writableShared: boolean): void;
}

export abstract class FileDescription {
  /** O_ACCMODE and status flags (O_APPEND, O_NONBLOCK, O_DIRECT, O_PATH...), as F_GETFL shows them. */
  flags: number;
  /** Where it was opened, for /proc/self/fd and *at() calls; null for pipes, sockets and other unnamed objects. */
  readonly path: VfsPath | null;
  /** The file offset in bytes. */
  offset = 0;
  /**
   * open(2) must still wait (a FIFO without its other end): wait on `waiters` until this is false, and then don't open
   * again.
   */
  get isOpening(): boolean {
    return false;
  }
  /** Told once when the last reference is dropped (epoll forgets the file). */
  releaseObserver: { onFileReleased(file: FileDescription): void } | null = null;
  /** Set by the VFS for what it counts per open file (writers, inotify close events). */
  onLastClose: ((file: FileDescription) => void) | null = null;
  /** F_SETOWN / F_SETSIG and other rarely set state. */
  owner = 0;
  #references = 1;

  constructor(flags: number, path: VfsPath | null) {
    this.flags = flags;
    this.path = path;
    if (path !== null) takePath(path);
  }

  /** The inode that fstat, fchmod and friends act on. */
  abstract readonly inode: Inode;
  /** Where to wait for readiness; null if it is always ready (regular files). */
  get waiters(): WaitQueue | null {
    return null;
  }
  /** The POLL* events that are true now. */
  readiness(): number {
    return 0x1 | 0x4 | 0x40 | 0x100; // POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM
  }
  /** What /proc/self/fd/N shows for an object without a path: "pipe:[123]", "socket:[7]", "anon_inode:[eventfd]". */
  describe(): string {
    return "";
  }

  get isSeekable(): boolean {
    return false;
  }
  get isReadable(): boolean {
    return (this.flags & 3) !== 1;
  }
  get isWritable(): boolean {
    return (this.flags & 3) !== 0;
  }

  /** Reads at the offset and moves it. Returns bytes, 0 at the end, or an errno. */
  read(_context: VfsContext, _memory: Uint8Array, _start: number, _length: number): number {
    return -EINVAL;
  }
  /** Writes at the offset (the end with O_APPEND) and moves it. */
  write(_context: VfsContext, _memory: Uint8Array, _start: number, _length: number): number {
    return -EINVAL;
  }
  pread(_context: VfsContext, _memory: Uint8Array, _start: number, _length: number, _position: number): number {
    return -ESPIPE;
  }
  pwrite(_context: VfsContext, _memory: Uint8Array, _start: number, _length: number, _position: number): number {
    return -ESPIPE;
  }
  /** lseek(2): returns the new offset. `whence` is SEEK_SET, CUR, END, DATA or HOLE. */
  seek(_context: VfsContext, _offset: number, _whence: number): number {
    return -ESPIPE;
  }
  /** Emits entries from the current directory position on until `sink` says it's full; moves the position. */
  readDirectory(_context: VfsContext, _sink: DirectorySink): 0 | Errno {
    return -ENOTDIR;
  }
  getAttributes(out: Attributes): 0 | Errno {
    return this.inode.getAttributes(out);
  }
  setAttributes(context: VfsContext, change: AttributeChange): 0 | Errno {
    return this.inode.setAttributes(context, change);
  }
  /** fallocate(2). */
  allocate(_context: VfsContext, _mode: number, _offset: number, _length: number): 0 | Errno {
    return (this.flags & 3) === 0 ? -EBADF : -ENODEV;
  }
  /** fsync(2) and fdatasync(2). */
  sync(_dataOnly: boolean): 0 | Errno {
    return -EINVAL;
  }
  /** Further lines of /proc/[pid]/fdinfo/N ("eventfd-count: ...\n"). */
  describeState(): string {
    return "";
  }
  /**
   * ioctl(2) of this object. `caller` is the kernel's Task, for objects of the kernel layer that copy in and out;
   * opaque here.
   */
  ioctl(_caller: unknown, _command: number, _argument: number): number {
    return -ENOTTY;
  }
  /** A host descriptor that holds the file's very bytes at their own offsets, for the duration of the call; or -1. */
  hostFd(): number {
    return -1;
  }
  /** For mmap(2). `prot` and MAP_SHARED as asked. */
  mappable(_shared: boolean, _writable: boolean): MappableFile | Errno {
    return -ENODEV;
  }
  /** fcntl(2) F_GET_SEALS: F_SEAL_* bits; only memory files have any. */
  getSeals(): number {
    return -EINVAL;
  }
  /** fcntl(2) F_ADD_SEALS. */
  addSeals(_seals: number): 0 | Errno {
    return -EINVAL;
  }
  /** fcntl(2) F_SETFL changed `flags`. */
  onFlagsChanged(): void {}

  takeReference(): void {
    this.#references++;
  }
  /** Drops a reference; the last one releases. */
  dropReference(): void {
    if (--this.#references > 0) return;
    if (this.#references < 0) throw new Error("file description has too few references");
    this.releaseObserver?.onFileReleased(this);
    this.inode.locks?.dropOwner(this);
    this.onLastClose?.(this);
    this.release();
    if (this.path !== null) dropPath(this.path);
  }
  get references(): number {
    return this.#references;
  }
  /** The last descriptor is gone. */
  protected release(): void {}
}
