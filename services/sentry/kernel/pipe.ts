/**
 * Pipes and FIFOs, pipe(7): a queue of bytes between descriptions that read and descriptions that write.
 *
 * The bytes lie in a ring that grows with use up to the capacity (F_SETPIPE_SZ), so that an idle or chatty pipe costs little.
 * In packet mode (O_DIRECT) the lengths of the packets are kept beside it. Writes of at most PIPE_BUF bytes are atomic.
 *
 * Invariant: `length <= capacity`; the sum of packet lengths that are recorded never exceeds `length`.
 *
 * Unlike Linux, a small write does not occupy a page of its own: capacity counts bytes; and plain bytes written while packets are queued
 * are read like a packet of their own.
 */
import { EAGAIN, EBUSY, EINVAL, EPERM, EPIPE, type Errno } from "../../../shared/abi/errno.ts";
import { O_DIRECT } from "../../../shared/abi/fcntl.ts";
import { PIPE_BUF } from "../../../shared/abi/limits.ts";
import { POLLERR, POLLHUP, POLLIN, POLLOUT, POLLRDNORM, POLLWRNORM } from "../../../shared/abi/poll.ts";
import { WaitQueue } from "../../../shared/waiter/wait_queue.ts";
import { ByteRing } from "./byte_ring.ts";

export const DEFAULT_PIPE_CAPACITY = 65536;
/** /proc/sys/fs/pipe-max-size. */
export const MAXIMUM_PIPE_CAPACITY = 1 << 20;

export class Pipe {
  /** POLLIN for readers, POLLOUT for writers, and either when the other side comes or goes. */
  readonly waiters = new WaitQueue();
  /** Descriptions open for reading and for writing. */
  readers = 0;
  writers = 0;
  /** How often each side was opened, for the open(2) of a FIFO that waits for the other. */
  readerGeneration = 0;
  writerGeneration = 0;

  readonly #ring = new ByteRing();
  #capacity = DEFAULT_PIPE_CAPACITY;
  /** Lengths of the packets in the ring, oldest first. Empty while only plain bytes have been written since the ring was empty. */
  #packets: number[] = [];

  get length(): number {
    return this.#ring.length;
  }

  get capacity(): number {
    return this.#capacity;
  }

  addReader(): void {
    this.readers++;
    this.readerGeneration++;
    this.waiters.notify(POLLOUT | POLLWRNORM);
  }

  addWriter(): void {
    this.writers++;
    this.writerGeneration++;
    this.waiters.notify(POLLIN | POLLRDNORM);
  }

  removeReader(): void {
    if (--this.readers === 0) this.waiters.notify(POLLERR | POLLOUT | POLLWRNORM);
    this.#freeIfUnused();
  }

  removeWriter(): void {
    if (--this.writers === 0) this.waiters.notify(POLLHUP | POLLIN | POLLRDNORM);
    this.#freeIfUnused();
  }

  /** Bytes read, 0 at the end (no writer), or -EAGAIN. A packet is cut to `count`, and its rest is lost. */
  read(memory: Uint8Array, start: number, count: number): number {
    if (count === 0) return 0;
    if (this.#ring.length === 0) return this.writers === 0 ? 0 : -EAGAIN;
    const packet = this.#packets.length === 0 ? this.#ring.length : this.#packets[0];
    const n = Math.min(count, packet, this.#ring.length);
    this.#ring.copyOut(memory, start, n, 0);
    this.#consume(this.#packets.length === 0 ? n : packet);
    return n;
  }

  /** As read, without taking: tee(2). `skip` bytes are passed over. */
  peek(memory: Uint8Array, start: number, count: number, skip = 0): number {
    const n = Math.min(count, this.#ring.length - skip);
    if (n <= 0) return this.writers === 0 ? 0 : -EAGAIN;
    this.#ring.copyOut(memory, start, n, skip);
    return n;
  }

  /**
   * Bytes taken, which may be fewer than `count` when `count` exceeds PIPE_BUF; -EAGAIN when none (or, for an atomic write, not all) fit; -EPIPE
   * without readers. `statusFlags` of the description: O_DIRECT writes packets.
   */
  write(memory: Uint8Array, start: number, count: number, statusFlags: number): number {
    if (count === 0) return 0;
    if (this.readers === 0) return -EPIPE;
    if (this.#hasAllSlotsTaken) return -EAGAIN;
    const room = this.#capacity - this.#ring.length;
    if ((statusFlags & O_DIRECT) !== 0) return this.#writePackets(memory, start, count, room);
    if (room < count && (count <= PIPE_BUF || room === 0)) return -EAGAIN;
    const n = Math.min(count, room);
    this.#ring.append(memory, start, n);
    if (this.#packets.length > 0) this.#packets.push(n);
    this.waiters.notify(POLLIN | POLLRDNORM);
    return n;
  }

  /** F_SETPIPE_SZ: the new capacity, -EBUSY if the pipe holds more, -EPERM above the maximum for the unprivileged. */
  setCapacity(bytes: number, privileged: boolean): number | Errno {
    if (bytes < 0 || bytes > 0x7fffffff) return -EINVAL;
    let capacity = PIPE_BUF;
    while (capacity < bytes) capacity *= 2;
    if (capacity > 1 << 30) return -EINVAL;
    if (capacity > this.#capacity && capacity > MAXIMUM_PIPE_CAPACITY && !privileged) return -EPERM;
    if (capacity < this.#ring.length) return -EBUSY;
    const grown = capacity > this.#capacity;
    this.#capacity = capacity;
    if (grown) this.waiters.notify(POLLOUT | POLLWRNORM);
    return capacity;
  }

  readiness(readable: boolean, writable: boolean, hangUpSeen = true): number {
    let events = 0;
    if (readable) {
      if (this.#ring.length > 0) events |= POLLIN | POLLRDNORM;
      if (this.writers === 0 && hangUpSeen) events |= POLLHUP;
    }
    if (writable) {
      if (this.#hasRoom) events |= POLLOUT | POLLWRNORM;
      if (this.readers === 0) events |= POLLERR;
    }
    return events;
  }

  get #hasRoom(): boolean {
    return this.#capacity - this.#ring.length >= PIPE_BUF && !this.#hasAllSlotsTaken;
  }

  /** As on Linux a packet takes a page of the capacity, however short it is. */
  get #hasAllSlotsTaken(): boolean {
    return this.#packets.length * PIPE_BUF >= this.#capacity;
  }

  #writePackets(memory: Uint8Array, start: number, count: number, room: number): number {
    let done = 0;
    while (done < count) {
      const n = Math.min(PIPE_BUF, count - done);
      if (n > room - done || this.#hasAllSlotsTaken) break;
      // Plain bytes that are in the pipe already become one packet, so that the boundary after them is kept.
      if (this.#packets.length === 0 && this.#ring.length > 0) this.#packets.push(this.#ring.length);
      this.#ring.append(memory, start + done, n);
      this.#packets.push(n);
      done += n;
    }
    if (done === 0) return -EAGAIN;
    this.waiters.notify(POLLIN | POLLRDNORM);
    return done;
  }

  #consume(count: number): void {
    const hadRoom = this.#hasRoom;
    this.#ring.consume(count);
    if (this.#packets.length > 0) this.#packets.shift();
    // A writer waits only while less than PIPE_BUF is free. As on Linux, a read of a pipe that had room is no edge for EPOLLET.
    if (!hadRoom) this.waiters.notify(POLLOUT | POLLWRNORM);
  }

  /** Nobody has a FIFO open any more: what it held is lost. */
  #freeIfUnused(): void {
    if (this.readers > 0 || this.writers > 0) return;
    this.#ring.clear();
    this.#packets = [];
  }
}
