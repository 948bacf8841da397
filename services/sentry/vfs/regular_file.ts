/**
 * An open regular file: the offset, O_APPEND, RLIMIT_FSIZE and SEEK_* in one place, over a filesystem's reads and
 * writes at a position.
 */
import { EBADF, EFBIG, EINVAL, ENXIO, EOVERFLOW } from "../../../shared/abi/errno.ts";
import { O_APPEND, O_NOATIME, SEEK_CUR, SEEK_DATA, SEEK_END, SEEK_HOLE, SEEK_SET } from "../../../shared/abi/fcntl.ts";
import { MS_NOATIME, MS_NODIRATIME, MS_RELATIME } from "../../../shared/abi/mount.ts";
import { removePrivileges } from "./attributes.ts";
import { FileDescription } from "./file_description.ts";
import type { VfsContext } from "./types.ts";

/** Offsets are exact doubles. Linux allows 2^63-1; nothing here is that long. */
export const MAX_FILE_SIZE = Number.MAX_SAFE_INTEGER;

export const ATIME_NEVER = 0;
export const ATIME_RELATIVE = 1;
export const ATIME_ALWAYS = 2;

/** How reading `file` changes the access time of what it reads. */
export function accessTimePolicy(file: FileDescription): number {
  if ((file.flags & O_NOATIME) !== 0) return ATIME_NEVER;
  const mount = file.path?.mount;
  if (mount === undefined) return ATIME_RELATIVE;
  const { flags } = mount;
  if ((flags & MS_NOATIME) !== 0 || mount.isReadOnly) return ATIME_NEVER;
  if ((flags & MS_NODIRATIME) !== 0 && file.inode.isDirectory) return ATIME_NEVER;
  return (flags & MS_RELATIME) !== 0 ? ATIME_RELATIVE : ATIME_ALWAYS;
}

export abstract class RegularFileDescription extends FileDescription {
  /** The current size of the file, bytes. */
  protected abstract size(): number;
  /** Reads up to `length` bytes at `position`; 0 at or past the end. */
  protected abstract readAt(memory: Uint8Array, start: number, length: number, position: number): number;
  /** Writes at `position`, growing the file. */
  protected abstract writeAt(memory: Uint8Array, start: number, length: number, position: number): number;
  /**
   * The first data at or after `position` (which is below the size); a filesystem without holes has data everywhere.
   */
  protected nextData(position: number): number {
    return position;
  }
  /** The first hole at or after `position` (which is below the size); the end of the file is one. */
  protected nextHole(_position: number): number {
    return this.size();
  }

  override get isSeekable(): boolean {
    return true;
  }

  override read(_context: VfsContext, memory: Uint8Array, start: number, length: number): number {
    if (!this.isReadable) return -EBADF;
    const count = this.readAt(memory, start, length, this.offset);
    if (count > 0) this.offset += count;
    return count;
  }

  override pread(_context: VfsContext, memory: Uint8Array, start: number, length: number, position: number): number {
    if (!this.isReadable) return -EBADF;
    if (position < 0) return -EINVAL;
    return this.readAt(memory, start, length, position);
  }

  override write(context: VfsContext, memory: Uint8Array, start: number, length: number): number {
    if ((this.flags & O_APPEND) !== 0 && length > 0) this.offset = this.size();
    const count = this.#write(context, memory, start, length, this.offset);
    if (count > 0) this.offset += count;
    return count;
  }

  /** With O_APPEND the position is the end whatever was asked, as on Linux (pwrite(2), BUGS). */
  override pwrite(context: VfsContext, memory: Uint8Array, start: number, length: number, position: number): number {
    if (position < 0) return -EINVAL;
    const at = (this.flags & O_APPEND) !== 0 ? this.size() : position;
    return this.#write(context, memory, start, length, at);
  }

  #write(context: VfsContext, memory: Uint8Array, start: number, length: number, position: number): number {
    if (!this.isWritable) return -EBADF;
    if (length === 0) return 0;
    const limit = Math.min(context.fileSizeLimit, MAX_FILE_SIZE);
    if (position >= limit) return -EFBIG;
    const allowed = Math.min(length, limit - position);
    const count = this.writeAt(memory, start, allowed, position);
    if (count > 0) removePrivileges(context, this.inode);
    return count;
  }

  override seek(_context: VfsContext, offset: number, whence: number): number {
    let target: number;
    switch (whence) {
      case SEEK_SET:
        target = offset;
        break;
      case SEEK_CUR:
        target = this.offset + offset;
        break;
      case SEEK_END:
        target = this.size() + offset;
        break;
      case SEEK_DATA:
      case SEEK_HOLE: {
        const size = this.size();
        if (offset < 0 || offset >= size) return -ENXIO;
        target = whence === SEEK_DATA ? this.nextData(offset) : this.nextHole(offset);
        if (target < 0) return target;
        break;
      }
      default:
        return -EINVAL;
    }
    if (target < 0) return -EINVAL;
    if (target > MAX_FILE_SIZE) return whence === SEEK_SET ? -EINVAL : -EOVERFLOW;
    this.offset = target;
    return target;
  }

  override sync(_dataOnly: boolean): 0 | number {
    return 0;
  }
}
