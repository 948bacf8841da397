/**
 * Unix stream sockets: a connection is two sockets that write into each other's ring of bytes.
 *
 * Control data (rights, credentials) is kept beside the bytes as marks, by position in the stream. Invariant: marks are in ascending
 * order, don't overlap, and lie within the bytes that are queued.
 */
import {
  EAGAIN,
  ECONNREFUSED,
  ECONNRESET,
  EINVAL,
  EISCONN,
  ENOTCONN,
  EOPNOTSUPP,
  EPIPE,
  type Errno,
} from "../../../../shared/abi/errno.ts";
import { O_NONBLOCK } from "../../../../shared/abi/fcntl.ts";
import {
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  POLLRDHUP,
  POLLRDNORM,
  POLLWRBAND,
  POLLWRNORM,
} from "../../../../shared/abi/poll.ts";
import { MSG_OOB, MSG_PEEK, SOCK_STREAM } from "../../../../shared/abi/socket.ts";
import { ByteRing } from "../../kernel/byte_ring.ts";
import type { Task } from "../../kernel/task.ts";
import type { Credentials } from "../../vfs/credentials.ts";
import type { FileDescription } from "../../vfs/file_description.ts";
import type { VfsContext } from "../../vfs/types.ts";
import type { IncomingMessage, OutgoingMessage, Ucred } from "../message.ts";
import { ConnectionQueue } from "./connection_queue.ts";
import { forgetHolder, Rights, takeRights } from "./rights.ts";
import { addressOf, findSocket, parseName } from "./unix_address.ts";
import { RECEIVE_SHUTDOWN, SEND_SHUTDOWN, senderOf, UNKNOWN_CREDENTIALS, UnixSocket, ucredOf } from "./unix_socket.ts";

/** Control data of the bytes [start, end) of the stream. */
interface Mark {
  readonly start: number;
  readonly end: number;
  rights: Rights | null;
  readonly credentials: Ucred | null;
}

export class UnixStreamSocket extends UnixSocket {
  /** The other end; it stays known after that was closed (`isReleased`). */
  peer: UnixStreamSocket | null = null;
  #isConnected = false;
  readonly #ring = new ByteRing();
  #marks: Mark[] = [];
  /** Stream position of the oldest byte in the ring. */
  #position = 0;
  /** Set by listen(2). */
  #connections: ConnectionQueue<UnixStreamSocket> | null = null;
  /** The listener with a full queue that connect(2) waits for. */
  #connectTarget: UnixStreamSocket | null = null;
  /** The listener whose queue it waits in to be accepted. */
  listener: UnixStreamSocket | null = null;

  constructor(credentials: Credentials, flags: number) {
    super(SOCK_STREAM, credentials, flags);
  }

  /** socketpair(2). */
  static pair(task: Task, flags: number): [UnixStreamSocket, UnixStreamSocket] {
    const a = new UnixStreamSocket(task.credentials, flags);
    const b = new UnixStreamSocket(task.credentials, flags);
    join(a, b);
    a.setPeerIdentity(task);
    b.setPeerIdentity(task);
    return [a, b];
  }

  setPeerIdentity(task: Task): void {
    this.peerCredentials = ucredOf(task);
    this.peerGroups = task.credentials.groups;
  }

  onJoined(peer: UnixStreamSocket): void {
    this.peer = peer;
    this.#isConnected = true;
  }

  override get isListening(): boolean {
    return this.#connections !== null;
  }

  override get reachedThrough(): FileDescription {
    return this.listener ?? this;
  }

  override get readableBytes(): number {
    return this.#ring.length;
  }

  override get unreadBytes(): number {
    return this.peer === null ? 0 : this.peer.readableBytes;
  }

  override readiness(): number {
    const { shutdownReadiness } = this;
    if (this.#connections !== null) {
      return shutdownReadiness | (this.#connections.isEmpty ? 0 : POLLIN | POLLRDNORM);
    }
    let events = shutdownReadiness;
    if (!this.#isConnected) events |= POLLHUP;
    if (this.#ring.length > 0 || this.pendingError !== 0) events |= POLLIN | POLLRDNORM;
    if (this.pendingError !== 0) events |= POLLERR;
    // As on Linux, writable only while a good part of the send buffer is free.
    if (this.unreadBytes * 4 <= this.options.sendBuffer) events |= POLLOUT | POLLWRNORM | POLLWRBAND;
    return events;
  }

  override listen(task: Task, backlog: number): 0 | Errno {
    if (this.name === "" || this.#isConnected) return -EINVAL;
    this.setPeerIdentity(task);
    this.#connections ??= new ConnectionQueue();
    this.#connections.limit = backlog;
    this.waiters.notify(POLLOUT);
    return 0;
  }

  override connect(task: Task, address: Uint8Array): 0 | Errno {
    const name = parseName(address);
    if (typeof name === "number") return name;
    if (this.options.passCredentials) this.autobind();
    const target = findSocket(task, name, SOCK_STREAM);
    if (typeof target === "number") return target;
    const queue = target instanceof UnixStreamSocket ? target.#connections : null;
    if (!(target instanceof UnixStreamSocket) || queue === null) return -ECONNREFUSED;
    if ((target.shutdownBits & RECEIVE_SHUTDOWN) !== 0) return -ECONNREFUSED;
    if (queue.isFull) {
      this.#connectTarget = target;
      return -EAGAIN;
    }
    if (this.#connections !== null) return -EINVAL;
    if (this.#isConnected) return -EISCONN;
    this.#connectTarget = null;
    const accepted = new UnixStreamSocket(task.credentials, 0);
    accepted.listener = target;
    accepted.name = target.name;
    join(this, accepted);
    accepted.setPeerIdentity(task);
    this.peerCredentials = target.peerCredentials;
    this.peerGroups = target.peerGroups;
    queue.push(accepted);
    target.waiters.notify(POLLIN | POLLRDNORM);
    return 0;
  }

  override get connectQueue(): UnixStreamSocket["waiters"] {
    return (this.#connectTarget ?? this).waiters;
  }

  override accept(_task: Task, flags: number): UnixStreamSocket | Errno {
    if (this.#connections === null) return -EINVAL;
    const accepted = this.#connections.take();
    // As on Linux only who would wait is told that nothing will come.
    if (accepted === null) {
      const isOver = (this.shutdownBits & RECEIVE_SHUTDOWN) !== 0 && (this.flags & O_NONBLOCK) === 0;
      return isOver ? -EINVAL : -EAGAIN;
    }
    accepted.flags |= flags;
    accepted.listener = null;
    this.waiters.notify(POLLOUT);
    return accepted;
  }

  override shutdown(how: number): 0 | Errno {
    const bits = how + 1;
    this.shutdownBits |= bits;
    const peer = this.peer;
    if (peer !== null && this.#isConnected) {
      // What one side won't receive the other needn't send, and the other way round.
      if ((bits & RECEIVE_SHUTDOWN) !== 0) peer.shutdownBits |= SEND_SHUTDOWN;
      if ((bits & SEND_SHUTDOWN) !== 0) peer.shutdownBits |= RECEIVE_SHUTDOWN;
      peer.#wakeAll();
    }
    this.#wakeAll();
    return 0;
  }

  override send(
    context: VfsContext,
    memory: Uint8Array,
    start: number,
    length: number,
    message: OutgoingMessage,
  ): number {
    if ((message.flags & MSG_OOB) !== 0) return -EOPNOTSUPP;
    if (message.address !== null) return this.#isConnected ? -EISCONN : -EOPNOTSUPP;
    const peer = this.peer;
    if (peer === null) return -ENOTCONN;
    if ((this.shutdownBits & SEND_SHUTDOWN) !== 0 || peer.isReleased) return -EPIPE;
    if ((peer.shutdownBits & RECEIVE_SHUTDOWN) !== 0) return -EPIPE;
    // As on Linux, control data without a byte to carry it is lost.
    if (length === 0) return 0;
    const room = this.options.sendBuffer - peer.#ring.length;
    if (room <= 0) return -EAGAIN;
    const n = Math.min(room, length);
    this.#attach(peer, context, message, n);
    peer.#ring.append(memory, start, n);
    peer.waiters.notify(POLLIN | POLLRDNORM);
    return n;
  }

  /** Puts a mark on the `n` bytes that come next, if they carry anything. */
  #attach(peer: UnixStreamSocket, context: VfsContext, message: OutgoingMessage, n: number): void {
    const wantsCredentials = peer.options.passCredentials || this.options.passCredentials;
    const credentials = message.credentials ?? (wantsCredentials ? senderOf(context) : null);
    if (message.rights === null && credentials === null) return;
    const start = peer.#position + peer.#ring.length;
    let rights: Rights | null = null;
    if (message.rights !== null) {
      rights = new Rights(message.rights, context.credentials.ruid);
      message.rights = null;
      rights.enter(peer);
    }
    peer.#marks.push({ start, end: start + n, rights, credentials });
  }

  override receive(memory: Uint8Array, start: number, length: number, message: IncomingMessage): number {
    if (!this.#isConnected) return -EINVAL;
    if ((message.flags & MSG_OOB) !== 0) return -EOPNOTSUPP;
    const queued = this.#ring.length;
    if (queued === 0) {
      if (this.pendingError !== 0) {
        const error = this.pendingError;
        this.pendingError = 0;
        return -error;
      }
      if ((this.shutdownBits & RECEIVE_SHUTDOWN) === 0) return -EAGAIN;
      if (this.options.passCredentials) message.credentials = UNKNOWN_CREDENTIALS;
      return 0;
    }
    const peeks = (message.flags & MSG_PEEK) !== 0;
    const n =
      this.#marks.length === 0 ? Math.min(length, queued) : this.#span(Math.min(length, queued), message, peeks);
    if (this.options.passCredentials) message.credentials ??= UNKNOWN_CREDENTIALS;
    if (message.wantsAddress && this.peer !== null && this.peer.name !== "")
      message.address = addressOf(this.peer.name);
    this.#ring.copyOut(memory, start, n, 0);
    if (peeks || n === 0) return n;
    this.#ring.consume(n);
    this.#position += n;
    if (this.peer !== null && (queued - n) * 4 <= this.peer.options.sendBuffer) {
      this.peer.waiters.notify(POLLOUT | POLLWRNORM | POLLWRBAND);
    }
    return n;
  }

  /**
   * How many of `wanted` bytes one call may take: bytes of different senders aren't glued when credentials are asked for, and nothing
   * comes after bytes that carry rights. Takes the control data on the way.
   */
  #span(wanted: number, message: IncomingMessage, peeks: boolean): number {
    const from = this.#position;
    let taken = 0;
    let sender: Ucred | null | undefined;
    let index = 0;
    while (taken < wanted) {
      const at = from + taken;
      const mark = this.#marks[index];
      const marked = mark !== undefined && mark.start <= at;
      if (this.options.passCredentials) {
        const credentials = (marked ? mark.credentials : null) ?? UNKNOWN_CREDENTIALS;
        if (sender === undefined) {
          sender = credentials;
          message.credentials = credentials;
        } else if (!sameUcred(sender as Ucred, credentials)) {
          break;
        }
      }
      if (!marked) {
        taken = Math.min(wanted, mark === undefined ? wanted : mark.start - from);
        continue;
      }
      taken = Math.min(wanted, mark.end - from);
      const { rights } = mark;
      if (rights !== null && taken > 0) {
        message.rights = takeRights(rights, peeks);
        if (!peeks) mark.rights = null;
        message.isEndOfMessage = true;
      }
      if (from + taken === mark.end) index++;
      if (message.isEndOfMessage) break;
    }
    if (!peeks) {
      while (this.#marks.length > 0 && this.#marks[0].end <= from + taken) this.#marks.shift();
      if (!this.#marks.some((mark) => mark.rights !== null)) forgetHolder(this);
    }
    return taken;
  }

  override forEachRight(visit: (file: FileDescription) => void): void {
    for (const mark of this.#marks) if (mark.rights !== null) for (const file of mark.rights.files) visit(file);
    this.#connections?.forEach((socket) => socket.forEachRight(visit));
  }

  override discardQueue(): void {
    const marks = this.#marks;
    this.#marks = [];
    this.#position += this.#ring.length;
    this.#ring.clear();
    forgetHolder(this);
    for (const { rights } of marks) {
      rights?.leave();
      rights?.drop();
    }
    this.#connections?.forEach((socket) => socket.discardQueue());
  }

  protected override closeConnection(): void {
    const peer = this.peer;
    if (peer !== null && !peer.isReleased) {
      peer.shutdownBits = RECEIVE_SHUTDOWN | SEND_SHUTDOWN;
      // Data that nobody will read: the other side hears of it.
      if (this.#ring.length > 0 || this.listener !== null) peer.pendingError = ECONNRESET;
      peer.#wakeAll();
    }
    for (let next = this.#connections?.take() ?? null; next !== null; next = this.#connections?.take() ?? null) {
      next.dropReference();
    }
    // Whoever waits to connect finds that nobody listens.
    if (this.#connections !== null) this.waiters.notify(POLLOUT);
    this.discardQueue();
  }

  #wakeAll(): void {
    this.waiters.notify(POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM | POLLHUP | POLLRDHUP);
  }
}

function join(a: UnixStreamSocket, b: UnixStreamSocket): void {
  a.onJoined(b);
  b.onJoined(a);
}

function sameUcred(a: Ucred, b: Ucred): boolean {
  return a === b || (a.pid === b.pid && a.uid === b.uid && a.gid === b.gid);
}
