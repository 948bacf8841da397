/** The two ends of a pipe, and an opened FIFO: descriptions over a Pipe. pipe(2), fifo(7). */
import { EACCES, EBADF, EINVAL, ENOTTY, ENXIO, type Errno } from "../../../shared/abi/errno.ts";
import { O_ACCMODE, O_NONBLOCK, O_PATH, O_RDONLY, O_RDWR, O_WRONLY } from "../../../shared/abi/fcntl.ts";
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

  /** Counts itself in as reader, writer or both. */
  constructor(pipe: Pipe, inode: Inode, flags: number, path: VfsPath | null) {
    super(flags, path);
    this.pipe = pipe;
    this.inode = inode;
    if (this.isReadable) pipe.addReader();
    if (this.isWritable) pipe.addWriter();
    this.#writersBefore = pipe.writers > 0 ? -1 : pipe.writerGeneration;
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
    return openFifo(this, this.pipe, path, flags);
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
export function pipeOfFifo(inode: Inode): Pipe {
  let pipe = fifoPipes.get(inode);
  if (pipe === undefined) {
    pipe = new Pipe();
    fifoPipes.set(inode, pipe);
  }
  return pipe;
}

/**
 * Opens a FIFO as far as that goes without waiting: -ENXIO for a non-blocking writer without a reader. A blocking open that has to wait for
 * the other side has the description already; `mustWaitForPeer` tells.
 */
export function openFifo(inode: Inode, pipe: Pipe, path: VfsPath, flags: number): PipeFile | Errno {
  if ((flags & O_PATH) !== 0) return -EINVAL;
  if ((flags & O_ACCMODE) === O_ACCMODE) return -EACCES;
  if ((flags & O_ACCMODE) === O_WRONLY && (flags & O_NONBLOCK) !== 0 && pipe.readers === 0) return -ENXIO;
  return new PipeFile(pipe, inode, flags, path);
}

/** Which generation of the other side a blocking open(2) of a FIFO must see change, or -1 if it need not wait. */
export function peerGenerationToAwait(file: PipeFile): number {
  if ((file.flags & O_NONBLOCK) !== 0) return -1;
  const mode = file.flags & O_ACCMODE;
  if (mode === O_RDWR) return -1;
  if (mode === O_RDONLY) return file.pipe.writers > 0 ? -1 : file.pipe.writerGeneration;
  return file.pipe.readers > 0 ? -1 : file.pipe.readerGeneration;
}

export function peerGeneration(file: PipeFile): number {
  return (file.flags & O_ACCMODE) === O_RDONLY ? file.pipe.writerGeneration : file.pipe.readerGeneration;
}

/** The pipe of a description, or -EBADF: fcntl(F_GETPIPE_SZ), splice(2), tee(2). */
export function pipeOf(file: FileDescription): Pipe | Errno {
  return file instanceof PipeFile ? file.pipe : -EBADF;
}
