/**
 * A host descriptor that was donated to the sandbox: a standard stream. Pipes, sockets, terminals, devices and regular files of the host.
 *
 * The open file is shared with other processes of the host, so its flags are never changed: reads and writes ask not to wait, call by call. Only what a standard
 * stream needs is let through; ioctls are a short list.
 */
import {
  EACCES,
  EAGAIN,
  EBADF,
  EINVAL,
  ENOTTY,
  ENXIO,
  EPERM,
  type Errno,
  ESPIPE,
} from "../../../../shared/abi/errno.ts";
import { O_ACCMODE, O_RDONLY, O_WRONLY } from "../../../../shared/abi/fcntl.ts";
import { FIONREAD, TCGETS, TCSETS, TCSETSF, TCSETSW, TIOCGWINSZ } from "../../../../shared/abi/ioctl.ts";
import {
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  POLLPRI,
  POLLRDHUP,
  POLLRDNORM,
  POLLWRNORM,
} from "../../../../shared/abi/poll.ts";
import { S_IFCHR, S_IFIFO, S_IFMT, S_IFREG, S_IFSOCK, StatLayout } from "../../../../shared/abi/stat.ts";
import { WaitQueue } from "../../../../shared/waiter/wait_queue.ts";
import { Task } from "../../kernel/task.ts";
import { TaskMemory } from "../../kernel/task_memory.ts";
import { Dentry } from "../../vfs/dentry.ts";
import { allocateDevice } from "../../vfs/device_registry.ts";
import { FileDescription } from "../../vfs/file_description.ts";
import { type ResolvingPath, walkInMemory } from "../../vfs/resolving_path.ts";
import {
  type AttributeChange,
  type Attributes,
  Filesystem,
  type FilesystemStatistics,
  Inode,
  type VfsContext,
  type VfsPath,
} from "../../vfs/types.ts";
import * as native from "./host_native.ts";

const WATCHED = POLLIN | POLLPRI | POLLOUT | POLLRDHUP | POLLERR | POLLHUP;
/** A terminal's driver may make a large write wait although it polled writable. */
const TERMINAL_WRITE_BYTES = 1024;
const TERMIOS_BYTES = 36;
const WINSIZE_BYTES = 8;

class HostFilesystem extends Filesystem {
  readonly name = "host";
  readonly device = allocateDevice();
  readonly root: Dentry;

  constructor() {
    super();
    this.root = Dentry.root(this, new HostInode(this, -1, 0o40555, 0, 0, 1));
  }

  override walk(path: ResolvingPath): 0 | Errno {
    return walkInMemory(path);
  }

  override statistics(out: FilesystemStatistics): 0 | Errno {
    out.type = 0x50495045;
    out.blockSize = 4096;
    out.nameLength = 255;
    out.blocks = out.blocksFree = out.blocksAvailable = out.files = out.filesFree = 0;
    return 0;
  }
}

const statBytes = new Uint8Array(144);
const statView = new DataView(statBytes.buffer);

class HostInode extends Inode {
  readonly filesystem: HostFilesystem;
  readonly ino: number;
  mode: number;
  uid: number;
  gid: number;
  readonly #fd: number;
  /** The open file that was donated, while it is open. */
  file: HostFile | null = null;

  constructor(filesystem: HostFilesystem, fd: number, mode: number, uid: number, gid: number, ino: number) {
    super();
    this.filesystem = filesystem;
    this.#fd = fd;
    this.mode = mode;
    this.uid = uid;
    this.gid = gid;
    this.ino = ino;
  }

  override getAttributes(out: Attributes): 0 | Errno {
    const failed = native.fstat(this.#fd, statBytes);
    if (failed < 0) return failed;
    out.ino = this.ino;
    out.mode = this.mode;
    out.nlink = StatLayout.nlink.read(statView, 0);
    out.uid = this.uid;
    out.gid = this.gid;
    out.rdev = StatLayout.rdev.read(statView, 0);
    out.dev = this.filesystem.device;
    out.size = StatLayout.size.read(statView, 0);
    out.blockSize = StatLayout.blksize.read(statView, 0);
    out.blocks = StatLayout.blocks.read(statView, 0);
    out.atimeSec = StatLayout.atimeSec.read(statView, 0);
    out.atimeNsec = StatLayout.atimeNsec.read(statView, 0);
    out.mtimeSec = StatLayout.mtimeSec.read(statView, 0);
    out.mtimeNsec = StatLayout.mtimeNsec.read(statView, 0);
    out.ctimeSec = out.btimeSec = StatLayout.ctimeSec.read(statView, 0);
    out.ctimeNsec = out.btimeNsec = StatLayout.ctimeNsec.read(statView, 0);
    return 0;
  }

  /** The size of a donated regular file may be changed, if it was opened for writing; nothing else. */
  override setAttributes(_context: VfsContext, change: AttributeChange): 0 | Errno {
    const { size, ...rest } = change;
    if (size === undefined || Object.keys(rest).length > 0 || !this.isRegular) return -EPERM;
    return native.ftruncate(this.#fd, size) as 0 | Errno;
  }

  override get opensItself(): boolean {
    return true;
  }

  /** Through /proc/self/fd/N, as /dev/stdout is: the same host file with the rights that it was donated with. */
  override open(_context: VfsContext, path: VfsPath, flags: number): FileDescription | Errno {
    const { file } = this;
    if (file === null) return -ENXIO;
    const access = flags & O_ACCMODE;
    if (access !== O_WRONLY && !file.isReadable) return -EACCES;
    if (access !== O_RDONLY && !file.isWritable) return -EACCES;
    return new ReopenedHostFile(file, flags, path);
  }
}

/**
 * Unlike Linux, a donated socket looks like a pipe: none of the socket calls would work on it, and programs that look (node, for one) would find a
 * socket of no family and write nothing.
 */
function shownMode(mode: number): number {
  return (mode & S_IFMT) === S_IFSOCK ? (mode & ~S_IFMT) | S_IFIFO : mode;
}

let filesystem: HostFilesystem | null = null;
let readiness: native.HostReadiness | null = null;

export class HostFile extends FileDescription {
  readonly inode: HostInode;
  readonly #fd: number;
  readonly #waiters = new WaitQueue();
  readonly #isAlwaysReady: boolean;
  readonly #isRegular: boolean;
  readonly #isTerminal: boolean;
  /** This kind of file can be asked to read and write without waiting. */
  #canAskNotToWait: boolean;

  private constructor(inode: HostInode, fd: number, flags: number) {
    super(flags, null);
    this.inode = inode;
    inode.file = this;
    this.#fd = fd;
    this.#isRegular = (inode.mode & S_IFMT) === S_IFREG;
    this.#isTerminal = (inode.mode & S_IFMT) === S_IFCHR && native.ioctl(fd, TCGETS, new Uint8Array(64)) === 0;
    this.#canAskNotToWait = !this.#isTerminal;
    readiness ??= new native.HostReadiness();
    this.#isAlwaysReady = !readiness.add(fd, WATCHED, (events) => {
      let mask = events;
      if ((events & POLLIN) !== 0) mask |= POLLRDNORM;
      if ((events & POLLOUT) !== 0) mask |= POLLWRNORM;
      this.#waiters.notify(mask);
    });
  }

  /** Takes over `fd`, which was opened with `flags` (O_ACCMODE and status flags). */
  static adopt(fd: number, flags: number): HostFile | Errno {
    const failed = native.fstat(fd, statBytes);
    if (failed < 0) return failed;
    filesystem ??= new HostFilesystem();
    const inode = new HostInode(
      filesystem,
      fd,
      shownMode(StatLayout.mode.read(statView, 0)),
      StatLayout.uid.read(statView, 0),
      StatLayout.gid.read(statView, 0),
      StatLayout.ino.read(statView, 0),
    );
    return new HostFile(inode, fd, flags);
  }

  override get waiters(): WaitQueue | null {
    return this.#isAlwaysReady ? null : this.#waiters;
  }

  override readiness(): number {
    if (this.#isAlwaysReady) return super.readiness();
    const events = native.pollNow(this.#fd, WATCHED);
    if (events <= 0) return 0;
    let mask = events;
    if ((events & POLLIN) !== 0) mask |= POLLRDNORM;
    if ((events & POLLOUT) !== 0) mask |= POLLWRNORM;
    return mask;
  }

  override describe(): string {
    return (this.inode.mode & S_IFMT) === S_IFIFO ? `pipe:[${this.inode.ino}]` : `host:[${this.inode.ino}]`;
  }

  override get isSeekable(): boolean {
    return this.#isRegular;
  }

  override read(_context: VfsContext, memory: Uint8Array, start: number, length: number): number {
    if (!this.isReadable) return -EBADF;
    if (this.#isAlwaysReady) return native.read(this.#fd, memory, start, length);
    if (this.#canAskNotToWait) {
      const got = native.readNow(this.#fd, memory, start, length);
      if (got !== native.NOT_SUPPORTED) return got;
      this.#canAskNotToWait = false;
    }
    const events = native.pollNow(this.#fd, POLLIN);
    if (events <= 0) return events === 0 ? -EAGAIN : events;
    return native.read(this.#fd, memory, start, length);
  }

  override write(_context: VfsContext, memory: Uint8Array, start: number, length: number): number {
    if (!this.isWritable) return -EBADF;
    if (this.#isAlwaysReady) return native.write(this.#fd, memory, start, length);
    if (this.#canAskNotToWait) {
      const put = native.writeNow(this.#fd, memory, start, length);
      if (put !== native.NOT_SUPPORTED) return put;
      this.#canAskNotToWait = false;
    }
    const events = native.pollNow(this.#fd, POLLOUT);
    if (events <= 0) return events === 0 ? -EAGAIN : events;
    return native.write(this.#fd, memory, start, Math.min(length, TERMINAL_WRITE_BYTES));
  }

  override pread(_context: VfsContext, memory: Uint8Array, start: number, length: number, position: number): number {
    return this.#isRegular ? native.pread(this.#fd, memory, start, length, position) : -ESPIPE;
  }

  override pwrite(_context: VfsContext, memory: Uint8Array, start: number, length: number, position: number): number {
    return this.#isRegular ? native.pwrite(this.#fd, memory, start, length, position) : -ESPIPE;
  }

  /** The offset is the host's: other processes may be using the same open file. */
  override seek(_context: VfsContext, offset: number, whence: number): number {
    return native.lseek(this.#fd, offset, whence);
  }

  override sync(): 0 | Errno {
    return this.#isRegular ? (native.fsync(this.#fd) as 0 | Errno) : -EINVAL;
  }

  override ioctl(caller: unknown, command: number, argument: number): number {
    if (!(caller instanceof Task)) return -ENOTTY;
    switch (command) {
      case FIONREAD:
        return this.#copyOutIoctl(caller, command, argument, 4);
      case TCGETS:
        return this.#isTerminal ? this.#copyOutIoctl(caller, command, argument, TERMIOS_BYTES) : -ENOTTY;
      case TIOCGWINSZ:
        return this.#isTerminal ? this.#copyOutIoctl(caller, command, argument, WINSIZE_BYTES) : -ENOTTY;
      case TCSETS:
      case TCSETSW:
      case TCSETSF:
        return this.#isTerminal ? this.#copyInIoctl(caller, command, argument, TERMIOS_BYTES) : -ENOTTY;
      default:
        return -ENOTTY;
    }
  }

  #copyOutIoctl(task: Task, command: number, argument: number, bytes: number): number {
    const done = native.ioctl(this.#fd, command, TaskMemory.scratch);
    return done < 0 ? done : task.memory.copyOutScratch(argument, 0, bytes);
  }

  #copyInIoctl(task: Task, command: number, argument: number, bytes: number): number {
    const failed = task.memory.copyInScratch(argument, 0, bytes);
    return failed < 0 ? failed : native.ioctl(this.#fd, command, TaskMemory.scratch);
  }

  protected override release(): void {
    this.inode.file = null;
    readiness?.remove(this.#fd);
    native.close(this.#fd);
  }
}

/** A second description of a donated file. Unlike Linux, it shares the offset, which belongs to whoever holds the file on the host. */
class ReopenedHostFile extends FileDescription {
  readonly inode: HostInode;
  readonly #file: HostFile;

  constructor(file: HostFile, flags: number, path: VfsPath) {
    super(flags, path);
    this.inode = file.inode;
    this.#file = file;
    file.takeReference();
  }

  override get waiters(): WaitQueue | null {
    return this.#file.waiters;
  }
  override readiness(): number {
    return this.#file.readiness();
  }
  override describe(): string {
    return this.#file.describe();
  }
  override get isSeekable(): boolean {
    return this.#file.isSeekable;
  }
  override read(context: VfsContext, memory: Uint8Array, start: number, length: number): number {
    return this.isReadable ? this.#file.read(context, memory, start, length) : -EBADF;
  }
  override write(context: VfsContext, memory: Uint8Array, start: number, length: number): number {
    return this.isWritable ? this.#file.write(context, memory, start, length) : -EBADF;
  }
  override pread(context: VfsContext, memory: Uint8Array, start: number, length: number, position: number): number {
    return this.isReadable ? this.#file.pread(context, memory, start, length, position) : -EBADF;
  }
  override pwrite(context: VfsContext, memory: Uint8Array, start: number, length: number, position: number): number {
    return this.isWritable ? this.#file.pwrite(context, memory, start, length, position) : -EBADF;
  }
  override seek(context: VfsContext, offset: number, whence: number): number {
    return this.#file.seek(context, offset, whence);
  }
  override sync(): 0 | Errno {
    return this.#file.sync();
  }
  override ioctl(caller: unknown, command: number, argument: number): number {
    return this.#file.ioctl(caller, command, argument);
  }

  protected override release(): void {
    this.#file.dropReference();
  }
}
