/**
 * epoll(7): a set of open files and the events wanted of each, and a list of those that may have some.
 *
 * An item is a waiter in its file's queue for as long as it is in the set. A notification only puts it on the ready list; whether it really
 * has events is asked (`FileDescription.readiness`) when they are collected, as Linux does. Level-triggered items go back to the end of the
 * list, so that a small buffer gets to see all of them in turn.
 *
 * Invariant: an item is in `#items` exactly while it is in its file's queue; `isReady` says whether it is linked in the ready list.
 */

import { EPOLLERR, EPOLLET, EPOLLEXCLUSIVE, EPOLLHUP, EPOLLONESHOT, EPOLLWAKEUP } from "../../../shared/abi/epoll.ts";
import { EBADF, EEXIST, EINVAL, ELOOP, ENOENT, EPERM, type Errno } from "../../../shared/abi/errno.ts";
import { O_RDWR } from "../../../shared/abi/fcntl.ts";
import { POLLIN, POLLRDNORM } from "../../../shared/abi/poll.ts";
import { Waiter, WaitQueue } from "../../../shared/waiter/wait_queue.ts";
import { FileDescription } from "../vfs/file_description.ts";
import type { Inode } from "../vfs/types.ts";
import { anonInode } from "./anonymous_inode.ts";

/** Bits of the event mask that say how, not what. */
const HOW = EPOLLWAKEUP | EPOLLONESHOT | EPOLLET | EPOLLEXCLUSIVE;
const ALWAYS = EPOLLERR | EPOLLHUP;
/** How deep epolls may watch epolls: EP_MAX_NESTS of fs/eventpoll.c. */
const MAX_NESTING = 4;

/** One file in the set, under one descriptor. */
class EpollItem extends Waiter {
  readonly epoll: EpollFile;
  readonly file: FileDescription;
  readonly fd: number;
  /** EPOLL* events and HOW bits as the program gave them. */
  events = 0;
  dataLow = 0;
  dataHigh = 0;
  isReady = false;
  nextReady: EpollItem | null = null;
  previousReady: EpollItem | null = null;

  constructor(epoll: EpollFile, file: FileDescription, fd: number) {
    super();
    this.epoll = epoll;
    this.file = file;
    this.fd = fd;
  }

  override onReady(_events: number): boolean {
    return this.epoll.onItemReady(this);
  }

  /** The events that are true now and wanted. */
  pending(): number {
    return this.mask === 0 ? 0 : this.file.readiness() & this.mask;
  }
}

/** Items by the file that they watch, to take them out when it is closed for good. */
const itemsOfFile = new WeakMap<FileDescription, Set<EpollItem>>();

function watchFile(item: EpollItem): void {
  const { file } = item;
  const items = itemsOfFile.get(file);
  if (items !== undefined) {
    items.add(item);
    return;
  }
  itemsOfFile.set(file, new Set([item]));
  const next = file.onLastClose;
  file.onLastClose = (closed) => {
    for (const watching of [...(itemsOfFile.get(closed) ?? [])]) watching.epoll.forget(watching);
    next?.(closed);
  };
}

/** Receives collected events; false when there is no room for more. */
export type EventSink = (events: number, dataLow: number, dataHigh: number) => boolean;

export class EpollFile extends FileDescription {
  readonly inode: Inode = anonInode;
  readonly #queue = new WaitQueue();
  /** By descriptor; more than one if the number has come to mean another file meanwhile. */
  readonly #items = new Map<number, EpollItem[]>();
  #firstReady: EpollItem | null = null;
  #lastReady: EpollItem | null = null;

  constructor() {
    super(O_RDWR, null);
  }

  override get waiters(): WaitQueue {
    return this.#queue;
  }

  /** As on Linux seeking succeeds and does nothing. */
  override seek(): number {
    return 0;
  }

  override describe(): string {
    return "anon_inode:[eventpoll]";
  }

  override readiness(): number {
    for (let item = this.#firstReady; item !== null; ) {
      const next: EpollItem | null = item.nextReady;
      if (item.pending() !== 0) return POLLIN | POLLRDNORM;
      this.#unlink(item);
      item = next;
    }
    return 0;
  }

  override ioctl(): number {
    return -EINVAL;
  }

  /** EPOLL_CTL_ADD. */
  add(fd: number, file: FileDescription, events: number, dataLow: number, dataHigh: number): 0 | Errno {
    if (this.#find(fd, file) !== undefined) return -EEXIST;
    const queue = file.waiters;
    if (queue === null) return -EPERM;
    if (file instanceof EpollFile) {
      const depth = file.#depthWithout(this, 1);
      if (depth < 0 || depth > MAX_NESTING) return -ELOOP;
    }
    const item = new EpollItem(this, file, fd);
    item.events = events;
    item.dataLow = dataLow;
    item.dataHigh = dataHigh;
    item.exclusive = (events & EPOLLEXCLUSIVE) !== 0;
    const items = this.#items.get(fd);
    if (items === undefined) this.#items.set(fd, [item]);
    else items.push(item);
    watchFile(item);
    queue.add(item, wantedOf(events));
    if (item.pending() !== 0) this.onItemReady(item);
    return 0;
  }

  /** EPOLL_CTL_MOD. */
  modify(fd: number, file: FileDescription, events: number, dataLow: number, dataHigh: number): 0 | Errno {
    const item = this.#find(fd, file);
    if (item === undefined) return -ENOENT;
    if (((item.events | events) & EPOLLEXCLUSIVE) !== 0) return -EINVAL;
    item.events = events;
    item.dataLow = dataLow;
    item.dataHigh = dataHigh;
    item.mask = wantedOf(events);
    if (item.pending() !== 0) this.onItemReady(item);
    return 0;
  }

  /** EPOLL_CTL_DEL. */
  delete(fd: number, file: FileDescription): 0 | Errno {
    const item = this.#find(fd, file);
    if (item === undefined) return -ENOENT;
    this.forget(item);
    return 0;
  }

  /** Takes an item out of the set. */
  forget(item: EpollItem): void {
    item.queue?.remove(item);
    itemsOfFile.get(item.file)?.delete(item);
    if (item.isReady) this.#unlink(item);
    const items = this.#items.get(item.fd);
    if (items === undefined) return;
    if (items.length === 1) this.#items.delete(item.fd);
    else items.splice(items.indexOf(item), 1);
  }

  /** Something may have happened to `item`. True if somebody waits for it here, which is all that an exclusive waiter asks. */
  onItemReady(item: EpollItem): boolean {
    if (item.mask === 0) return false;
    if (!item.isReady) this.#link(item);
    const taken = !this.#queue.isEmpty;
    this.#queue.notify(POLLIN | POLLRDNORM);
    return taken;
  }

  /** Gives ready events to `sink` until it has no room; returns how many. */
  collect(sink: EventSink): number {
    let count = 0;
    const last = this.#lastReady;
    for (let item = this.#firstReady; item !== null; ) {
      const next: EpollItem | null = item === last ? null : item.nextReady;
      const events = item.pending();
      if (events === 0) {
        this.#unlink(item);
      } else {
        if (!sink(events, item.dataLow, item.dataHigh)) break;
        count++;
        this.#unlink(item);
        if ((item.events & EPOLLONESHOT) !== 0) item.mask = 0;
        else if ((item.events & EPOLLET) === 0) this.#link(item);
      }
      item = next;
    }
    return count;
  }

  /** Runs `visit` for every item, for /proc/[pid]/fdinfo. */
  forEach(visit: (fd: number, events: number, dataLow: number, dataHigh: number) => void): void {
    for (const items of this.#items.values()) {
      for (const item of items) visit(item.fd, item.events, item.dataLow, item.dataHigh);
    }
  }

  protected override release(): void {
    for (const items of [...this.#items.values()]) for (const item of [...items]) this.forget(item);
  }

  #find(fd: number, file: FileDescription): EpollItem | undefined {
    return this.#items.get(fd)?.find((item) => item.file === file);
  }

  /** The depth of the epolls below, this one counted from `depth`; -1 if `forbidden` is among them. */
  #depthWithout(forbidden: EpollFile, depth: number): number {
    if (this === forbidden) return -1;
    let deepest = depth;
    if (depth > MAX_NESTING) return deepest;
    for (const items of this.#items.values()) {
      for (const { file } of items) {
        if (!(file instanceof EpollFile)) continue;
        const below = file.#depthWithout(forbidden, depth + 1);
        if (below < 0) return -1;
        deepest = Math.max(deepest, below);
      }
    }
    return deepest;
  }

  #link(item: EpollItem): void {
    item.isReady = true;
    item.nextReady = null;
    item.previousReady = this.#lastReady;
    if (this.#lastReady === null) this.#firstReady = item;
    else this.#lastReady.nextReady = item;
    this.#lastReady = item;
  }

  #unlink(item: EpollItem): void {
    item.isReady = false;
    if (item.previousReady === null) this.#firstReady = item.nextReady;
    else item.previousReady.nextReady = item.nextReady;
    if (item.nextReady === null) this.#lastReady = item.previousReady;
    else item.nextReady.previousReady = item.previousReady;
    item.nextReady = null;
    item.previousReady = null;
  }
}

function wantedOf(events: number): number {
  return (events & ~HOW) | ALWAYS;
}

/** The epoll of a description, or an errno: -EBADF without one, -EINVAL if it is something else. */
export function epollOf(file: FileDescription | undefined): EpollFile | Errno {
  if (file === undefined) return -EBADF;
  return file instanceof EpollFile ? file : -EINVAL;
}
