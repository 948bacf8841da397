/**
 * Fids: what a client calls a file by.
 *
 * A path fid holds an O_PATH descriptor; an open fid a real one. A fid's file never changes, wherever the host moves it.
 */

import { O_ACCMODE, O_RDONLY, O_WRONLY } from "../../../shared/abi/fcntl.ts";
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from "../../../shared/abi/stat.ts";
import type { DirectoryReader } from "../hostfs/directory_reader.ts";
import type { AttachPoint } from "./attach_point.ts";

const NOT_OPEN = -1;

export class Fid {
  readonly attach: AttachPoint;
  readonly fd: number;
  /** S_IF* of the file. */
  readonly fileType: number;
  readonly #openFlags: number;
  /** Where a directory's readers stand; open fids only. */
  readonly directory: DirectoryReader | null;

  private constructor(
    attach: AttachPoint,
    fd: number,
    mode: number,
    openFlags: number,
    directory: DirectoryReader | null,
  ) {
    this.attach = attach;
    this.fd = fd;
    this.fileType = mode & S_IFMT;
    this.#openFlags = openFlags;
    this.directory = directory;
  }

  /** Takes over `fd`, an O_PATH descriptor. */
  static path(attach: AttachPoint, fd: number, mode: number): Fid {
    return new Fid(attach, fd, mode, NOT_OPEN, null);
  }

  /** Takes over `fd`, which was opened with `flags`. */
  static open(attach: AttachPoint, fd: number, mode: number, flags: number, directory: DirectoryReader | null): Fid {
    return new Fid(attach, fd, mode, flags, directory);
  }

  get isOpen(): boolean {
    return this.#openFlags !== NOT_OPEN;
  }

  get isReadable(): boolean {
    return this.isOpen && (this.#openFlags & O_ACCMODE) !== O_WRONLY;
  }

  get isWritable(): boolean {
    return this.isOpen && (this.#openFlags & O_ACCMODE) !== O_RDONLY;
  }

  get isDirectory(): boolean {
    return this.fileType === S_IFDIR;
  }

  get isRegular(): boolean {
    return this.fileType === S_IFREG;
  }

  get isSymlink(): boolean {
    return this.fileType === S_IFLNK;
  }

  get isSocket(): boolean {
    return this.fileType === S_IFSOCK;
  }
}
