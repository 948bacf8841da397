/**
 * urpc over AF_UNIX stream sockets: the connection that a process inherited, and, for control, a listening socket that admits only
 * the user's own processes.
 */

import { chmodSync, statSync } from "node:fs";
import {
  close,
  POLLER_DISCONNECT,
  POLLER_READABLE,
  POLLER_WRITABLE,
  Poller,
  peerCredentials,
  recvFds,
  sendFds,
  syscall,
} from "../../native/host.ts";
import {
  EACCES,
  EAGAIN,
  ECONNREFUSED,
  EINTR,
  ENAMETOOLONG,
  ENOBUFS,
  type Errno,
  ETOOMANYREFS,
  errnoName,
} from "../abi/errno.ts";
import { F_DUPFD_CLOEXEC } from "../abi/fcntl.ts";
import { AF_UNIX, MSG_DONTWAIT, SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_STREAM } from "../abi/socket.ts";
import {
  SYS_accept4,
  SYS_bind,
  SYS_connect,
  SYS_fcntl,
  SYS_listen,
  SYS_socket,
  SYS_unlink,
} from "../abi/syscall_numbers.ts";
import { Endpoint, type EndpointOptions, type Transport } from "./endpoint.ts";
import { DEFAULT_LIMITS } from "./frame.ts";

const RECEIVE_BYTES = 64 << 10;
/** One buffer for all connections: it is empty again before a callback returns. */
const received = new Uint8Array(RECEIVE_BYTES);
const receivedFds = new Int32Array(1 + DEFAULT_LIMITS.fds * 2);

interface Outgoing {
  bytes: Uint8Array;
  /** Bytes already sent; the descriptors went with the first. */
  sent: number;
  fds: number[];
}

class SocketTransport implements Transport {
  #fd: number;
  readonly #poller: Poller;
  readonly #queue: Outgoing[] = [];
  #queuedBytes = 0;
  #endpoint: Endpoint | null = null;

  constructor(fd: number) {
    this.#fd = fd;
    const poller = Poller.open(fd, (events) => this.#onReady(events));
    if (typeof poller === "number") throw new Error(`urpc: cannot watch descriptor ${fd}: ${errnoName(-poller)}`);
    this.#poller = poller;
  }

  start(endpoint: Endpoint): void {
    this.#endpoint = endpoint;
    this.#poller.set(POLLER_READABLE);
  }

  unref(): void {
    this.#poller.unref();
  }

  send(bytes: Uint8Array, fds: readonly number[]): number {
    if (this.#fd < 0) return -ECONNREFUSED;
    // The descriptors of a queued frame are duplicated, so that the caller may close its own at once.
    const entry: Outgoing = { bytes, sent: 0, fds: [...fds] };
    if (this.#queue.length === 0) {
      const result = this.#sendSome(entry);
      if (result < 0) return result;
      if (entry.sent === bytes.length) return 0;
    }
    if (entry.sent === 0) entry.fds = fds.map((fd) => syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 3));
    this.#queue.push(entry);
    this.#queuedBytes += bytes.length - entry.sent;
    this.#poller.set(POLLER_READABLE | POLLER_WRITABLE);
    return this.#queuedBytes;
  }

  closeFds(fds: readonly number[]): void {
    for (const fd of fds) close(fd);
  }

  close(): void {
    if (this.#fd < 0) return;
    this.#poller.close();
    close(this.#fd);
    this.#fd = -1;
    for (const entry of this.#queue) if (entry.sent === 0) this.closeFds(entry.fds);
    this.#queue.length = 0;
  }

  /** Sends what the socket takes. 0 or -errno. */
  #sendSome(entry: Outgoing): number {
    while (entry.sent < entry.bytes.length) {
      const length = entry.bytes.length - entry.sent;
      const result = sendFds(
        this.#fd,
        entry.bytes,
        entry.sent,
        length,
        entry.sent === 0 ? entry.fds : [],
        MSG_DONTWAIT,
      );
      if (result === -EINTR) continue;
      // ETOOMANYREFS, ENOBUFS: too much is in flight in this host; it drains.
      if (result === -EAGAIN || result === -ENOBUFS || result === -ETOOMANYREFS) return 0;
      if (result < 0) return result;
      entry.sent += result;
    }
    return 0;
  }

  #onReady(events: number): void {
    const endpoint = this.#endpoint;
    if (endpoint === null || this.#fd < 0) return;
    // libuv's word for POLLERR: the other side went away with bytes unread.
    if (events < 0) return endpoint.close("the other side broke the connection");
    if (events & POLLER_WRITABLE) this.#flush(endpoint);
    if (this.#fd >= 0 && events & (POLLER_READABLE | POLLER_DISCONNECT)) this.#receive(endpoint);
  }

  #flush(endpoint: Endpoint): void {
    while (this.#queue.length > 0) {
      const entry = this.#queue[0];
      const before = entry.sent;
      const result = this.#sendSome(entry);
      if (result < 0) return endpoint.close(`cannot send (${errnoName(-result)})`);
      this.#queuedBytes -= entry.sent - before;
      if (before === 0 && entry.sent > 0) this.closeFds(entry.fds);
      if (entry.sent < entry.bytes.length) return;
      this.#queue.shift();
    }
    this.#poller.set(POLLER_READABLE);
  }

  #receive(endpoint: Endpoint): void {
    const count = recvFds(this.#fd, received, 0, RECEIVE_BYTES, receivedFds, MSG_DONTWAIT);
    if (count === -EAGAIN || count === -EINTR) return;
    const fds = count >= 0 ? Array.from(receivedFds.subarray(1, 1 + receivedFds[0])) : [];
    if (count > 0) return endpoint.receive(received, 0, count, fds);
    this.closeFds(fds);
    endpoint.close(count === 0 ? "the other side closed the connection" : `cannot receive (${errnoName(-count)})`);
  }
}

/** An endpoint over a connected stream socket, which it owns from now on. `unref`: doesn't keep the process alive. */
export function openEndpoint(fd: number, options: EndpointOptions & { unref?: boolean } = {}): Endpoint {
  const transport = new SocketTransport(fd);
  const endpoint = new Endpoint(transport, options);
  transport.start(endpoint);
  if (options.unref) transport.unref();
  return endpoint;
}

/** sizeof(sun_path), unix(7), with its final NUL. */
export const SOCKET_PATH_BYTES = 108;

function unixAddress(path: string): Uint8Array | Errno {
  const name = Buffer.from(path, "latin1");
  if (name.length >= SOCKET_PATH_BYTES) return -ENAMETOOLONG;
  const address = new Uint8Array(2 + name.length + 1);
  address[0] = AF_UNIX;
  address.set(name, 2);
  return address;
}

/** Connects to a urpc socket: an endpoint, or -errno (ENAMETOOLONG, ENOENT, ECONNREFUSED, EACCES when it is another user's). */
export function connectEndpoint(path: string, options: EndpointOptions & { unref?: boolean } = {}): Endpoint | Errno {
  const address = unixAddress(path);
  if (typeof address === "number") return address;
  const fd = syscall(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return fd;
  let result = syscall(SYS_connect, fd, address, address.length);
  if (result === 0 && !isOwnPeer(fd)) result = -EACCES;
  if (result === 0) return openEndpoint(fd, options);
  close(fd);
  return result;
}

/** Whether the process at the other end is root or runs as our user. */
function isOwnPeer(fd: number): boolean {
  const peer = peerCredentials(fd);
  return typeof peer !== "number" && (peer.uid === 0 || peer.uid === process.getuid?.());
}

/** A listening urpc socket. */
export class Listener {
  readonly #fd: number;
  readonly #path: string;
  readonly #poller: Poller;

  private constructor(fd: number, path: string, accept: () => EndpointOptions) {
    this.#fd = fd;
    this.#path = path;
    const poller = Poller.watch(fd, POLLER_READABLE, () => this.#onConnection(accept));
    if (typeof poller === "number") throw new Error(`urpc: cannot watch ${path}: ${errnoName(-poller)}`);
    this.#poller = poller;
  }

  /**
   * Binds `path` (mode 0600, in a directory that must be ours and 0700) and serves each connection of our own user or root with the
   * options that `accept` makes. -errno: EADDRINUSE when the path exists, ENAMETOOLONG, EACCES for an open directory.
   */
  static listen(path: string, accept: () => EndpointOptions): Listener | Errno {
    const address = unixAddress(path);
    if (typeof address === "number") return address;
    const directory = statSync(path.slice(0, path.lastIndexOf("/")) || "/");
    if ((directory.mode & 0o077) !== 0 || directory.uid !== process.getuid?.()) return -EACCES;
    const fd = syscall(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return fd;
    const bound = syscall(SYS_bind, fd, address, address.length);
    const listening = bound < 0 ? bound : syscall(SYS_listen, fd, 16);
    if (listening < 0) {
      close(fd);
      return listening;
    }
    chmodSync(path, 0o600);
    return new Listener(fd, path, accept);
  }

  unref(): void {
    this.#poller.unref();
  }

  close(): void {
    this.#poller.close();
    close(this.#fd);
    syscall(SYS_unlink, Buffer.from(`${this.#path}\0`, "latin1"));
  }

  #onConnection(accept: () => EndpointOptions): void {
    const fd = syscall(SYS_accept4, this.#fd, 0, 0, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) return;
    if (isOwnPeer(fd)) openEndpoint(fd, { ...accept(), unref: true });
    else close(fd);
  }
}
