/**
 * Unix sockets that keep message boundaries: SOCK_DGRAM, which sends to anybody, and SOCK_SEQPACKET, which is connected like a stream.
 *
 * A message lies in the receiver's queue and is charged to its sender until it is read; `sentBytes` is what is charged.
 */
import {
  EAGAIN,
  ECONNREFUSED,
  ECONNRESET,
  EINVAL,
  EISCONN,
  EMSGSIZE,
  ENOTCONN,
  EOPNOTSUPP,
  EPERM,
  EPIPE,
  EPROTOTYPE,
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
import {
  AF_UNSPEC,
  MSG_DONTWAIT,
  MSG_EOR,
  MSG_OOB,
  MSG_PEEK,
  MSG_TRUNC,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
} from "../../../../shared/abi/socket.ts";
import { WaitQueue } from "../../../../shared/waiter/wait_queue.ts";
import type { Task } from "../../kernel/task.ts";
import { TaskVfsContext } from "../../kernel/task_vfs_context.ts";
import type { FileDescription } from "../../vfs/file_description.ts";
import type { VfsContext } from "../../vfs/types.ts";
import type { IncomingMessage, OutgoingMessage, Ucred } from "../message.ts";
import { ConnectionQueue } from "./connection_queue.ts";
import { forgetHolder, Rights, takeRights } from "./rights.ts";
import { addressOf, findSocket, parseName } from "./unix_address.ts";
import { RECEIVE_SHUTDOWN, SEND_SHUTDOWN, senderOf, UNKNOWN_CREDENTIALS, UnixSocket, ucredOf } from "./unix_socket.ts";

/** /proc/sys/net/unix/max_dgram_qlen: messages that wait at a socket that isn't connected back to the sender. */
const DATAGRAM_QUEUE_LIMIT = 10;
/** What a message costs its sender beside its bytes, as Linux's struct sk_buff does. */
const MESSAGE_OVERHEAD = 768;

interface QueuedMessage {
  readonly bytes: Uint8Array;
  readonly sender: UnixMessageSocket;
  readonly cost: number;
  readonly rights: Rights | null;
  readonly credentials: Ucred | null;
}

export class UnixMessageSocket extends UnixSocket {
  peer: UnixMessageSocket | null = null;
  #isConnected = false;
  #queue: QueuedMessage[] = [];
  /** Bytes in flight that this socket has sent. */
  #sentBytes = 0;
  /** Told POLLOUT when the queue has room again: for senders that aren't this socket's peer. */
  readonly roomWaiters = new WaitQueue();
  #connections: ConnectionQueue<UnixMessageSocket> | null = null;
  listener: UnixMessageSocket | null = null;
  #connectTarget: UnixMessageSocket | null = null;
  /** The receiver without room that the last send found. */
  #fullTarget: UnixMessageSocket | null = null;

  /** socketpair(2). */
  static pair(task: Task, type: number, flags: number): [UnixMessageSocket, UnixMessageSocket] {
    const a = new UnixMessageSocket(type, task.credentials, flags);
    const b = new UnixMessageSocket(type, task.credentials, flags);
    a.#join(b);
    b.#join(a);
    for (const socket of [a, b]) {
      socket.peerCredentials = ucredOf(task);
      socket.peerGroups = task.credentials.groups;
    }
    return [a, b];
  }

  #join(peer: UnixMessageSocket): void {
    this.peer = peer;
    this.#isConnected = true;
  }

  override get isListening(): boolean {
    return this.#connections !== null;
  }

  override get reachedThrough(): FileDescription {
    return this.listener ?? this;
  }

  /** Of the next datagram, or of all packets. */
  override get readableBytes(): number {
    if (this.#queue.length === 0) return 0;
    if (this.type === SOCK_DGRAM) return this.#queue[0].bytes.length;
    return this.#queue.reduce((sum, message) => sum + message.bytes.length, 0);
  }

  override get unreadBytes(): number {
    return this.#sentBytes;
  }

  override readiness(): number {
    const { shutdownReadiness } = this;
    if (this.#connections !== null) {
      return shutdownReadiness | (this.#connections.isEmpty ? 0 : POLLIN | POLLRDNORM);
    }
    let events = shutdownReadiness;
    if (this.pendingError !== 0) events |= POLLERR;
    if (this.type === SOCK_SEQPACKET && !this.#isConnected) events |= POLLHUP;
    if (this.#queue.length > 0) events |= POLLIN | POLLRDNORM;
    const peerFull = this.peer !== null && this.peer.#isFullFor(this);
    if (this.#sentBytes * 4 <= this.options.sendBuffer && !peerFull) events |= POLLOUT | POLLWRNORM | POLLWRBAND;
    return events;
  }

  override listen(task: Task, backlog: number): 0 | Errno {
    if (this.type !== SOCK_SEQPACKET) return -EOPNOTSUPP;
    if (this.name === "" || this.#isConnected) return -EINVAL;
    this.peerCredentials = ucredOf(task);
    this.peerGroups = task.credentials.groups;
    this.#connections ??= new ConnectionQueue();
    this.#connections.limit = backlog;
    this.waiters.notify(POLLOUT);
    return 0;
  }

  override connect(task: Task, address: Uint8Array): 0 | Errno {
    return this.type === SOCK_DGRAM ? this.#connectDatagram(task, address) : this.#connectPackets(task, address);
  }

  /** Only names the default destination; AF_UNSPEC takes it back. */
  #connectDatagram(task: Task, address: Uint8Array): 0 | Errno {
    if (address.length >= 2 && (address[0] | (address[1] << 8)) === AF_UNSPEC) {
      this.#disconnect();
      return 0;
    }
    const name = parseName(address);
    if (typeof name === "number") return name;
    if (this.options.passCredentials) this.autobind();
    const target = findSocket(task, name, SOCK_DGRAM);
    if (typeof target === "number") return target;
    if (!(target instanceof UnixMessageSocket)) return -EPROTOTYPE;
    // A socket that is connected elsewhere takes messages from there only.
    if (target.peer !== null && target.peer !== this) return -EPERM;
    if (this.peer !== target) this.#disconnect();
    this.#join(target);
    this.waiters.notify(POLLOUT | POLLWRNORM);
    return 0;
  }

  #disconnect(): void {
    const { peer } = this;
    if (peer !== null && this.#queue.length > 0) {
      // Messages of the other side are lost: it is told, if it is connected here.
      this.discardQueue();
      if (!peer.isReleased && peer.peer === this) {
        peer.pendingError = ECONNRESET;
        peer.#wakeAll();
      }
    }
    this.peer = null;
    this.#isConnected = false;
  }

  #connectPackets(task: Task, address: Uint8Array): 0 | Errno {
    const name = parseName(address);
    if (typeof name === "number") return name;
    if (this.options.passCredentials) this.autobind();
    const target = findSocket(task, name, SOCK_SEQPACKET);
    if (typeof target === "number") return target;
    const queue = target instanceof UnixMessageSocket ? target.#connections : null;
    if (!(target instanceof UnixMessageSocket) || queue === null) return -ECONNREFUSED;
    if ((target.shutdownBits & RECEIVE_SHUTDOWN) !== 0) return -ECONNREFUSED;
    if (queue.isFull) {
      this.#connectTarget = target;
      return -EAGAIN;
    }
    if (this.#connections !== null) return -EINVAL;
    if (this.#isConnected) return -EISCONN;
    this.#connectTarget = null;
    const accepted = new UnixMessageSocket(SOCK_SEQPACKET, task.credentials, 0);
    accepted.listener = target;
    accepted.name = target.name;
    accepted.#join(this);
    this.#join(accepted);
    accepted.peerCredentials = ucredOf(task);
    accepted.peerGroups = task.credentials.groups;
    this.peerCredentials = target.peerCredentials;
    this.peerGroups = target.peerGroups;
    queue.push(accepted);
    target.waiters.notify(POLLIN | POLLRDNORM);
    return 0;
  }

  override get connectQueue(): WaitQueue {
    return (this.#connectTarget ?? this).waiters;
  }

  override accept(_task: Task, flags: number): UnixMessageSocket | Errno {
    if (this.type !== SOCK_SEQPACKET) return -EOPNOTSUPP;
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
    const { peer } = this;
    if (peer !== null && this.type === SOCK_SEQPACKET) {
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
    const refused = this.checkSend();
    if (refused < 0) return refused;
    const name = this.type === SOCK_DGRAM && message.address !== null ? parseName(message.address) : "";
    if (typeof name === "number") return name;
    if (name === "" && this.type === SOCK_DGRAM && message.address !== null) return -EINVAL;
    if (this.options.passCredentials) this.autobind();
    if (length > this.options.sendBuffer - 32) return -EMSGSIZE;
    if (this.pendingError !== 0) return this.#takeError();
    if ((this.shutdownBits & SEND_SHUTDOWN) !== 0) return -EPIPE;
    const target = this.#target(context, message, name);
    if (typeof target === "number") return target;
    if (target.isReleased) {
      if (this.peer !== target) return -ECONNREFUSED;
      if (this.type === SOCK_SEQPACKET) return -EPIPE;
      this.#disconnect();
      return -ECONNREFUSED;
    }
    if (target.peer !== null && target.peer !== this && this.type === SOCK_DGRAM) return -EPERM;
    if ((target.shutdownBits & RECEIVE_SHUTDOWN) !== 0) return -EPIPE;
    if (target.#isFullFor(this)) {
      this.#fullTarget = target;
      return -EAGAIN;
    }
    this.#fullTarget = null;
    const cost = length + MESSAGE_OVERHEAD;
    if (this.#sentBytes > 0 && this.#sentBytes + cost > this.options.sendBuffer) return -EAGAIN;
    let rights: Rights | null = null;
    if (message.rights !== null) {
      rights = new Rights(message.rights, context.credentials.ruid);
      message.rights = null;
      rights.enter(target);
    }
    const wantsCredentials = target.options.passCredentials || this.options.passCredentials;
    target.#queue.push({
      bytes: memory.slice(start, start + length),
      sender: this,
      cost,
      rights,
      credentials: message.credentials ?? (wantsCredentials ? senderOf(context) : null),
    });
    this.#sentBytes += cost;
    target.waiters.notify(POLLIN | POLLRDNORM);
    return length;
  }

  /** Where a send that got -EAGAIN waits: at the receiver if that was full. */
  override get sendQueue(): WaitQueue {
    return this.#fullTarget?.roomWaiters ?? this.waiters;
  }

  /** A connection is asked for before anything else. */
  override checkSend(): 0 | Errno {
    if (this.type !== SOCK_SEQPACKET) return 0;
    if (this.pendingError !== 0) return this.#takeError();
    return this.#isConnected ? 0 : -ENOTCONN;
  }

  /** Where a message goes. Packets pass an address over, as on Linux. */
  #target(context: VfsContext, message: OutgoingMessage, name: string): UnixMessageSocket | Errno {
    if (this.type === SOCK_SEQPACKET || message.address === null) return this.peer ?? -ENOTCONN;
    if (!(context instanceof TaskVfsContext)) return -EINVAL;
    const found = findSocket(context.task, name, SOCK_DGRAM);
    if (typeof found === "number") return found;
    return found instanceof UnixMessageSocket ? found : -EPROTOTYPE;
  }

  #isFullFor(sender: UnixMessageSocket): boolean {
    return this.peer !== sender && this.#queue.length > DATAGRAM_QUEUE_LIMIT;
  }

  override receive(memory: Uint8Array, start: number, length: number, message: IncomingMessage): number {
    if (this.type === SOCK_SEQPACKET && !this.#isConnected) return -ENOTCONN;
    if ((message.flags & MSG_OOB) !== 0) return -EOPNOTSUPP;
    if (this.pendingError !== 0) return this.#takeError();
    if (this.#queue.length === 0) {
      if ((this.shutdownBits & RECEIVE_SHUTDOWN) === 0) return -EAGAIN;
      // As on Linux a datagram socket that is shut down has an end only for those that would wait for it.
      const waits = ((this.flags & O_NONBLOCK) | (message.flags & MSG_DONTWAIT)) === 0;
      return this.type === SOCK_SEQPACKET || waits ? 0 : -EAGAIN;
    }
    const peeks = (message.flags & MSG_PEEK) !== 0;
    const queued = this.#queue[0];
    const n = Math.min(length, queued.bytes.length);
    memory.set(n === queued.bytes.length ? queued.bytes : queued.bytes.subarray(0, n), start);
    message.fullLength = queued.bytes.length;
    message.isEndOfMessage = true;
    if (n < queued.bytes.length) message.outFlags |= MSG_TRUNC;
    if (this.type === SOCK_SEQPACKET) message.outFlags |= MSG_EOR;
    if (message.wantsAddress && queued.sender.name !== "") message.address = addressOf(queued.sender.name);
    if (this.options.passCredentials) message.credentials = queued.credentials ?? UNKNOWN_CREDENTIALS;
    if (queued.rights !== null) message.rights = takeRights(queued.rights, peeks);
    if (peeks) return n;
    this.#queue.shift();
    if (queued.rights !== null && !this.#queue.some((other) => other.rights !== null)) forgetHolder(this);
    queued.sender.#onRead(queued.cost);
    if (this.#queue.length === DATAGRAM_QUEUE_LIMIT) this.roomWaiters.notify(POLLOUT | POLLWRNORM);
    return n;
  }

  #takeError(): Errno {
    const error = this.pendingError;
    this.pendingError = 0;
    return -error;
  }

  #onRead(cost: number): void {
    this.#sentBytes -= cost;
    this.waiters.notify(POLLOUT | POLLWRNORM | POLLWRBAND);
  }

  override forEachRight(visit: (file: FileDescription) => void): void {
    for (const { rights } of this.#queue) if (rights !== null) for (const file of rights.files) visit(file);
    this.#connections?.forEach((socket) => socket.forEachRight(visit));
  }

  override discardQueue(): void {
    const queue = this.#queue;
    this.#queue = [];
    forgetHolder(this);
    for (const { rights, sender, cost } of queue) {
      rights?.leave();
      rights?.drop();
      sender.#onRead(cost);
    }
    this.roomWaiters.notify(POLLOUT | POLLWRNORM);
    this.#connections?.forEach((socket) => socket.discardQueue());
  }

  protected override closeConnection(): void {
    const { peer } = this;
    if (peer !== null && !peer.isReleased) {
      if (this.type === SOCK_SEQPACKET) {
        peer.shutdownBits = RECEIVE_SHUTDOWN | SEND_SHUTDOWN;
        if (this.#queue.length > 0 || this.listener !== null) peer.pendingError = ECONNRESET;
      }
      peer.#wakeAll();
    }
    for (let next = this.#connections?.take() ?? null; next !== null; next = this.#connections?.take() ?? null) {
      next.dropReference();
    }
    if (this.#connections !== null) this.waiters.notify(POLLOUT);
    this.discardQueue();
  }

  #wakeAll(): void {
    this.waiters.notify(POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM | POLLHUP | POLLRDHUP);
  }
}
