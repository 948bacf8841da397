/**
 * Reads an open host directory entry by entry, and remembers those that a reply had no room for.
 *
 * Positions count entries (without "." and ".."): the host's own cookies are 64-bit hashes that don't fit a double, and they
 * are none of the client's business.
 */

import { LinuxDirent64Layout } from "../../../shared/abi/dirent.ts";
import { foldInode } from "./identity.ts";

const BUFFER_BYTES = 32768;
/** The buffer of a reader that came to its end, for the next one: fresh memory costs more than the host's answer. */
let spare: Buffer | null = null;

/** The calls that a reader needs of Hostfs. */
export interface DirectoryCalls {
  readDirectory(fd: number, buffer: Uint8Array): number;
  rewindDirectory(fd: number): number;
}

export class DirectoryReader {
  readonly #host: DirectoryCalls;
  readonly #fd: number;
  #buffer: Buffer | null = null;
  #view: DataView | null = null;
  #filled = 0;
  #next = 0;
  #position = 0;
  #ended = false;

  /** The current entry, after `peek` returned 1. */
  name = "";
  ino = 0;
  /** DT_*. */
  type = 0;
  #recordBytes = 0;

  constructor(host: DirectoryCalls, fd: number) {
    this.#host = host;
    this.#fd = fd;
  }

  /** How many entries lie before the current one. */
  get position(): number {
    return this.#position;
  }

  /** Goes to the entry after the first `position` ones. 0 or -errno. */
  seek(position: number): number {
    if (position === this.#position && position !== 0) return 0;
    if (position < this.#position || position === 0) {
      const result = this.#host.rewindDirectory(this.#fd);
      if (result < 0) return result;
      this.#filled = 0;
      this.#next = 0;
      this.#position = 0;
      this.#ended = false;
    }
    while (this.#position < position) {
      const found = this.peek();
      if (found <= 0) return found;
      this.advance();
    }
    return 0;
  }

  /** Makes the next entry current without passing it: 1, 0 at the end, or -errno. */
  peek(): number {
    for (;;) {
      if (this.#next >= this.#filled) {
        const filled = this.#fill();
        if (filled <= 0) return filled;
      }
      const view = this.#view as DataView;
      const buffer = this.#buffer as Buffer;
      const base = this.#next;
      this.#recordBytes = LinuxDirent64Layout.reclen.read(view, base);
      const nameStart = base + LinuxDirent64Layout.byteLength;
      const nameEnd = buffer.indexOf(0, nameStart);
      this.name = buffer.toString("latin1", nameStart, nameEnd);
      if (this.name === "." || this.name === "..") {
        this.#next += this.#recordBytes;
        continue;
      }
      this.ino = foldInode(LinuxDirent64Layout.ino.read(view, base));
      this.type = LinuxDirent64Layout.type.read(view, base);
      return 1;
    }
  }

  /** Passes the current entry. */
  advance(): void {
    this.#next += this.#recordBytes;
    this.#position++;
  }

  #fill(): number {
    if (this.#ended) return 0;
    if (this.#buffer === null) {
      this.#buffer = spare ?? Buffer.alloc(BUFFER_BYTES);
      spare = null;
      this.#view = new DataView(this.#buffer.buffer, this.#buffer.byteOffset, BUFFER_BYTES);
    }
    const filled = this.#host.readDirectory(this.#fd, this.#buffer);
    if (filled < 0) return filled;
    this.#filled = filled;
    this.#next = 0;
    if (filled === 0) {
      this.#ended = true;
      spare = this.#buffer;
      this.#buffer = null;
      this.#view = null;
    }
    return filled;
  }
}
