/** The stream socket between a terminal of the sandbox and the user's: bytes both ways, without ever waiting. */
import * as host from "../../../native/host.ts";
import { EAGAIN, EINTR, isErrno } from "../../../shared/abi/errno.ts";
import { MSG_DONTWAIT } from "../../../shared/abi/socket.ts";

/** Room for descriptors that somebody sends: none. */
const NO_FDS = new Int32Array(1);

export interface SocketEvents {
  onReadable(): void;
  onWritable(): void;
}

export class TerminalSocket {
  readonly #fd: number;
  readonly #poller: host.Poller;
  #watched = 0;
  #isClosed = false;

  /** Takes over `fd`. */
  constructor(fd: number, events: SocketEvents) {
    this.#fd = fd;
    const poller = host.Poller.open(fd, (ready) => {
      // An error shows at the next read.
      if (ready < 0 || (ready & host.POLLER_READABLE) !== 0) events.onReadable();
      if (!this.#isClosed && ready > 0 && (ready & host.POLLER_WRITABLE) !== 0) events.onWritable();
    });
    if (isErrno(poller)) throw new Error(`cannot watch the terminal's socket: errno ${-poller}`);
    this.#poller = poller;
  }

  /** Says which events to tell of. */
  watch(readable: boolean, writable: boolean): void {
    const wanted = (readable ? host.POLLER_READABLE : 0) | (writable ? host.POLLER_WRITABLE : 0);
    if (wanted === this.#watched || this.#isClosed) return;
    this.#watched = wanted;
    this.#poller.set(wanted);
  }

  /** Bytes read, 0 at the end, -EAGAIN when there is nothing. */
  read(memory: Uint8Array): number {
    const count = host.recvFds(this.#fd, memory, 0, memory.length, NO_FDS, MSG_DONTWAIT);
    return count === -EINTR ? -EAGAIN : count;
  }

  /** Bytes written; -EAGAIN when there is no room. */
  write(memory: Uint8Array, start: number, length: number): number {
    const count = host.sendFds(this.#fd, memory, start, length, [], MSG_DONTWAIT);
    return count === -EINTR ? -EAGAIN : count;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#poller.close();
    host.close(this.#fd);
  }
}
