/** Directories of the host. */

import { EINVAL, ENOENT, type Errno, EXDEV } from "../../../../shared/abi/errno.ts";
import {
  AT_REMOVEDIR,
  O_DIRECTORY,
  O_RDONLY,
  O_RDWR,
  O_TMPFILE,
  SEEK_CUR,
  SEEK_SET,
} from "../../../../shared/abi/fcntl.ts";
import { S_IFLNK } from "../../../../shared/abi/stat.ts";
import { Attr } from "../../../../shared/p9/attr.ts";
import type { NewFile, OpenResult } from "../../../../shared/p9/client.ts";
import type { DirEntry } from "../../../../shared/p9/messages_open.ts";
import { groupForNew } from "../../vfs/create.ts";
import { FileDescription } from "../../vfs/file_description.ts";
import type { DirectorySink, Inode, VfsContext, VfsPath } from "../../vfs/types.ts";
import { DirectoryListing, type Entry, type Keeper } from "./directory_listing.ts";
import type { GoferFile } from "./gofer_file.ts";
import { GoferInode } from "./gofer_inode.ts";

/** Positions of entries in a listing come after those of "." and "..". */
const FIRST = 2;
const DT_DIR = 4;
const DT_LNK = 10;
/** The name that goes with O_TMPFILE, which the server doesn't use. */
const UNNAMED = "unnamed";
/** The attributes of so many entries cost about as much to get together as one name costs to be asked for. */
const ENTRIES_PER_MISS = 32;
/** So many entries are expected at first where nobody has counted them, each so long with its attributes. */
const EXPECTED_ENTRIES = 128;
const BYTES_PER_ENTRY = 200;
const MAX_RESTLESSNESS = 1024;

const made = new Attr();
const opened: OpenResult = { fd: -1, attr: made };

export class GoferDirectory extends GoferInode implements Keeper {
  /** The entries, until something here changes them; only kept with exclusive access. */
  #listing: DirectoryListing | null = null;
  /** Names that had to be asked for one by one. */
  #misses = 0;
  /** Grows with every change: where listings don't last, they are worth less. */
  #restlessness = 1;
  /** Its attributes don't come in one message. */
  #isTooBig = false;
  /** How many entries it may have, as long as nobody has counted them. */
  #expected = EXPECTED_ENTRIES;
  /** How often a directory was looked for whose name a listing had told: by somebody who is going through a tree. */
  #descents = 0;

  override lookup(name: string): Inode | null | Errno {
    const found = this.filesystem.lookupChain(this, [name]);
    return typeof found === "number" ? (found as Errno) : (found[0] as Inode | null);
  }

  override create(context: VfsContext, name: string, mode: number): Inode | Errno {
    const inode = this.#create(context, name, mode, O_RDWR);
    if (typeof inode !== "number") this.#changed();
    return inode;
  }

  override createUnnamed(context: VfsContext, mode: number): Inode | Errno {
    return this.#create(context, UNNAMED, mode, O_RDWR | O_TMPFILE);
  }

  #create(context: VfsContext, name: string, mode: number, flags: number): Inode | Errno {
    const { client } = this.filesystem;
    const fid = client.allocateFid();
    const openFid = client.allocateFid();
    const file = this.#newFile(context, mode);
    const result = client.create(this.fid, name, fid, openFid, flags, file, true, opened);
    if (result < 0) {
      client.releaseFid(fid);
      client.releaseFid(openFid);
      return result;
    }
    // Without a descriptor the open fid is of no use: the inode asks for one when it is opened.
    if (opened.fd < 0) this.filesystem.dropFid(openFid);
    else client.releaseFid(openFid);
    const inode = this.filesystem.inodeOf(made, fid);
    if (opened.fd >= 0) (inode as GoferFile).adoptFd(opened.fd);
    return inode;
  }

  override mkdir(context: VfsContext, name: string, mode: number): Inode | Errno {
    return this.#make((fid) => this.filesystem.client.mkdir(this.fid, name, fid, this.#newFile(context, mode), made));
  }

  override mknod(context: VfsContext, name: string, mode: number, rdev: number): Inode | Errno {
    const file = this.#newFile(context, mode);
    return this.#make((fid) => this.filesystem.client.mknod(this.fid, name, rdev, fid, file, made));
  }

  override symlink(context: VfsContext, name: string, target: string): Inode | Errno {
    const file = this.#newFile(context, S_IFLNK | 0o777);
    return this.#make((fid) => this.filesystem.client.symlink(this.fid, name, target, fid, file, made));
  }

  override link(_context: VfsContext, name: string, target: Inode): 0 | Errno {
    if (!(target instanceof GoferInode)) return -EXDEV;
    const result = this.filesystem.client.link(this.fid, target.fid, name, made);
    if (result < 0) return result;
    target.update(made);
    this.filesystem.noteChange(target);
    this.#changed();
    return 0;
  }

  override unlink(_context: VfsContext, name: string, child: Inode): 0 | Errno {
    return this.#remove(name, child, 0);
  }

  override rmdir(_context: VfsContext, name: string, child: Inode): 0 | Errno {
    return this.#remove(name, child, AT_REMOVEDIR);
  }

  override rename(
    _context: VfsContext,
    name: string,
    child: Inode,
    newDirectory: Inode,
    newName: string,
    target: Inode | null,
    flags: number,
  ): 0 | Errno {
    const to = newDirectory as GoferDirectory;
    (child as GoferInode).pin();
    (target as GoferInode | null)?.pin();
    const result = this.filesystem.client.renameAt(this.fid, name, to.fid, newName, flags);
    if (result < 0) return result;
    this.#changed();
    to.#changed();
    (child as GoferInode).markStale();
    (target as GoferInode | null)?.markStale();
    return 0;
  }

  override open(_context: VfsContext, path: VfsPath, flags: number): FileDescription | Errno {
    return new GoferDirectoryDescription(this, path, flags);
  }

  /** All entries, read anew unless nothing can have changed. */
  list(): readonly Entry[] | Errno {
    if (this.#listing !== null) return this.#listing.entries;
    const { client, isExclusive, trees } = this.filesystem;
    if (isExclusive) {
      const ahead = trees.take(this);
      if (ahead !== null) {
        this.#keep(ahead);
        return ahead.entries;
      }
    }
    const entries: Entry[] = [];
    // One exchange tells all of most directories; the others are opened to go on.
    const { fid: pathFid } = this;
    let offset = 0;
    const take = (entry: DirEntry) => {
      entries.push(this.#entryOf(entry, false));
      offset = entry.offset;
    };
    let end = client.readdir(pathFid, 0, false, take);
    if (end === 0) {
      const fid = client.allocateFid();
      const result = client.open(pathFid, fid, O_RDONLY | O_DIRECTORY, false, opened);
      if (result < 0) {
        client.releaseFid(fid);
        return result;
      }
      while (end === 0) end = client.readdir(fid, offset, false, take);
      this.filesystem.dropFid(fid);
    }
    if (end < 0) return end;
    if (isExclusive) this.#keep(new DirectoryListing(entries, false));
    return entries;
  }

  /**
   * The child names[0] as far as a listing tells, null if it tells that there is none; undefined: ask the server, of whom names[1]
   * and so on are wanted as well.
   */
  known(names: readonly string[]): GoferInode | null | undefined {
    if (!this.filesystem.isExclusive) return undefined;
    const [name] = names;
    const entry = this.#listing?.find(name);
    if (this.#listing !== null && entry === undefined) return null;
    // A walk takes one exchange, however much further it goes.
    if (names.length > 1) return undefined;
    const found = this.#listed(entry);
    if (found !== undefined) return found;
    if (entry !== undefined && entry.type === DT_DIR && entry.attr === null) return this.#descend(entry);
    if (!this.#readAhead(entry)) return undefined;
    const readNow = (this.#listing as DirectoryListing | null)?.find(name);
    return readNow === undefined ? null : this.#listed(readNow);
  }

  #descend(entry: Entry): GoferInode | undefined {
    const { trees } = this.filesystem;
    this.#descents++;
    if (this.#listing === null || (this.#descents === 1 && !trees.isUseful)) return undefined;
    trees.read(this, this.#listing, entry.name);
    return this.#listed(entry);
  }

  #listed(entry: Entry | undefined): GoferInode | undefined {
    if (entry === undefined || entry.attr === null) return undefined;
    if (entry.type !== DT_DIR) this.filesystem.trees.noteAttributesWanted();
    return this.filesystem.inodeListed(this, entry.name, entry.attr);
  }

  /**
   * Another name here has to be asked for. When that has come up so often that asking for all of them costs no more than has been spent
   * already, that is done: true if the listing has attributes now.
   */
  #readAhead(entry: Entry | undefined): boolean {
    const listing = this.#listing;
    if (this.#isTooBig || listing?.hasAttributes) return false;
    if (entry?.type === DT_DIR || entry?.type === DT_LNK) return false;
    this.#misses++;
    const expected = listing === null ? this.#expected : listing.entries.length;
    if (this.#misses * ENTRIES_PER_MISS < expected * this.#restlessness) return false;
    const { client } = this.filesystem;
    const room = listing === null ? expected * BYTES_PER_ENTRY : client.maxData;
    const entries: Entry[] = [];
    const end = client.readdir(this.fid, 0, true, (e) => entries.push(this.#entryOf(e, true)), room);
    if (end === 1) {
      this.#keep(new DirectoryListing(entries, true));
      return true;
    }
    this.#expected *= 4;
    this.#isTooBig = end < 0 || room >= client.maxData;
    return false;
  }

  #entryOf(entry: DirEntry, withAttr: boolean): Entry {
    let attr: Attr | null = null;
    if (withAttr && entry.attr.valid !== 0) {
      attr = new Attr();
      attr.copyFrom(entry.attr);
    }
    return { name: entry.name, ino: this.filesystem.inoOf(this.attr.dev, entry.ino), type: entry.type, attr };
  }

  #keep(listing: DirectoryListing): void {
    this.#listing = listing;
    this.filesystem.listings.add(this, listing.weight);
  }

  /** See ListingBudget. */
  forgetListing(): void {
    this.#listing = null;
  }

  protected override release(): void {
    this.filesystem.listings.remove(this);
    this.#listing = null;
  }

  fsync(dataOnly: boolean): 0 | Errno {
    return this.filesystem.client.fsync(this.fid, dataOnly) as 0 | Errno;
  }

  #remove(name: string, child: Inode, flags: number): 0 | Errno {
    (child as GoferInode).pin();
    const result = this.filesystem.client.unlinkAt(this.fid, name, flags);
    if (result < 0) return result;
    this.#changed();
    (child as GoferInode).markStale();
    return 0;
  }

  #make(make: (fid: number) => number): Inode | Errno {
    const { client } = this.filesystem;
    const fid = client.allocateFid();
    const result = make(fid);
    if (result < 0) {
      client.releaseFid(fid);
      return result;
    }
    this.#changed();
    return this.filesystem.inodeOf(made, fid);
  }

  #newFile(context: VfsContext, mode: number): NewFile {
    return { mode, uid: context.credentials.fsuid, gid: groupForNew(context, this) };
  }

  /** An entry came or went. */
  #changed(): void {
    this.filesystem.listings.remove(this);
    this.#listing = null;
    this.#misses = 0;
    this.#restlessness = Math.min(2 * this.#restlessness, MAX_RESTLESSNESS);
    this.markStale();
  }
}

/** Reads the directory when it is at its start, and goes through what it read then, as rewinddir(3) says. */
class GoferDirectoryDescription extends FileDescription {
  override readonly inode: GoferDirectory;
  #entries: readonly Entry[] | null = null;

  constructor(inode: GoferDirectory, path: VfsPath, flags: number) {
    super(flags, path);
    this.inode = inode;
    inode.addUser();
  }

  override get isSeekable(): boolean {
    return true;
  }

  override seek(_context: VfsContext, offset: number, whence: number): number {
    const target = whence === SEEK_SET ? offset : whence === SEEK_CUR ? this.offset + offset : -1;
    if (target < 0) return -EINVAL;
    this.offset = target;
    if (target === 0) this.#entries = null;
    return target;
  }

  override readDirectory(_context: VfsContext, sink: DirectorySink): 0 | Errno {
    if (this.#entries === null) {
      const entries = this.inode.list();
      // Of a directory that was removed nothing is left to read.
      if (typeof entries === "number" && entries !== -ENOENT) return entries as Errno;
      this.#entries = typeof entries === "number" ? [] : entries;
    }
    if (this.offset === 0) {
      if (!sink(".", this.inode.ino, DT_DIR, 1)) return 0;
      this.offset = 1;
    }
    if (this.offset === 1) {
      const parent = this.path?.dentry.parent?.inode ?? this.inode;
      if (!sink("..", parent.ino, DT_DIR, FIRST)) return 0;
      this.offset = FIRST;
    }
    const entries = this.#entries;
    while (this.offset - FIRST < entries.length) {
      const { name, ino, type } = entries[this.offset - FIRST];
      if (!sink(name, ino, type, this.offset + 1)) return 0;
      this.offset++;
    }
    return 0;
  }

  override sync(dataOnly: boolean): 0 | Errno {
    return this.inode.fsync(dataOnly);
  }

  protected override release(): void {
    this.inode.dropUser();
  }
}
