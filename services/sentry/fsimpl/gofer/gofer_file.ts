/**
 * Regular files of the host: read, written and mapped through descriptors that the gofer has donated, without asking it again.
 *
 * A file has at most two descriptors here, one for reading and one for writing, shared by all who have it open. The one
 * for reading stays for a while after the last close, so that opening the same file again asks nobody.
 */

import { EACCES, EBADF, EINVAL, EOPNOTSUPP, type Errno } from "../../../../shared/abi/errno.ts";
import {
  FALLOC_FL_KEEP_SIZE,
  FALLOC_FL_PUNCH_HOLE,
  O_ACCMODE,
  O_DSYNC,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  SEEK_DATA,
  SEEK_HOLE,
} from "../../../../shared/abi/fcntl.ts";
import type { FileDescription, MappableFile } from "../../vfs/file_description.ts";
import { ATIME_NEVER, ATIME_RELATIVE, accessTimePolicy, RegularFileDescription } from "../../vfs/regular_file.ts";
import type { VfsContext, VfsPath } from "../../vfs/types.ts";
import { GoferInode } from "./gofer_inode.ts";
import * as native from "./host_file_native.ts";

const NONE = -1;
const SECONDS_PER_DAY = 86_400;

export class GoferFile extends GoferInode {
  #readFd = NONE;
  #writeFd = NONE;
  /** The descriptor for writing can read as well. */
  #writeCanRead = false;
  #writableMappings = 0;

  override open(_context: VfsContext, path: VfsPath, flags: number): FileDescription | Errno {
    const mode = flags & O_ACCMODE;
    // 3 asks for permission to both and gives neither, open(2).
    if (mode !== O_WRONLY && mode <= O_RDWR) {
      const ready = this.readFd();
      if (mode === O_RDONLY && ready < 0) return ready;
    }
    if (mode === O_WRONLY || mode === O_RDWR) {
      const ready = this.writeFd();
      if (ready < 0) return ready;
    }
    return new GoferFileDescription(this, path, flags);
  }

  /** A descriptor to read from, or -errno. */
  readFd(): number {
    if (this.#readFd >= 0) return this.#readFd;
    if (this.#writeCanRead) return this.#writeFd;
    this.#readFd = this.#acquire(O_RDONLY);
    const fd = this.#readFd;
    if (fd < 0) this.#readFd = NONE;
    return fd;
  }

  /** A descriptor to write to, or -errno. */
  writeFd(): number {
    if (this.#writeFd >= 0) return this.#writeFd;
    let fd = this.#acquire(O_RDWR);
    this.#writeCanRead = fd >= 0;
    if (fd === -EACCES) fd = this.#acquire(O_WRONLY);
    if (fd >= 0) this.#writeFd = fd;
    return fd;
  }

  /** The descriptor that creating the file gave: open for both. */
  adoptFd(fd: number): void {
    if (this.#writeFd >= 0) {
      native.close(fd);
      return;
    }
    this.#writeFd = fd;
    this.#writeCanRead = true;
  }

  #acquire(flags: number): number {
    return this.filesystem.openDescriptor(this, flags);
  }

  protected override fetchAttributes(): 0 | Errno {
    const fd = this.#readFd >= 0 ? this.#readFd : this.#writeFd;
    return fd < 0 ? super.fetchAttributes() : native.refresh(fd, this.attr);
  }

  override refresh(): 0 | Errno {
    if (this.#writableMappings > 0) this.markStale();
    return super.refresh();
  }

  /** It was read; the host keeps the access time, by its own mount's rules. */
  noteRead(isRelative: boolean): void {
    if (this.isAccessNoted) return;
    const { attr } = this;
    const isRecent =
      attr.atimeSec > attr.mtimeSec &&
      attr.atimeSec > attr.ctimeSec &&
      Date.now() / 1000 - attr.atimeSec < SECONDS_PER_DAY;
    if (isRelative && isRecent) return;
    this.isAccessNoted = true;
    this.markStale();
  }

  /** The size now, bytes; 0 if the host doesn't tell. */
  currentSize(): number {
    return this.refresh() < 0 ? 0 : this.attr.size;
  }

  mapping(fd: number): MappableFile {
    return new GoferMapping(this, fd);
  }

  /** What names the content of this file for as long as nobody changes it; "" where somebody else may. */
  get contentKey(): string {
    if (!this.filesystem.isExclusive || this.writers > 0 || this.#writableMappings > 0) return "";
    if (this.refresh() < 0) return "";
    const { dev, ino, size, mtimeSec, mtimeNsec } = this.attr;
    return `${dev}:${ino}:${size}:${mtimeSec}.${mtimeNsec}`;
  }

  addMapping(writableShared: boolean): void {
    if (writableShared) this.#writableMappings++;
    this.addUser();
  }

  removeMapping(writableShared: boolean): void {
    if (writableShared) {
      this.#writableMappings--;
      this.markStale();
    }
    this.dropUser();
  }

  override addUser(): void {
    if (!this.isUsed) this.filesystem.idleFiles.remove(this);
    super.addUser();
  }

  protected override onUnused(): void {
    // A descriptor for writing that nobody needs would keep programs of the host from being run (ETXTBSY).
    this.#closeWriteFd();
    if (this.#readFd >= 0) this.filesystem.idleFiles.add(this);
  }

  /** Closes the descriptors; nobody has it open. */
  closeDescriptors(): void {
    if (this.#readFd >= 0) native.close(this.#readFd);
    this.#readFd = NONE;
    this.#closeWriteFd();
  }

  #closeWriteFd(): void {
    if (this.#writeFd >= 0) native.close(this.#writeFd);
    this.#writeFd = NONE;
    this.#writeCanRead = false;
  }

  protected override release(): void {
    this.filesystem.idleFiles.remove(this);
    this.closeDescriptors();
  }
}

class GoferMapping implements MappableFile {
  readonly hostFd: number;
  readonly hostOffset = 0;
  readonly device: number;
  readonly ino: number;
  readonly contentKey: string;
  readonly #file: GoferFile;

  constructor(file: GoferFile, hostFd: number) {
    this.#file = file;
    this.hostFd = hostFd;
    this.device = file.filesystem.device;
    this.ino = file.ino;
    this.contentKey = file.contentKey;
  }

  addMapping(writableShared: boolean): void {
    this.#file.addMapping(writableShared);
  }
  removeMapping(writableShared: boolean): void {
    this.#file.removeMapping(writableShared);
  }
}

class GoferFileDescription extends RegularFileDescription {
  override readonly inode: GoferFile;

  constructor(inode: GoferFile, path: VfsPath, flags: number) {
    super(flags, path);
    this.inode = inode;
    inode.addUser();
  }

  protected override size(): number {
    return this.inode.currentSize();
  }

  protected override readAt(memory: Uint8Array, start: number, length: number, position: number): number {
    const fd = this.inode.readFd();
    if (fd < 0) return fd;
    const count = native.pread(fd, memory, start, length, position);
    const policy = accessTimePolicy(this);
    if (policy !== ATIME_NEVER) this.inode.noteRead(policy === ATIME_RELATIVE);
    return count;
  }

  protected override writeAt(memory: Uint8Array, start: number, length: number, position: number): number {
    const fd = this.inode.writeFd();
    if (fd < 0) return fd;
    const count = native.pwrite(fd, memory, start, length, position);
    if (count <= 0) return count;
    this.inode.markStale();
    if ((this.flags & O_DSYNC) === 0) return count;
    const synced = native.sync(fd, true);
    return synced < 0 ? synced : count;
  }

  protected override nextData(position: number): number {
    const fd = this.inode.readFd();
    return fd < 0 ? fd : native.seek(fd, position, SEEK_DATA);
  }

  protected override nextHole(position: number): number {
    const fd = this.inode.readFd();
    return fd < 0 ? fd : native.seek(fd, position, SEEK_HOLE);
  }

  override allocate(_context: VfsContext, mode: number, offset: number, length: number): 0 | Errno {
    if (!this.isWritable) return -EBADF;
    if (offset < 0 || length <= 0) return -EINVAL;
    if ((mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE)) !== 0) return -EOPNOTSUPP;
    const fd = this.inode.writeFd();
    if (fd < 0) return fd;
    this.inode.markStale();
    return native.allocate(fd, mode, offset, length);
  }

  override sync(dataOnly: boolean): 0 | Errno {
    const fd = this.isWritable ? this.inode.writeFd() : this.inode.readFd();
    return fd < 0 ? fd : native.sync(fd, dataOnly);
  }

  override mappable(shared: boolean, writable: boolean): MappableFile | Errno {
    // A shared mapping of a file open for writing may be made writable later, mprotect(2).
    const fd = shared && (writable || this.isWritable) ? this.inode.writeFd() : this.inode.readFd();
    if (fd < 0) return fd;
    return this.inode.mapping(fd);
  }

  protected override release(): void {
    this.inode.dropUser();
  }
}
