/**
 * A socket as the system calls see it. Every address family derives from it; nothing here knows one.
 *
 * As with any description, what would wait returns -EAGAIN, and the caller waits in `waiters` (for `connect` in `connectQueue`). Addresses are
 * sockaddr bytes that have been copied in, at most 128.
 */
import { EINVAL, ENOPROTOOPT, ENOTTY, EOPNOTSUPP, type Errno } from "../../../shared/abi/errno.ts";
import { O_NONBLOCK, O_RDWR } from "../../../shared/abi/fcntl.ts";
import type { WaitQueue } from "../../../shared/waiter/wait_queue.ts";
import { newSocketInode } from "../kernel/anonymous_inode.ts";
import type { Task } from "../kernel/task.ts";
import type { Credentials } from "../vfs/credentials.ts";
import { FileDescription } from "../vfs/file_description.ts";
import type { Inode, VfsContext } from "../vfs/types.ts";
import { IncomingMessage, OutgoingMessage } from "./message.ts";
import { SocketOptions } from "./socket_options.ts";

/** For read(2) and write(2), which have neither flags nor addresses. */
const plainIn = new IncomingMessage(false);
const plainOut = new OutgoingMessage();

export abstract class Socket extends FileDescription {
  readonly family: number;
  /** SOCK_STREAM, SOCK_DGRAM... */
  readonly type: number;
  readonly protocol: number;
  readonly inode: Inode;
  readonly options = new SocketOptions();
  /** SO_ERROR: a positive errno that the next call is told, or 0. */
  pendingError = 0;

  constructor(family: number, type: number, protocol: number, credentials: Credentials, flags: number) {
    super(O_RDWR | (flags & O_NONBLOCK), null);
    this.family = family;
    this.type = type;
    this.protocol = protocol;
    this.inode = newSocketInode(credentials);
  }

  abstract override get waiters(): WaitQueue;
  abstract override readiness(): number;

  /** bind(2). */
  abstract bind(task: Task, address: Uint8Array): 0 | Errno;
  /** connect(2). -EAGAIN: wait in `connectQueue` and call again. */
  abstract connect(task: Task, address: Uint8Array): 0 | Errno;
  get connectQueue(): WaitQueue {
    return this.waiters;
  }
  /** Where to wait, for POLLOUT, after `send` gave -EAGAIN. */
  get sendQueue(): WaitQueue {
    return this.waiters;
  }
  abstract listen(task: Task, backlog: number): 0 | Errno;
  /** The next connection, with one reference; `flags`: O_NONBLOCK. */
  abstract accept(task: Task, flags: number): Socket | Errno;
  abstract shutdown(how: number): 0 | Errno;
  /** getsockname(2), getpeername(2): sockaddr bytes. */
  abstract localAddress(): Uint8Array | Errno;
  abstract peerAddress(): Uint8Array | Errno;

  /** What refuses a message before it is looked at: asked before control data is read. */
  checkSend(): 0 | Errno {
    return 0;
  }
  /** Takes over `message.rights` when it returns a count, and sets them to null. `context` is the caller's. */
  abstract send(
    context: VfsContext,
    memory: Uint8Array,
    start: number,
    length: number,
    message: OutgoingMessage,
  ): number;
  /** Fills in `message`. 0 at the end of a stream. */
  abstract receive(memory: Uint8Array, start: number, length: number, message: IncomingMessage): number;

  /** Options of levels other than SOL_SOCKET, and of SOL_SOCKET that only the family has: bytes, or -ENOPROTOOPT. */
  getOption(_task: Task, level: number, _name: number): Uint8Array | Errno {
    return level === 1 ? -ENOPROTOOPT : -EOPNOTSUPP;
  }
  setOption(_task: Task, level: number, _name: number, _value: Uint8Array): 0 | Errno {
    return level === 1 ? -ENOPROTOOPT : -EOPNOTSUPP;
  }

  get isListening(): boolean {
    return false;
  }

  override describe(): string {
    return `socket:[${this.inode.ino}]`;
  }

  override read(_context: VfsContext, memory: Uint8Array, start: number, length: number): number {
    if (length === 0) return 0;
    plainIn.clear(0);
    const n = this.receive(memory, start, length, plainIn);
    plainIn.release();
    return n;
  }

  override write(context: VfsContext, memory: Uint8Array, start: number, length: number): number {
    plainOut.clear();
    return this.send(context, memory, start, length, plainOut);
  }

  override ioctl(_caller: unknown, _command: number, _argument: number): number {
    return -ENOTTY;
  }

  override sync(_dataOnly: boolean): 0 | Errno {
    return -EINVAL;
  }
}
