/**
 * inotify(7): a queue of events of watched inodes.
 *
 * Invariant: a mark is in `#marks` exactly while it is on its inode. Events that repeat the last one in the queue are dropped, as on Linux.
 */
import { EAGAIN, EEXIST, EINVAL, ENOSPC, ENOTTY, type Errno } from "../../../shared/abi/errno.ts";
import { O_NONBLOCK, O_RDONLY } from "../../../shared/abi/fcntl.ts";
import {
  IN_ALL_EVENTS,
  IN_IGNORED,
  IN_ONESHOT,
  IN_Q_OVERFLOW,
  InotifyEventLayout,
} from "../../../shared/abi/inotify.ts";
import { FIONREAD } from "../../../shared/abi/ioctl.ts";
import { POLLIN, POLLRDNORM } from "../../../shared/abi/poll.ts";
import { WaitQueue } from "../../../shared/waiter/wait_queue.ts";
import { FileDescription } from "../vfs/file_description.ts";
import type { Inode, VfsContext } from "../vfs/types.ts";
import { addWatch, removeWatch, Watch } from "../vfs/watches.ts";
import { anonInode } from "./anonymous_inode.ts";
import type { Task } from "./task.ts";

/** /proc/sys/fs/inotify/max_queued_events and max_user_watches. */
const MAXIMUM_EVENTS = 16_384;
const MAXIMUM_WATCHES = 65_536;
const HEAD = InotifyEventLayout.byteLength;

interface Event {
  readonly wd: number;
  readonly mask: number;
  readonly cookie: number;
  readonly name: string;
}

/** Interest of one inotify instance in one inode. */
class Mark extends Watch {
  readonly instance: InotifyFile;
  readonly inode: Inode;
  readonly wd: number;
  isOneShot = false;

  constructor(instance: InotifyFile, inode: Inode, wd: number, mask: number) {
    super(mask);
    this.instance = instance;
    this.inode = inode;
    this.wd = wd;
  }

  override onEvent(event: number, cookie: number, name: string): void {
    this.instance.enqueue(this.wd, event, cookie, name);
    if (this.isOneShot) this.instance.remove(this.wd);
  }

  override onInodeGone(): void {
    this.instance.forget(this.wd);
  }
}

/** Bytes of the name field: with its NUL, padded to the size of the head. */
function nameBytes(name: string): number {
  return name === "" ? 0 : Math.ceil((name.length + 1) / HEAD) * HEAD;
}

export class InotifyFile extends FileDescription {
  readonly inode: Inode = anonInode;
  readonly #queue = new WaitQueue();
  readonly #marks = new Map<number, Mark>();
  readonly #byInode = new Map<Inode, Mark>();
  #events: Event[] = [];
  #lastWd = 0;

  constructor(flags: number) {
    super(O_RDONLY | (flags & O_NONBLOCK), null);
  }

  override get waiters(): WaitQueue {
    return this.#queue;
  }

  /** As on Linux seeking succeeds and does nothing. */
  override seek(): number {
    return 0;
  }

  override describe(): string {
    return "anon_inode:inotify";
  }

  override readiness(): number {
    return this.#events.length > 0 ? POLLIN | POLLRDNORM : 0;
  }

  /** The watch descriptor of `inode`; `adds` joins `mask` to what is wanted already. */
  watch(inode: Inode, mask: number, adds: boolean, refusesExisting: boolean): number | Errno {
    let mark = this.#byInode.get(inode);
    if (mark !== undefined) {
      if (refusesExisting) return -EEXIST;
      mark.mask = adds ? mark.mask | mask : mask;
      mark.isOneShot = (mask & IN_ONESHOT) !== 0;
      return mark.wd;
    }
    if (this.#marks.size >= MAXIMUM_WATCHES) return -ENOSPC;
    mark = new Mark(this, inode, ++this.#lastWd, mask);
    mark.isOneShot = (mask & IN_ONESHOT) !== 0;
    this.#marks.set(mark.wd, mark);
    this.#byInode.set(inode, mark);
    addWatch(inode, mark);
    return mark.wd;
  }

  /** inotify_rm_watch(2). */
  remove(wd: number): 0 | Errno {
    const mark = this.#marks.get(wd);
    if (mark === undefined) return -EINVAL;
    removeWatch(mark.inode, mark);
    this.forget(wd);
    return 0;
  }

  /** The mark is off its inode: tells the program so. */
  forget(wd: number): void {
    const mark = this.#marks.get(wd);
    if (mark === undefined) return;
    this.#marks.delete(wd);
    this.#byInode.delete(mark.inode);
    this.enqueue(wd, IN_IGNORED, 0, "");
  }

  enqueue(wd: number, mask: number, cookie: number, name: string): void {
    const events = this.#events;
    const last = events.at(-1);
    if (last !== undefined && last.wd === wd && last.mask === mask && last.cookie === cookie && last.name === name)
      return;
    if (events.length >= MAXIMUM_EVENTS) {
      if (last?.mask !== IN_Q_OVERFLOW) events.push({ wd: -1, mask: IN_Q_OVERFLOW, cookie: 0, name: "" });
    } else {
      events.push({ wd, mask, cookie, name });
    }
    this.#queue.notify(POLLIN | POLLRDNORM);
  }

  /** Whole events only: -EINVAL if not even the first fits. */
  override read(_context: VfsContext, memory: Uint8Array, start: number, length: number): number {
    if (this.#events.length === 0) return -EAGAIN;
    const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
    let done = 0;
    let count = 0;
    for (const event of this.#events) {
      const padded = nameBytes(event.name);
      if (done + HEAD + padded > length) break;
      const at = start + done;
      InotifyEventLayout.wd.write(view, at, event.wd);
      InotifyEventLayout.mask.write(view, at, event.mask);
      InotifyEventLayout.cookie.write(view, at, event.cookie);
      InotifyEventLayout.len.write(view, at, padded);
      for (let i = 0; i < padded; i++) {
        memory[at + HEAD + i] = i < event.name.length ? event.name.charCodeAt(i) : 0;
      }
      done += HEAD + padded;
      count++;
    }
    if (count === 0) return -EINVAL;
    this.#events = this.#events.slice(count);
    return done;
  }

  override ioctl(caller: unknown, command: number, argument: number): number {
    if (command !== FIONREAD) return -ENOTTY;
    let bytes = 0;
    for (const event of this.#events) bytes += HEAD + nameBytes(event.name);
    return (caller as Task).memory.copyOutU32(argument, bytes);
  }

  /** Runs `visit` for every watch, for /proc/[pid]/fdinfo. */
  forEach(visit: (wd: number, inode: Inode, mask: number) => void): void {
    for (const mark of this.#marks.values()) visit(mark.wd, mark.inode, mark.mask & IN_ALL_EVENTS);
  }

  protected override release(): void {
    for (const mark of this.#marks.values()) removeWatch(mark.inode, mark);
    this.#marks.clear();
    this.#byInode.clear();
  }
}
