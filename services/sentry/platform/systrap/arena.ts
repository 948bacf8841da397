/**
 * The arena: one sparse memory file that holds every slot, mapped once in the sentry. A chunk of it belongs to one address space,
 * whose stub alone maps it; a freed chunk is emptied before it is used again.
 */
import { ENOMEM, type Errno, isErrno } from "../../../../shared/abi/errno.ts";
import { SYS_fallocate, SYS_ftruncate } from "../../../../shared/abi/syscall_numbers.ts";
import { mapMemory, memfdCreate, syscall } from "./host_native.ts";
import { CHUNK_SIZE, CHUNK_SLOTS, SLOT_HEADER_SIZE, SLOT_SIZE } from "./layout.ts";

const MFD_CLOEXEC = 1;
const PROT_READ_WRITE = 3;
const FALLOC_FL_KEEP_SIZE_PUNCH_HOLE = 3;

/** A memory file of `size` bytes, mapped for reading and writing. */
export function createSharedMemory(name: string, size: number): { fd: number; buffer: ArrayBuffer } {
  const fd = memfdCreate(name, MFD_CLOEXEC);
  if (fd < 0) throw new Error(`memfd_create: errno ${-fd}`);
  const sized = syscall(SYS_ftruncate, fd, size);
  if (sized < 0) throw new Error(`ftruncate: errno ${-sized}`);
  const buffer = mapMemory(fd, size, PROT_READ_WRITE);
  if (isErrno(buffer)) throw new Error(`mmap: errno ${-buffer}`);
  return { fd, buffer };
}

export class Arena {
  readonly fd: number;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** The same memory as words, for Atomics. */
  readonly words: Int32Array;
  readonly #chunkCount: number;
  #nextChunk = 0;
  /** Freed chunks, emptied but for the pages that were touched since. */
  readonly #free: number[] = [];

  constructor(chunkCount: number) {
    const { fd, buffer } = createSharedMemory("arena", chunkCount * CHUNK_SIZE);
    this.fd = fd;
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    this.words = new Int32Array(buffer);
    this.#chunkCount = chunkCount;
  }

  /** An empty chunk's index, or -ENOMEM. */
  takeChunk(): number | Errno {
    const chunk = this.#free.pop();
    if (chunk !== undefined) return chunk;
    return this.#nextChunk < this.#chunkCount ? this.#nextChunk++ : -ENOMEM;
  }

  /** Gives back a chunk that no process maps any more. */
  freeChunk(chunk: number): void {
    // What one address space's calls left in the windows is not for the next.
    const offset = chunk * CHUNK_SIZE;
    const result = syscall(SYS_fallocate, this.fd, FALLOC_FL_KEEP_SIZE_PUNCH_HOLE, offset, CHUNK_SIZE);
    if (result < 0) {
      for (let slot = 0; slot < CHUNK_SLOTS; slot++)
        this.bytes.fill(0, offset + slot * SLOT_SIZE, offset + slot * SLOT_SIZE + SLOT_SIZE);
    }
    this.#free.push(chunk);
  }

  /** Copies registers and the fs base from one slot to another. */
  copyState(from: number, to: number, start: number, end: number): void {
    if (end > SLOT_HEADER_SIZE) throw new Error("not in the header");
    this.bytes.copyWithin(to + start, from + start, from + end);
  }
}
