/** A POSIX message queue as a file: what mq_open(2) gives, and what can be read in a mount of mqueue. */
import { EINVAL, type Errno } from "../../../../shared/abi/errno.ts";
import { SEEK_CUR, SEEK_SET } from "../../../../shared/abi/fcntl.ts";
import { SIGEV_SIGNAL } from "../../../../shared/abi/signal.ts";
import type { WaitQueue } from "../../../../shared/waiter/wait_queue.ts";
import type { PosixQueue } from "../../kernel/ipc/posix_queue.ts";
import { FileDescription } from "../../vfs/file_description.ts";
import type { AttributeChange, VfsContext, VfsPath } from "../../vfs/types.ts";
import { type PseudoHost, PseudoInode } from "../pseudo/pseudo_inode.ts";

/** FILENT_SIZE of ipc/mqueue.c: what stat(2) tells of every queue. */
const SIZE = 80;
const PERMISSION_BITS = 0o7777;

export class MqueueInode extends PseudoInode {
  readonly queue: PosixQueue;
  mode: number;
  uid: number;
  gid: number;
  #isLinked = true;
  readonly #onGone: () => void;

  /** `onGone` is called when neither a name nor an open file is left. */
  constructor(
    filesystem: PseudoHost,
    queue: PosixQueue,
    owner: { mode: number; uid: number; gid: number },
    onGone: () => void,
  ) {
    super(filesystem);
    this.queue = queue;
    this.mode = owner.mode;
    this.uid = owner.uid;
    this.gid = owner.gid;
    this.#onGone = onGone;
  }

  override get isAlive(): boolean {
    return this.#isLinked;
  }
  override get size(): number {
    return SIZE;
  }
  override get linkCount(): number {
    return this.#isLinked ? 1 : 0;
  }

  override setAttributes(_context: VfsContext, change: AttributeChange): 0 | Errno {
    if (change.mode !== undefined) this.mode = (this.mode & ~PERMISSION_BITS) | (change.mode & PERMISSION_BITS);
    if (change.uid !== undefined) this.uid = change.uid;
    if (change.gid !== undefined) this.gid = change.gid;
    return 0;
  }

  override open(_context: VfsContext, path: VfsPath, flags: number): FileDescription | Errno {
    return new MqueueFile(this, path, flags);
  }

  /** Its name is gone. */
  onUnlinked(): void {
    this.#isLinked = false;
    if (this.dentryCount === 0) this.#onGone();
  }

  override onUnreferenced(): void {
    if (!this.#isLinked) this.#onGone();
  }
}

export class MqueueFile extends FileDescription {
  override readonly inode: MqueueInode;

  constructor(inode: MqueueInode, path: VfsPath, flags: number) {
    super(flags, path);
    this.inode = inode;
  }

  get queue(): PosixQueue {
    return this.inode.queue;
  }

  override get waiters(): WaitQueue {
    return this.queue.waiters;
  }
  override readiness(): number {
    return this.queue.readiness();
  }
  override get isSeekable(): boolean {
    return true;
  }

  /** A line about the queue; messages are received by mq_timedreceive(2) only. */
  override pread(_context: VfsContext, memory: Uint8Array, start: number, length: number, position: number): number {
    const text = describeQueue(this.queue);
    const count = Math.max(0, Math.min(length, text.length - position));
    for (let i = 0; i < count; i++) memory[start + i] = text.charCodeAt(position + i);
    return count;
  }

  override read(context: VfsContext, memory: Uint8Array, start: number, length: number): number {
    const count = this.pread(context, memory, start, length, this.offset);
    this.offset += count;
    return count;
  }

  override seek(_context: VfsContext, offset: number, whence: number): number {
    const target = whence === SEEK_SET ? offset : whence === SEEK_CUR ? this.offset + offset : -1;
    if (target < 0) return -EINVAL;
    this.offset = target;
    return target;
  }

  /** Unlike Linux, which looks at every close by the process that asked, a notification ends with the last descriptor that it was asked through. */
  protected override release(): void {
    if (this.queue.notification?.file === this) this.queue.notification = null;
  }
}

function describeQueue({ bytes, notification }: PosixQueue): string {
  const signal = notification?.how === SIGEV_SIGNAL ? notification.signal : 0;
  return (
    `QSIZE:${String(bytes).padEnd(10)} NOTIFY:${String(notification?.how ?? 0).padEnd(5)} ` +
    `SIGNO:${String(signal).padEnd(5)} NOTIFY_PID:${String(notification?.pid ?? 0).padEnd(6)}\n`
  );
}
