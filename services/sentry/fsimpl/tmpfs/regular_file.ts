/** Regular files of tmpfs, memfd_create(2) files and shared memory among them. */
import { EBADF, EBUSY, EFBIG, EINVAL, EOPNOTSUPP, EPERM, type Errno } from "../../../../shared/abi/errno.ts";
import {
  F_SEAL_EXEC,
  F_SEAL_FUTURE_WRITE,
  F_SEAL_GROW,
  F_SEAL_SEAL,
  F_SEAL_SHRINK,
  F_SEAL_WRITE,
  FALLOC_FL_KEEP_SIZE,
  FALLOC_FL_PUNCH_HOLE,
} from "../../../../shared/abi/fcntl.ts";
import type { FileDescription, MappableFile } from "../../vfs/file_description.ts";
import {
  ATIME_NEVER,
  ATIME_RELATIVE,
  accessTimePolicy,
  MAX_FILE_SIZE,
  RegularFileDescription,
} from "../../vfs/regular_file.ts";
import type { AttributeChange, VfsContext, VfsPath } from "../../vfs/types.ts";
import { FileContent } from "./file_content.ts";
import type { TmpfsFilesystem } from "./tmpfs.ts";
import { type Ownership, TmpfsInode } from "./tmpfs_inode.ts";

const ALL_SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE | F_SEAL_EXEC;
const NO_WRITING = F_SEAL_WRITE | F_SEAL_FUTURE_WRITE;
const PAGE = 4096;
const SECTORS_PER_PAGE = 8;

export class TmpfsFile extends TmpfsInode {
  readonly content: FileContent;
  /** F_SEAL_*. Files with names can't be sealed. */
  seals = F_SEAL_SEAL;
  #mappings = 0;
  #writableMappings = 0;
  /** Counts changes of the content. */
  #version = 0;

  constructor(filesystem: TmpfsFilesystem, owner: Ownership) {
    super(filesystem, owner);
    this.content = new FileContent(filesystem, filesystem.hostFiles);
  }

  override get size(): number {
    return this.content.size;
  }
  override get blocks(): number {
    return this.content.allocatedPages * SECTORS_PER_PAGE;
  }
  protected override get isHeld(): boolean {
    return this.#mappings > 0;
  }

  override open(_context: VfsContext, path: VfsPath, flags: number): FileDescription | Errno {
    return new TmpfsFileDescription(this, path, flags);
  }

  override setAttributes(context: VfsContext, change: AttributeChange): 0 | Errno {
    if (change.size !== undefined) {
      if (change.size > MAX_FILE_SIZE) return -EFBIG;
      if (change.size < this.size && (this.seals & F_SEAL_SHRINK) !== 0) return -EPERM;
      if (change.size > this.size && (this.seals & F_SEAL_GROW) !== 0) return -EPERM;
      const done = this.content.resize(change.size);
      if (done < 0) return done;
      this.#version++;
      this.touchModified();
    }
    return super.setAttributes(context, change);
  }

  write(memory: Uint8Array, start: number, length: number, position: number): number {
    let allowed = length;
    if (this.seals !== 0) {
      if ((this.seals & NO_WRITING) !== 0) return -EPERM;
      if ((this.seals & F_SEAL_GROW) !== 0 && position + length > this.size) {
        // Linux writes page by page, and refuses the page that would make the file longer.
        allowed = this.size - (this.size % PAGE) - position;
        if (allowed <= 0) return -EPERM;
      }
    }
    const count = this.content.write(memory, start, allowed, position);
    if (count > 0) {
      this.#version++;
      this.touchModified();
    }
    return count;
  }

  /** fallocate(2), after the checks on the descriptor. */
  allocate(mode: number, offset: number, length: number): 0 | Errno {
    const isPunch = (mode & FALLOC_FL_PUNCH_HOLE) !== 0;
    this.#version++;
    if (isPunch) {
      if ((this.seals & NO_WRITING) !== 0) return -EPERM;
      const punched = this.content.punchHole(offset, length);
      if (punched === 0) this.touchModified();
      return punched;
    }
    const end = offset + length;
    const grows = end > this.size;
    if (grows && (this.seals & F_SEAL_GROW) !== 0) return -EPERM;
    const done = this.content.allocate(offset, length);
    if (done < 0) return done;
    if (grows && (mode & FALLOC_FL_KEEP_SIZE) === 0) {
      const resized = this.content.resize(end);
      if (resized < 0) return resized;
    }
    this.touchModified();
    return 0;
  }

  addSeals(seals: number): 0 | Errno {
    if ((seals & ~ALL_SEALS) !== 0) return -EINVAL;
    if ((this.seals & F_SEAL_SEAL) !== 0) return -EPERM;
    if ((seals & F_SEAL_WRITE) !== 0 && this.#writableMappings > 0) return -EBUSY;
    this.seals |= seals;
    return 0;
  }

  /** For mmap(2): what the mapping refers to. */
  mapping(): MappableFile | Errno {
    const fd = this.content.toHostFile();
    return fd < 0 ? fd : new TmpfsMapping(this, fd);
  }

  /** What names the content as it is now; "" while stores through a mapping can change it unseen. */
  get contentKey(): string {
    if (this.#writableMappings > 0) return "";
    return `tmpfs:${this.filesystem.device}:${this.ino}:${this.#version}`;
  }

  addMapping(isWritableShared: boolean): void {
    this.#mappings++;
    if (!isWritableShared) return;
    this.#writableMappings++;
    this.content.noteWritableMapping();
    this.touchModified();
  }

  removeMapping(isWritableShared: boolean): void {
    if (isWritableShared) {
      this.#writableMappings--;
      this.#version++;
      this.touchModified();
    }
    this.#mappings--;
    this.releaseIfGone();
  }

  protected override release(): void {
    this.content.release();
    super.release();
  }
}

class TmpfsMapping implements MappableFile {
  readonly hostFd: number;
  readonly hostOffset = 0;
  readonly device: number;
  readonly ino: number;
  readonly contentKey: string;
  readonly #file: TmpfsFile;

  constructor(file: TmpfsFile, hostFd: number) {
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

export class TmpfsFileDescription extends RegularFileDescription {
  override readonly inode: TmpfsFile;

  constructor(inode: TmpfsFile, path: VfsPath, flags: number) {
    super(flags, path);
    this.inode = inode;
  }

  protected override size(): number {
    return this.inode.content.size;
  }

  protected override readAt(memory: Uint8Array, start: number, length: number, position: number): number {
    const count = this.inode.content.read(memory, start, length, position);
    const policy = accessTimePolicy(this);
    if (policy !== ATIME_NEVER) this.inode.touchAccess(policy === ATIME_RELATIVE);
    return count;
  }

  protected override writeAt(memory: Uint8Array, start: number, length: number, position: number): number {
    return this.inode.write(memory, start, length, position);
  }

  protected override nextData(position: number): number {
    return this.inode.content.nextData(position);
  }
  protected override nextHole(position: number): number {
    return this.inode.content.nextHole(position);
  }

  override allocate(context: VfsContext, mode: number, offset: number, length: number): 0 | Errno {
    if (!this.isWritable) return -EBADF;
    if (offset < 0 || length <= 0) return -EINVAL;
    if ((mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE)) !== 0) return -EOPNOTSUPP;
    if ((mode & FALLOC_FL_PUNCH_HOLE) !== 0 && (mode & FALLOC_FL_KEEP_SIZE) === 0) return -EOPNOTSUPP;
    const end = offset + length;
    if (end > MAX_FILE_SIZE || ((mode & FALLOC_FL_KEEP_SIZE) === 0 && end > context.fileSizeLimit)) return -EFBIG;
    return this.inode.allocate(mode, offset, length);
  }

  override hostFd(): number {
    return this.inode.content.hostFd;
  }

  override mappable(shared: boolean, writable: boolean): MappableFile | Errno {
    if (shared && writable && (this.inode.seals & NO_WRITING) !== 0) return -EPERM;
    return this.inode.mapping();
  }

  override getSeals(): number {
    return this.inode.seals;
  }
  override addSeals(seals: number): 0 | Errno {
    return this.isWritable ? this.inode.addSeals(seals) : -EPERM;
  }
}
