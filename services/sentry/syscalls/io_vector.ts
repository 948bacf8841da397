/**
 * The pieces of application memory that a call reads or writes: readv(2)'s iovec, or one buffer. Parsed once into arrays that are used again for
 * every call, so that nothing is allocated; an instance is valid until the handler returns.
 */
import { EFAULT, EINVAL, type Errno } from "../../../shared/abi/errno.ts";
import { readU53 } from "../../../shared/abi/layout.ts";
import { MAX_RW_COUNT, UIO_MAXIOV } from "../../../shared/abi/uio.ts";
import type { Task } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";

/** One past the last address that an application can have (x86-64, four-level paging). */
export const TASK_SIZE = 0x7fff_ffff_f000;

const IOVEC_BYTES = 16;

/** Linux's access_ok(): whether the range can be application memory at all. */
export function isUserRange(address: number, length: number): boolean {
  return address + length <= TASK_SIZE;
}

export class IoVector {
  readonly #bases = new Float64Array(UIO_MAXIOV);
  readonly #lengths = new Float64Array(UIO_MAXIOV);
  count = 0;
  /** Sum of the lengths, at most MAX_RW_COUNT: what lies beyond has been cut off. */
  total = 0;

  /** One buffer. */
  setSingle(address: number, length: number): 0 | Errno {
    if (!isUserRange(address, length)) return -EFAULT;
    this.count = 1;
    this.total = Math.min(length, MAX_RW_COUNT);
    this.#bases[0] = address;
    this.#lengths[0] = this.total;
    return 0;
  }

  /** `count` struct iovec at `address`: import_iovec() of lib/iov_iter.c. */
  parse(task: Task, address: number, count: number): 0 | Errno {
    if (count < 0 || count > UIO_MAXIOV) return -EINVAL;
    const failed = task.memory.copyInScratch(address, 0, count * IOVEC_BYTES);
    if (failed < 0) return failed;
    const view = TaskMemory.scratchView;
    let total = 0;
    for (let i = 0; i < count; i++) {
      const base = readU53(view, i * IOVEC_BYTES);
      let length = readU53(view, i * IOVEC_BYTES + 8);
      // A negative ssize_t; the double itself can't tell 2^63-1 from 2^63.
      if (view.getInt32(i * IOVEC_BYTES + 12, true) < 0) return -EINVAL;
      if (!isUserRange(base, length)) return -EFAULT;
      if (length > MAX_RW_COUNT - total) length = MAX_RW_COUNT - total;
      this.#bases[i] = base;
      this.#lengths[i] = length;
      total += length;
    }
    this.count = count;
    this.total = total;
    return 0;
  }

  /** Drops all but the first piece that isn't empty. */
  keepFirst(): void {
    const first = this.#lengths.findIndex((length, i) => i >= this.count || length > 0);
    if (first < 0 || first >= this.count) return;
    this.#bases[0] = this.#bases[first];
    this.#lengths[0] = this.#lengths[first];
    this.count = 1;
    this.total = this.#lengths[0];
  }

  baseOf(index: number): number {
    return this.#bases[index];
  }

  lengthOf(index: number): number {
    return this.#lengths[index];
  }

  /** Copies `length` bytes in, `skip` bytes after the start. Returns how many came before a bad address. */
  gather(task: Task, skip: number, memory: Uint8Array, start: number, length: number): number {
    let done = 0;
    for (let i = 0; i < this.count && done < length; i++) {
      const size = this.#lengths[i];
      if (skip >= size) {
        skip -= size;
        continue;
      }
      const n = Math.min(size - skip, length - done);
      const got = copyInAsMuch(task, this.#bases[i] + skip, memory, start + done, n);
      done += got;
      if (got < n) break;
      skip = 0;
    }
    return done;
  }

  /** Copies `length` bytes out now, `skip` bytes after the start. Returns how many went before a bad address. */
  scatter(task: Task, skip: number, memory: Uint8Array, start: number, length: number): number {
    const space = task.thread.space;
    let done = 0;
    for (let i = 0; i < this.count && done < length; i++) {
      const size = this.#lengths[i];
      if (skip >= size) {
        skip -= size;
        continue;
      }
      const n = Math.min(size - skip, length - done);
      const put = space.write(this.#bases[i] + skip, memory, start + done, n);
      done += Math.max(put, 0);
      if (put < n) break;
      skip = 0;
    }
    return done;
  }

  /** As `scatter` from the start, for bytes that lie in the thread's window: queued for the stub as far as its list goes. */
  scatterWindow(task: Task, at: number, length: number): number {
    const thread = task.thread;
    let done = 0;
    for (let i = 0; i < this.count && done < length; i++) {
      const n = Math.min(this.#lengths[i], length - done);
      if (n > 0 && !thread.queueCopyOut(this.#bases[i], at + done, n)) {
        return done + this.scatter(task, done, task.memory.arena, at + done, length - done);
      }
      done += n;
    }
    return done;
  }
}

/** Copies in from one piece; what the stub has brought along is taken from the window. */
function copyInAsMuch(task: Task, address: number, memory: Uint8Array, start: number, length: number): number {
  const at = task.thread.findPrefetched(address, length);
  if (at < 0) return Math.max(task.thread.space.read(address, memory, start, length), 0);
  const arena = task.memory.arena;
  if (length <= 64) for (let i = 0; i < length; i++) memory[start + i] = arena[at + i];
  else memory.set(arena.subarray(at, at + length), start);
  return length;
}
