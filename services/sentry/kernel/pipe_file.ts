/** The two ends of a pipe, and an opened FIFO: descriptions over a Pipe. pipe(2), fifo(7). */
import { EBADF, EINVAL, ENOTTY, ENXIO, type Errno } from "../../../shared/abi/errno.ts";
import { O_ACCMODE, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } from "../../../shared/abi/fcntl.ts";
import { FIONREAD } from "../../../shared/abi/ioctl.ts";
import { S_IFIFO } from "../../../shared/abi/stat.ts";
import type { WaitQueue } from "../../../shared/waiter/wait_queue.ts";
import type { Credentials } from "../vfs/credentials.ts";
import { FileDescription } from "../vfs/file_description.ts";
import type { Inode, VfsContext, VfsPath } from "../vfs/types.ts";
import { AnonymousInode, pipeFilesystem } from "./anonymous_inode.ts";
import { Pipe } from "./pipe.ts";
import type { Task } from "./task.ts";

export class PipeFile extends FileDescription {
  readonly inode: Inode;
  readonly pipe: Pipe;
  /** A FIFO's reader that came before any writer sees no POLLHUP until one has been there. */
  readonly #writersBefore: number;
  /** What `peerGeneration` must move on from before a blocking open(2) is done; -1 if it needn't wait. */
  readonly #awaitedGeneration: number;

  /** Counts itself in as reader, writer or both. */
  constructor(pipe: Pipe, inode: Inode, flags: number, path: VfsPath | null, waitsForPeer = false) {
    super(flags, path);
    this.pipe = pipe;
    this.inode = inode;
    if (this.isReadable) pipe.addReader();
    if (this.isWritable) pipe.addWriter();
    this.#writersBefore = pipe.writers > 0 ? -1 : pipe.writerGeneration;
    this.#awaitedGeneration = waitsForPeer && this.#hasNoPeer() ? this.#peerGeneration() : -1;
  }

  /** The other end of a FIFO has not been open since this one is being opened: fifo(7). */
  override get isOpening(): boolean {
    return this.#awaitedGeneration >= 0 && this.#peerGeneration() === this.#awaitedGeneration;
  }

  #hasNoPeer(): boolean {
    const mode = this.flags & O_ACCMODE;
    if (mode === O_RDWR) return false;
    return mode === O_RDONLY ? this.pipe.writers === 0 : this.pipe.readers === 0;
  }

  #peerGeneration(): number {
    return (this.flags & O_ACCMODE) === O_RDONLY ? this.pipe.writerGeneration : this.pipe.readerGeneration;
  }

  override get waiters(): WaitQueue {
    return this.pipe.waiters;
  }

  override readiness(): number {
    return this.pipe.readiness(this.isReadable, this.isWritable, this.#writersBefore !== this.pipe.writerGeneration);
  }

  override describe(): string {
    return `pipe:[${this.inode.ino}]`;
  }

  override read(_context: VfsContext, memory: Uint8Array, start: number, length: number): number {
    return this.pipe.read(memory, start, length);
  }

  override write(_context: VfsContext, memory: Uint8Array, start: number, length: number): number {
    return this.pipe.write(memory, start, length, this.flags);
  }

  override ioctl(caller: unknown, command: number, argument: number): number {
    if (command !== FIONREAD) return -ENOTTY;
    return (caller as Task).memory.copyOutU32(argument, this.pipe.length);
  }

  protected override release(): void {
    if (this.isReadable) this.pipe.removeReader();
    if (this.isWritable) this.pipe.removeWriter();
    super.release();
  }
}

/** The inode of pipe(2). Opening it again through /proc makes a further end, as on Linux. */
class PipeInode extends AnonymousInode {
  readonly pipe = new Pipe();

  constructor(credentials: Credentials) {
    super(pipeFilesystem, S_IFIFO | 0o600, credentials.fsuid, credentials.fsgid);
  }

  override open(_context: VfsContext, path: VfsPath, flags: number): FileDescription | Errno {
    // Unlike a FIFO's, an end of a pipe doesn't wait for the other one.
    return (flags & O_ACCMODE) === O_ACCMODE ? -EINVAL : new PipeFile(this.pipe, this, flags, path);
  }
}

export interface PipeEnds {
  readonly reader: PipeFile;
  readonly writer: PipeFile;
}

/** A new pipe; `flags` are O_NONBLOCK and O_DIRECT. */
export function makePipe(credentials: Credentials, flags: number): PipeEnds {
  const inode = new PipeInode(credentials);
  return {
    reader: new PipeFile(inode.pipe, inode, O_RDONLY | (flags & O_NONBLOCK), null),
    writer: new PipeFile(inode.pipe, inode, O_WRONLY | flags, null),
  };
}

const fifoPipes = new WeakMap<Inode, Pipe>();

/** The pipe behind a FIFO of a filesystem; it lives as long as its inode. */
function pipeOfFifo(inode: Inode): Pipe {
  let pipe = fifoPipes.get(inode);
  if (pipe === undefined) {
    pipe = new Pipe();
    fifoPipes.set(inode, pipe);
  }
  return pipe;
}

/** Opens a FIFO: -ENXIO for a non-blocking writer without a reader. A blocking open comes back at once, with `isOpening` until the other end is there. */
function openEnd(inode: Inode, pipe: Pipe, path: VfsPath, flags: number): PipeFile | Errno {
  if ((flags & O_ACCMODE) === O_ACCMODE) return -EINVAL;
  const nonBlocking = (flags & O_NONBLOCK) !== 0;
  if ((flags & O_ACCMODE) === O_WRONLY && nonBlocking && pipe.readers === 0) return -ENXIO;
  return new PipeFile(pipe, inode, flags, path, !nonBlocking);
}

/** Opens a FIFO of a filesystem: for `VirtualFilesystem.openFifo`. */
export function openFifo(_context: VfsContext, path: VfsPath, inode: Inode, flags: number): FileDescription | Errno {
  return openEnd(inode, pipeOfFifo(inode), path, flags);
}

/** The pipe of a description, or -EBADF: fcntl(F_GETPIPE_SZ), splice(2), tee(2). */
export function pipeOf(file: FileDescription): Pipe | Errno {
  return file instanceof PipeFile ? file.pipe : -EBADF;
}
