/** A counter that can be waited for: eventfd(2). The count is exact as two 32-bit halves; it is at most 2^64-2. */
import { EAGAIN, EINVAL, type Errno } from "../../../shared/abi/errno.ts";
import { O_NONBLOCK, O_RDWR } from "../../../shared/abi/fcntl.ts";
import { POLLERR, POLLIN, POLLOUT } from "../../../shared/abi/poll.ts";
import { WaitQueue } from "../../../shared/waiter/wait_queue.ts";
import { FileDescription } from "../vfs/file_description.ts";
import type { Inode, VfsContext } from "../vfs/types.ts";
import { anonInode } from "./anonymous_inode.ts";

const TWO_32 = 0x1_0000_0000;
const ALL_ONES = 0xffffffff;

let lastId = 0;

export class EventFile extends FileDescription {
  readonly #queue = new WaitQueue();
  readonly inode: Inode = anonInode;
  readonly id = lastId++;
  readonly #isSemaphore: boolean;
  #low: number;
  #high = 0;

  constructor(initial: number, isSemaphore: boolean, flags: number) {
    super(O_RDWR | (flags & O_NONBLOCK), null);
    this.#low = initial >>> 0;
    this.#isSemaphore = isSemaphore;
  }

  override get waiters(): WaitQueue {
    return this.#queue;
  }

  /** As on Linux seeking succeeds and does nothing. */
  override seek(): number {
    return 0;
  }

  override describe(): string {
    return "anon_inode:[eventfd]";
  }

  override readiness(): number {
    let events = 0;
    if (this.#low !== 0 || this.#high !== 0) events |= POLLIN;
    if (this.#high === ALL_ONES && this.#low === ALL_ONES) events |= POLLERR;
    if (this.#high !== ALL_ONES || this.#low < ALL_ONES - 1) events |= POLLOUT;
    return events;
  }

  override read(_context: VfsContext, memory: Uint8Array, start: number, length: number): number {
    if (length < 8) return -EINVAL;
    if (this.#low === 0 && this.#high === 0) return -EAGAIN;
    if (this.#isSemaphore) {
      put32(memory, start, 1);
      put32(memory, start + 4, 0);
      if (this.#low === 0) {
        this.#low = ALL_ONES;
        this.#high--;
      } else {
        this.#low--;
      }
    } else {
      put32(memory, start, this.#low);
      put32(memory, start + 4, this.#high);
      this.#low = 0;
      this.#high = 0;
    }
    this.#queue.notify(POLLOUT);
    return 8;
  }

  /** Since Linux 6.9 of exactly eight bytes. */
  override write(_context: VfsContext, memory: Uint8Array, start: number, length: number): number {
    if (length !== 8) return -EINVAL;
    const added = this.#add(get32(memory, start), get32(memory, start + 4));
    return added < 0 ? added : 8;
  }

  /** Adds one from inside the kernel; an overflowing count stays at its maximum. */
  signal(): void {
    if (this.#add(1, 0) < 0) {
      this.#low = ALL_ONES;
      this.#high = ALL_ONES;
      this.#queue.notify(POLLIN | POLLERR);
    }
  }

  /** For /proc/[pid]/fdinfo. */
  get countHex(): string {
    return (this.#high === 0 ? "" : this.#high.toString(16)) + this.#low.toString(16);
  }

  #add(low: number, high: number): 0 | Errno {
    if (low === ALL_ONES && high === ALL_ONES) return -EINVAL;
    const lowSum = this.#low + low;
    const carry = lowSum >= TWO_32 ? 1 : 0;
    const highSum = this.#high + high + carry;
    const newLow = lowSum >>> 0;
    if (highSum > ALL_ONES || (highSum === ALL_ONES && newLow === ALL_ONES)) return -EAGAIN;
    this.#low = newLow;
    this.#high = highSum;
    if (newLow !== 0 || highSum !== 0) this.#queue.notify(POLLIN);
    return 0;
  }
}

function put32(memory: Uint8Array, at: number, value: number): void {
  memory[at] = value;
  memory[at + 1] = value >>> 8;
  memory[at + 2] = value >>> 16;
  memory[at + 3] = value >>> 24;
}

function get32(memory: Uint8Array, at: number): number {
  return (memory[at] | (memory[at + 1] << 8) | (memory[at + 2] << 16) | (memory[at + 3] << 24)) >>> 0;
}
