/**
 * Directories of tmpfs.
 *
 * Every entry has a cookie, counted upwards as entries are made, and the map is in the order of cookies. A position in
 * a listing is a cookie: whatever is made or removed meanwhile, an entry that stays is listed exactly once.
 */
import { EINVAL, ENOSPC, ENOTEMPTY, type Errno, EXDEV } from "../../../../shared/abi/errno.ts";
import { RENAME_EXCHANGE, RENAME_WHITEOUT, SEEK_CUR, SEEK_SET } from "../../../../shared/abi/fcntl.ts";
import { S_IFCHR, S_IFLNK } from "../../../../shared/abi/stat.ts";
import { groupForNew } from "../../vfs/create.ts";
import { FileDescription } from "../../vfs/file_description.ts";
import { ATIME_NEVER, ATIME_RELATIVE, accessTimePolicy } from "../../vfs/regular_file.ts";
import type { DirectorySink, Inode, VfsContext, VfsPath } from "../../vfs/types.ts";
import { TmpfsFile } from "./regular_file.ts";
import { TmpfsSpecial, TmpfsSymlink } from "./special_inode.ts";
import type { TmpfsFilesystem } from "./tmpfs.ts";
import { type Ownership, TmpfsInode } from "./tmpfs_inode.ts";

/** BOGO_DIRENT_SIZE of mm/shmem.c: what an entry adds to the size of a directory. */
const ENTRY_SIZE = 20;
/** "." is at 0, ".." at 1. */
const FIRST_COOKIE = 2;
const DT_DIR = 4;

class DirectoryEntry {
  readonly cookie: number;
  inode: TmpfsInode;

  constructor(cookie: number, inode: TmpfsInode) {
    this.cookie = cookie;
    this.inode = inode;
  }
}

export class TmpfsDirectory extends TmpfsInode {
  readonly entries = new Map<string, DirectoryEntry>();
  #nextCookie = FIRST_COOKIE;

  constructor(filesystem: TmpfsFilesystem, owner: Ownership) {
    super(filesystem, owner);
    this.nlink = 2;
  }

  override get size(): number {
    return (this.entries.size + 2) * ENTRY_SIZE;
  }

  override lookup(name: string): Inode | null | Errno {
    return this.entries.get(name)?.inode ?? null;
  }

  override create(context: VfsContext, name: string, mode: number): Inode | Errno {
    if (!this.filesystem.hasFreeInode) return -ENOSPC;
    return this.#enter(name, new TmpfsFile(this.filesystem, this.#owner(context, mode)));
  }

  override createUnnamed(context: VfsContext, mode: number): Inode | Errno {
    if (!this.filesystem.hasFreeInode) return -ENOSPC;
    const file = new TmpfsFile(this.filesystem, this.#owner(context, mode));
    file.nlink = 0;
    return file;
  }

  override mkdir(context: VfsContext, name: string, mode: number): Inode | Errno {
    if (!this.filesystem.hasFreeInode) return -ENOSPC;
    const directory = new TmpfsDirectory(this.filesystem, this.#owner(context, mode));
    this.nlink++;
    return this.#enter(name, directory);
  }

  override mknod(context: VfsContext, name: string, mode: number, rdev: number): Inode | Errno {
    if (!this.filesystem.hasFreeInode) return -ENOSPC;
    return this.#enter(name, new TmpfsSpecial(this.filesystem, this.#owner(context, mode), rdev));
  }

  override symlink(context: VfsContext, name: string, target: string): Inode | Errno {
    if (!this.filesystem.hasFreeInode) return -ENOSPC;
    return this.#enter(name, new TmpfsSymlink(this.filesystem, this.#owner(context, S_IFLNK | 0o777), target));
  }

  override link(_context: VfsContext, name: string, target: Inode): 0 | Errno {
    if (!(target instanceof TmpfsInode)) return -EXDEV;
    target.nlink++;
    target.touchChanged();
    this.#enter(name, target);
    return 0;
  }

  override unlink(_context: VfsContext, name: string, _child: Inode): 0 | Errno {
    const entry = this.entries.get(name) as DirectoryEntry;
    this.entries.delete(name);
    this.touchModified();
    entry.inode.dropLink();
    return 0;
  }

  override rmdir(_context: VfsContext, name: string, child: Inode): 0 | Errno {
    const directory = child as TmpfsDirectory;
    if (directory.entries.size > 0) return -ENOTEMPTY;
    this.entries.delete(name);
    this.nlink--;
    this.touchModified();
    directory.#vanish();
    return 0;
  }

  override rename(
    context: VfsContext,
    name: string,
    child: Inode,
    newDirectory: Inode,
    newName: string,
    target: Inode | null,
    flags: number,
  ): 0 | Errno {
    const to = newDirectory as TmpfsDirectory;
    const moved = child as TmpfsInode;
    const there = target as TmpfsInode | null;
    if ((flags & RENAME_EXCHANGE) !== 0 && there !== null) return this.#exchange(name, moved, to, newName, there);
    if (there instanceof TmpfsDirectory && there.entries.size > 0) return -ENOTEMPTY;
    if ((flags & RENAME_WHITEOUT) !== 0 && !this.filesystem.hasFreeInode) return -ENOSPC;

    this.entries.delete(name);
    if (moved.isDirectory) {
      this.nlink--;
      to.nlink++;
    }
    // The name keeps its place in a listing that is under way.
    const old = to.entries.get(newName);
    if (old !== undefined) old.inode = moved;
    else to.#add(newName, moved);
    if (there instanceof TmpfsDirectory) {
      to.nlink--;
      there.#vanish();
    } else if (there !== null) {
      there.dropLink();
    }
    if ((flags & RENAME_WHITEOUT) !== 0) {
      this.#add(name, new TmpfsSpecial(this.filesystem, this.#owner(context, S_IFCHR), 0));
    }
    this.touchModified();
    to.touchModified();
    moved.touchChanged();
    return 0;
  }

  override open(_context: VfsContext, path: VfsPath, flags: number): FileDescription | Errno {
    return new TmpfsDirectoryDescription(this, path, flags);
  }

  #exchange(name: string, one: TmpfsInode, to: TmpfsDirectory, newName: string, other: TmpfsInode): 0 {
    (this.entries.get(name) as DirectoryEntry).inode = other;
    (to.entries.get(newName) as DirectoryEntry).inode = one;
    const change = (other.isDirectory ? 1 : 0) - (one.isDirectory ? 1 : 0);
    this.nlink += change;
    to.nlink -= change;
    this.touchModified();
    to.touchModified();
    one.touchChanged();
    other.touchChanged();
    return 0;
  }

  #owner(context: VfsContext, mode: number): Ownership {
    return { mode, uid: context.credentials.fsuid, gid: groupForNew(context, this) };
  }

  #enter(name: string, inode: TmpfsInode): TmpfsInode {
    this.#add(name, inode);
    this.touchModified();
    return inode;
  }

  #add(name: string, inode: TmpfsInode): void {
    this.entries.set(name, new DirectoryEntry(this.#nextCookie++, inode));
  }

  /** Both its links, the name and its own ".", are gone. */
  #vanish(): void {
    this.nlink = 0;
    this.touchChanged();
    this.releaseIfGone();
  }
}

class TmpfsDirectoryDescription extends FileDescription {
  override readonly inode: TmpfsDirectory;
  #entries: IterableIterator<[string, DirectoryEntry]> | null = null;
  /** The position that `#entries` (after `#held`) is at. */
  #position = -1;
  /** Taken from `#entries`, but there was no room for it. */
  #held: [string, DirectoryEntry] | null = null;

  constructor(inode: TmpfsDirectory, path: VfsPath, flags: number) {
    super(flags, path);
    this.inode = inode;
  }

  override get isSeekable(): boolean {
    return true;
  }

  override seek(_context: VfsContext, offset: number, whence: number): number {
    const target = whence === SEEK_SET ? offset : whence === SEEK_CUR ? this.offset + offset : -1;
    if (target < 0) return -EINVAL;
    this.offset = target;
    return target;
  }

  override readDirectory(_context: VfsContext, sink: DirectorySink): 0 | Errno {
    const { inode } = this;
    const policy = accessTimePolicy(this);
    if (policy !== ATIME_NEVER) inode.touchAccess(policy === ATIME_RELATIVE);
    if (this.offset === 0) {
      if (!sink(".", inode.ino, DT_DIR, 1)) return 0;
      this.offset = 1;
    }
    if (this.offset === 1) {
      const parent = this.path?.dentry.parent?.inode ?? inode;
      if (!sink("..", parent.ino, DT_DIR, FIRST_COOKIE)) return 0;
      this.offset = FIRST_COOKIE;
    }
    for (let next = this.#next(); next !== null; next = this.#next()) {
      const [name, entry] = next;
      const after = entry.cookie + 1;
      if (!sink(name, entry.inode.ino, entry.inode.mode >>> 12, after)) {
        this.#held = next;
        return 0;
      }
      this.offset = this.#position = after;
    }
    return 0;
  }

  /** The next entry at or after the position. */
  #next(): [string, DirectoryEntry] | null {
    const { entries } = this.inode;
    if (this.#entries === null || this.#position !== this.offset) {
      this.#entries = entries.entries();
      this.#position = this.offset;
      this.#held = null;
    }
    if (this.#held !== null) {
      const held = this.#held;
      this.#held = null;
      if (entries.get(held[0]) === held[1]) return held;
    }
    for (;;) {
      const step = this.#entries.next();
      if (step.done) {
        // A finished iterator stays finished, though entries may be made later.
        this.#entries = null;
        return null;
      }
      if (step.value[1].cookie >= this.offset) return step.value;
    }
  }

  override sync(): 0 | Errno {
    return 0;
  }
}
