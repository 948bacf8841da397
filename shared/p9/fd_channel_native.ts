/**
 * Descriptors beside the messages: a SOCK_SEQPACKET socket pair, one packet of a 32-bit tag and one descriptor each.
 *
 * The server sends before it replies, so that the descriptor is there when the client looks; neither side ever waits here.
 */

import { close, recvFds, sendFds } from "../../native/host.ts";
import { EAGAIN, EBADF, EIO, type Errno } from "../abi/errno.ts";
import { MSG_DONTWAIT, MSG_PEEK } from "../abi/socket.ts";

const TAG_BYTES = 4;
/** More packets than this that nobody asked for are the doing of a broken peer. */
const MAX_STALE = 64;

export class FdChannel {
  readonly #socket: number;
  readonly #packet = new Uint8Array(TAG_BYTES);
  readonly #view = new DataView(this.#packet.buffer);
  readonly #received = new Int32Array(2);
  readonly #fds = [0];

  /** Takes over `socket`. */
  constructor(socket: number) {
    this.#socket = socket;
  }

  /** Sends `fd`, which stays the caller's. 0 or -errno. */
  sendFd(fd: number, tag: number): number {
    this.#view.setUint32(0, tag, true);
    this.#fds[0] = fd;
    const sent = sendFds(this.#socket, this.#packet, 0, TAG_BYTES, this.#fds, MSG_DONTWAIT);
    return sent < 0 ? sent : 0;
  }

  /** The descriptor that was sent with `tag`; those before it, which nobody took, are closed. */
  receiveFd(tag: number): number | Errno {
    const received = this.#received;
    for (let i = 0; i < MAX_STALE; i++) {
      received[0] = 0;
      const length = recvFds(this.#socket, this.#packet, 0, TAG_BYTES, received, MSG_DONTWAIT);
      if (length < 0) return length;
      const fd = received[0] === 1 ? received[1] : -EBADF;
      if (length === TAG_BYTES && this.#view.getUint32(0, true) === tag) return fd;
      if (fd >= 0) close(fd);
      if (length === 0) return -EIO;
    }
    return -EIO;
  }

  /** Whether the other end is still there. */
  isPeerAlive(): boolean {
    const received = this.#received;
    received[0] = 0;
    const length = recvFds(this.#socket, this.#packet, 0, TAG_BYTES, received, MSG_DONTWAIT | MSG_PEEK);
    // Looking at a packet makes a descriptor of one's own of the one in it.
    if (received[0] === 1) close(received[1]);
    return length > 0 || length === -EAGAIN;
  }

  close(): void {
    close(this.#socket);
  }
}
