/**
 * inotify(7) marks on one inode, and the points at which the VFS tells of events.
 *
 * The inotify descriptor (kernel layer) derives from `Watch`. With no watch anywhere every notify point is one
 * comparison.
 */
import { IN_ALL_EVENTS, IN_EXCL_UNLINK, IN_ISDIR, IN_UNMOUNT } from "../../../shared/abi/inotify.ts";
import type { Dentry } from "./dentry.ts";
import type { FileDescription } from "./file_description.ts";
import type { Inode } from "./types.ts";

/** One mark: an inotify instance's interest in one inode. */
export abstract class Watch {
  /** IN_* events wanted, with IN_EXCL_UNLINK. */
  mask: number;

  constructor(mask: number) {
    this.mask = mask;
  }

  /** `name` is the child that the event is about, "" if it is the inode itself; `event` has IN_ISDIR where due. */
  abstract onEvent(event: number, cookie: number, name: string): void;
  /** The inode is gone for good: the mark has been taken off. */
  abstract onInodeGone(): void;
}

let active = 0;
let lastCookie = 0;

/** The number that pairs IN_MOVED_FROM with IN_MOVED_TO. */
export function nextCookie(): number {
  lastCookie = (lastCookie + 1) >>> 0;
  return lastCookie;
}

export class Watches {
  readonly #watches = new Set<Watch>();

  add(watch: Watch): void {
    if (this.#watches.has(watch)) return;
    this.#watches.add(watch);
    active++;
  }

  remove(watch: Watch): void {
    if (this.#watches.delete(watch)) active--;
  }

  get isEmpty(): boolean {
    return this.#watches.size === 0;
  }

  notify(event: number, cookie: number, name: string, isChildUnlinked: boolean): void {
    for (const watch of this.#watches) {
      if ((watch.mask & event & IN_ALL_EVENTS) === 0) continue;
      if (isChildUnlinked && (watch.mask & IN_EXCL_UNLINK) !== 0) continue;
      watch.onEvent(event, cookie, name);
    }
  }

  /** The last the watches hear: `event` is IN_DELETE_SELF, or IN_UNMOUNT, which comes unasked. */
  inodeGone(event: number): void {
    for (const watch of [...this.#watches]) {
      if (event === IN_UNMOUNT || (watch.mask & event) !== 0) watch.onEvent(event, 0, "");
      this.remove(watch);
      watch.onInodeGone();
    }
  }
}

/** Puts `watch` on `inode`. */
export function addWatch(inode: Inode, watch: Watch): void {
  inode.watches ??= new Watches();
  inode.watches.add(watch);
}

export function removeWatch(inode: Inode, watch: Watch): void {
  inode.watches?.remove(watch);
  if (inode.watches?.isEmpty) inode.watches = null;
}

/** Something happened to the entry `name` of `directory`. */
export function notifyEntry(directory: Inode, event: number, name: string, isDirectory: boolean, cookie = 0): void {
  if (active === 0) return;
  directory.watches?.notify(isDirectory ? event | IN_ISDIR : event, cookie, name, false);
}

/** Something happened to an object: those who watch it hear, and those who watch the directory it was found in. */
export function notifyDentry(dentry: Dentry, event: number): void {
  if (active === 0) return;
  const inode = dentry.inode;
  if (inode === null) return;
  const full = inode.isDirectory ? event | IN_ISDIR : event;
  dentry.parent?.inode?.watches?.notify(full, 0, dentry.name, dentry.isUnlinked);
  inode.watches?.notify(full, 0, "", false);
}

/** As notifyDentry, for an object that only its inode is known of. */
export function notifyInode(inode: Inode, event: number): void {
  if (active === 0) return;
  inode.watches?.notify(inode.isDirectory ? event | IN_ISDIR : event, 0, "", false);
}

/**
 * An open file was read, written or otherwise used; for system calls (IN_ACCESS, IN_MODIFY). Cheap if nobody watches
 * anything.
 */
export function notifyFile(file: FileDescription, event: number): void {
  if (active === 0) return;
  if (file.path !== null) notifyDentry(file.path.dentry, event);
  else notifyInode(file.inode, event);
}
