/** Host calls on donated descriptors: the standard streams that control hands to the sentry. */

import * as host from "../../../../native/host.ts";
import { EAGAIN, EINTR, EOPNOTSUPP, type Errno } from "../../../../shared/abi/errno.ts";
import { RWF_NOWAIT } from "../../../../shared/abi/fcntl.ts";
import { PollfdLayout } from "../../../../shared/abi/poll.ts";
import {
  SYS_epoll_create1,
  SYS_epoll_ctl,
  SYS_epoll_wait,
  SYS_fcntl,
  SYS_fstat,
  SYS_fsync,
  SYS_ftruncate,
  SYS_ioctl,
  SYS_lseek,
  SYS_poll,
  SYS_preadv2,
  SYS_pwritev2,
} from "../../../../shared/abi/syscall_numbers.ts";

const pollBytes = new Uint8Array(8);
const pollView = new DataView(pollBytes.buffer);

/** The POLL* events among `events` that are true of `fd` now, or an errno. */
export function pollNow(fd: number, events: number): number {
  PollfdLayout.fd.write(pollView, 0, fd);
  PollfdLayout.events.write(pollView, 0, events);
  PollfdLayout.revents.write(pollView, 0, 0);
  const count = host.syscall(SYS_poll, pollBytes, 1, 0);
  return count <= 0 ? count : PollfdLayout.revents.read(pollView, 0);
}

const vector = new Uint32Array(4);

/**
 * preadv2(2) or pwritev2(2) at the file's own offset that returns -EAGAIN instead of waiting. The descriptor's O_NONBLOCK is left alone: it belongs to an open file
 * that other processes of the host share. -EOPNOTSUPP: this kind of file can't be asked so.
 */
function transferNow(number: number, fd: number, memory: Uint8Array, start: number, length: number): number {
  const address = host.addressOf(memory) + start;
  vector[0] = address % 0x1_0000_0000;
  vector[1] = Math.floor(address / 0x1_0000_0000);
  vector[2] = length;
  vector[3] = 0;
  const done = host.syscall(number, fd, vector, 1, -1, -1, RWF_NOWAIT);
  return done === -EINTR ? -EAGAIN : done;
}

export function readNow(fd: number, memory: Uint8Array, start: number, length: number): number {
  return transferNow(SYS_preadv2, fd, memory, start, length);
}

export function writeNow(fd: number, memory: Uint8Array, start: number, length: number): number {
  return transferNow(SYS_pwritev2, fd, memory, start, length);
}

export const NOT_SUPPORTED: Errno = -EOPNOTSUPP;

export const read = host.read;
export const write = host.write;
export const pread = host.pread;
export const pwrite = host.pwrite;
export const close = host.close;

export function fstat(fd: number, out: Uint8Array): number {
  return host.syscall(SYS_fstat, fd, out);
}

export function lseek(fd: number, offset: number, whence: number): number {
  return host.syscall(SYS_lseek, fd, offset, whence);
}

export function ftruncate(fd: number, size: number): number {
  return host.syscall(SYS_ftruncate, fd, size);
}

export function fsync(fd: number): number {
  return host.syscall(SYS_fsync, fd);
}

/** ioctl(2) with a structure that is read and written in `memory`. */
export function ioctl(fd: number, command: number, memory: Uint8Array): number {
  return host.syscall(SYS_ioctl, fd, command, memory);
}

const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLLET = 0x8000_0000;
const EVENT_BYTES = 12;
const BATCH = 16;

/** Tells of changes in the readiness of host descriptors, from the event loop. */
export class HostReadiness {
  readonly #epoll: number;
  readonly #events = new Uint8Array(EVENT_BYTES * BATCH);
  readonly #view = new DataView(this.#events.buffer);
  readonly #listeners = new Map<number, (events: number) => void>();
  /** Open while there is anything to listen to. */
  #poller: host.Poller | null = null;

  /**
   * One epoll instance of our own is what the event loop polls: libuv makes what it polls non-blocking, which the donated descriptors must not become.
   */
  constructor() {
    this.#epoll = host.syscall(SYS_epoll_create1, 0x80000);
    if (this.#epoll < 0) throw new Error(`epoll_create1 failed with errno ${-this.#epoll}`);
  }

  /** Calls `onChange` with POLL* events whenever `fd` becomes ready; false for files that are always ready. */
  add(fd: number, events: number, onChange: (events: number) => void): boolean {
    this.#view.setUint32(0, (events | EPOLLET) >>> 0, true);
    this.#view.setInt32(4, fd, true);
    this.#view.setInt32(8, 0, true);
    if (host.syscall(SYS_epoll_ctl, this.#epoll, EPOLL_CTL_ADD, fd, this.#events) < 0) return false;
    this.#listeners.set(fd, onChange);
    if (this.#poller !== null) return true;
    const poller = host.Poller.watch(this.#epoll, host.POLLER_READABLE, () => this.#drain());
    if (typeof poller === "number") throw new Error(`cannot poll descriptors: errno ${-poller}`);
    this.#poller = poller;
    return true;
  }

  remove(fd: number): void {
    if (!this.#listeners.delete(fd)) return;
    host.syscall(SYS_epoll_ctl, this.#epoll, EPOLL_CTL_DEL, fd, this.#events);
    if (this.#listeners.size > 0) return;
    this.#poller?.close();
    this.#poller = null;
  }

  #drain(): void {
    const count = host.syscall(SYS_epoll_wait, this.#epoll, this.#events, BATCH, 0);
    const ready: [number, number][] = [];
    for (let i = 0; i < count; i++) {
      ready.push([this.#view.getInt32(i * EVENT_BYTES + 4, true), this.#view.getUint32(i * EVENT_BYTES, true)]);
    }
    for (const [fd, events] of ready) this.#listeners.get(fd)?.(events);
  }
}

const F_GETFL = 3;

/** The flags that `fd` was opened with, or an errno. */
export function fileFlags(fd: number): number {
  return host.syscall(SYS_fcntl, fd, F_GETFL, 0);
}
