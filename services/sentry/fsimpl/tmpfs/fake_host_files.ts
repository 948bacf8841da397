/** HostFiles for tests: arrays in place of memory files. */
import { EBADF, ENXIO, type Errno } from "../../../../shared/abi/errno.ts";
import { SEEK_DATA } from "../../../../shared/abi/fcntl.ts";
import type { HostFiles } from "./host_files.ts";

export class FakeHostFiles implements HostFiles {
  readonly #files = new Map<number, Uint8Array>();
  #next = 100;

  get openCount(): number {
    return this.#files.size;
  }

  create(): number {
    this.#files.set(this.#next, new Uint8Array(0));
    return this.#next++;
  }
  close(fd: number): void {
    if (!this.#files.delete(fd)) throw new Error(`${fd} is not open`);
  }
  #bytes(fd: number): Uint8Array {
    const bytes = this.#files.get(fd);
    if (bytes === undefined) throw new Error(`${fd} is not open: ${EBADF}`);
    return bytes;
  }
  read(fd: number, memory: Uint8Array, start: number, length: number, position: number): number {
    const part = this.#bytes(fd).subarray(position, position + length);
    memory.set(part, start);
    return part.length;
  }
  write(fd: number, memory: Uint8Array, start: number, length: number, position: number): number {
    if (position + length > this.#bytes(fd).length) this.truncate(fd, position + length);
    this.#bytes(fd).set(memory.subarray(start, start + length), position);
    return length;
  }
  truncate(fd: number, size: number): 0 | Errno {
    const grown = new Uint8Array(size);
    grown.set(this.#bytes(fd).subarray(0, size));
    this.#files.set(fd, grown);
    return 0;
  }
  punchHole(fd: number, position: number, length: number): 0 | Errno {
    this.#bytes(fd).fill(0, position, position + length);
    return 0;
  }
  seek(fd: number, position: number, whence: number): number {
    const { length } = this.#bytes(fd);
    if (position >= length) return -ENXIO;
    return whence === SEEK_DATA ? position : length;
  }
  allocatedPages(fd: number): number {
    return Math.ceil(this.#bytes(fd).length / 4096);
  }
}
