/**
 * A host directory, served by the gofer over 9P.
 *
 * With exclusive access nobody else changes it: names, attributes and listings are kept until something here changes them. With
 * shared access (volumes) the host may change it at any time, so each resolution asks again, but once for the whole rest of a path.
 */

import { EAGAIN, EIO, EMFILE, ENFILE, ENOENT, ENOTDIR, type Errno, ESTALE } from "../../../../shared/abi/errno.ts";
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from "../../../../shared/abi/stat.ts";
import { Attr } from "../../../../shared/p9/attr.ts";
import type { OpenResult, P9Client } from "../../../../shared/p9/client.ts";
import { MAX_NAME_BYTES, MAX_WALK_NAMES, NOFID } from "../../../../shared/p9/limits.ts";
import { Rstatfs, Rwalkgetattr } from "../../../../shared/p9/messages_attr.ts";
import { Dentry } from "../../vfs/dentry.ts";
import { dentryCache } from "../../vfs/dentry_cache.ts";
import { allocateDevice } from "../../vfs/device_registry.ts";
import { lookupChild, type ResolvingPath } from "../../vfs/resolving_path.ts";
import { Filesystem, type FilesystemStatistics, type Inode } from "../../vfs/types.ts";
import { ListingBudget } from "./directory_listing.ts";
import { GoferDirectory } from "./gofer_directory.ts";
import { GoferFile } from "./gofer_file.ts";
import type { GoferInode } from "./gofer_inode.ts";
import { GoferSpecial, GoferSymlink } from "./gofer_special.ts";
import { close } from "./host_file_native.ts";
import { IdleFiles } from "./idle_files.ts";
import { TreeReader } from "./tree_reader.ts";

export interface GoferOptions {
  /** Nobody but this sandbox changes the directory. */
  readonly exclusive: boolean;
}

/** Fids that wait to be let go, until they are worth a message. */
const CLUNK_BATCH = 64;
/** So many names are kept however few descriptors the gofer has. */
const MIN_DENTRIES = 256;
/** So many changed files are remembered before all listings are forgotten instead. */
const MAX_CHANGED = 4096;

const walked = new Rwalkgetattr();
const opened: OpenResult = { fd: -1, attr: new Attr() };

/** Attaches to the directory (or file) that the gofer serves as `name`. The client's session has been started. */
export function createGoferFilesystem(client: P9Client, name: string, options: GoferOptions): GoferFilesystem | Errno {
  const fid = client.allocateFid();
  const attached = { readonly: false, attr: new Attr() };
  const result = client.attach(fid, name, attached);
  if (result < 0) {
    client.releaseFid(fid);
    return result;
  }
  return new GoferFilesystem(client, fid, attached.attr, attached.readonly, options.exclusive);
}

export class GoferFilesystem extends Filesystem {
  override readonly name: string = "9p";
  override readonly device = allocateDevice();
  override readonly root: Dentry;
  override readonly isStable: boolean;
  readonly isExclusive: boolean;
  readonly client: P9Client;
  readonly idleFiles = new IdleFiles();
  readonly listings = new ListingBudget();
  readonly trees = new TreeReader();
  /** Files (Qid.path) whose attributes in listings may be wrong. */
  readonly #changed = new Set<number>();
  /** By identity (Qid.path). */
  readonly #inodes = new Map<number, GoferInode>();
  readonly #rootDevice: number;
  readonly #unwanted: number[] = [];
  /** The name that the walk under way has just found missing. */
  #missing: Dentry | null = null;

  constructor(client: P9Client, fid: number, attr: Attr, isReadOnly: boolean, isExclusive: boolean) {
    super();
    this.client = client;
    this.isExclusive = isExclusive;
    this.isStable = isExclusive;
    this.isReadOnly = isReadOnly;
    this.#rootDevice = attr.dev;
    this.root = Dentry.root(this, this.inodeOf(attr, fid));
  }

  /** How the inode `ino` of the host's device `dev` is numbered here: files of other mounts below the root get high numbers. */
  inoOf(dev: number, ino: number): number {
    return dev === this.#rootDevice ? ino : (ino % 2 ** 44) + 2 ** 52 + (dev % 256) * 2 ** 44;
  }

  /** The inode of the file that `attr` describes. Takes over `fid`, which is let go if the file is known already. */
  inodeOf(attr: Attr, fid: number): GoferInode {
    const key = attr.qid.path;
    const known = this.#inodes.get(key);
    if (known?.isFileOf(attr)) {
      known.adoptFid(fid);
      known.update(attr);
      return known;
    }
    const inode = this.#makeInode(attr, fid);
    if (known === undefined) this.#inodes.set(key, inode);
    return inode;
  }

  /**
   * The inode of what a listing calls `name` and describes with `attr`, without asking; undefined where the listing isn't enough. Of
   * symbolic links a walk tells more.
   */
  inodeListed(directory: GoferDirectory, name: string, attr: Attr): GoferInode | undefined {
    const key = attr.qid.path;
    const known = this.#inodes.get(key);
    if (known !== undefined) return known.isFileOf(attr) ? known : undefined;
    if ((attr.mode & S_IFMT) === S_IFLNK || this.#changed.has(key)) return undefined;
    const inode = this.#makeInode(attr, NOFID);
    inode.setPlace(directory, name);
    this.#inodes.set(key, inode);
    return inode;
  }

  /** Something here changes the attributes of `inode`: what listings say of it isn't true any more. */
  noteChange(inode: GoferInode): void {
    if (!this.isExclusive) return;
    this.trees.forget(inode.attr.qid.path);
    if (this.#changed.size >= MAX_CHANGED) {
      this.listings.clear();
      this.trees.clear();
      this.#changed.clear();
    }
    this.#changed.add(inode.attr.qid.path);
  }

  /** A fid for `inode`, which is `name` in `directory`; NOFID if it isn't there any more, or the gofer has none to give. */
  findFid(inode: GoferInode, directory: GoferDirectory, name: string): number {
    const fids = [this.client.allocateFid()];
    const reached = this.#walkFrom(directory, [name], fids);
    if (reached !== 1) return NOFID;
    if (inode.isFileOf(walked.attrs[0])) return fids[0];
    this.dropFid(fids[0]);
    return NOFID;
  }

  #makeInode(attr: Attr, fid: number): GoferInode {
    switch (attr.mode & S_IFMT) {
      case S_IFDIR:
        return new GoferDirectory(this, fid, attr);
      case S_IFREG:
        return new GoferFile(this, fid, attr);
      case S_IFLNK:
        return new GoferSymlink(this, fid, attr);
      default:
        return new GoferSpecial(this, fid, attr);
    }
  }

  /** The inode is gone: so may its fid. */
  forget(inode: GoferInode): void {
    const key = inode.attr.qid.path;
    if (this.#inodes.get(key) === inode) this.#inodes.delete(key);
    if (inode.fidIfAny !== NOFID) this.dropFid(inode.fidIfAny);
  }

  /** Lets a fid go, soon. */
  dropFid(fid: number): void {
    this.#unwanted.push(fid);
    if (this.#unwanted.length >= CLUNK_BATCH) this.#flushFids();
  }

  #flushFids(): void {
    if (this.#unwanted.length === 0) return;
    this.client.clunkMany(this.#unwanted);
    this.#unwanted.length = 0;
  }

  /** Asks for a descriptor of the file; -errno if the gofer has none to give. */
  openDescriptor(inode: GoferInode, flags: number): number {
    const fd = this.#openOnce(inode, flags);
    if (fd !== -ENFILE && fd !== -EMFILE) return fd;
    this.#makeRoom();
    return this.#openOnce(inode, flags);
  }

  #openOnce(inode: GoferInode, flags: number): number {
    const { client } = this;
    const { place } = inode;
    const directoryFid = place === null ? NOFID : place.directory.fid;
    const openFid = client.allocateFid();
    const result =
      place === null
        ? client.open(inode.fid, openFid, flags, true, opened)
        : client.walkOpen(directoryFid, place.name, openFid, flags, true, opened);
    if (result < 0) {
      client.releaseFid(openFid);
      return result;
    }
    if (opened.fd < 0) {
      this.dropFid(openFid);
      return -EIO;
    }
    client.releaseFid(openFid);
    if (inode.isFileOf(opened.attr)) return opened.fd;
    close(opened.fd);
    return -ESTALE;
  }

  override walk(path: ResolvingPath): 0 | Errno {
    this.#missing = null;
    for (;;) {
      const step = path.next();
      if (step <= 0) return step as 0 | Errno;
      if (this.#mustAsk(path)) {
        const asked = this.#ask(path);
        if (asked < 0) return asked;
      }
      const child = lookupChild(path.dentry, path.name);
      if (typeof child === "number") return child;
      const moved = path.advance(child);
      if (moved <= 0) return moved as 0 | Errno;
    }
  }

  #mustAsk(path: ResolvingPath): boolean {
    const child = path.dentry.child(path.name);
    if (child === undefined) return true;
    return !this.isExclusive && child.mountCount === 0 && !(child.inode as GoferInode | null)?.isFresh;
  }

  /** Asks for the rest of the path at once, and enters what there is in the dentry cache. */
  #ask(path: ResolvingPath): 0 | Errno {
    let dentry = path.dentry;
    const directory = dentry.inode;
    if (!(directory instanceof GoferDirectory) || dentry.isUnlinked) return 0;
    if (path.mustBeCached) return -EAGAIN;
    const wanted = path.remainingNames(MAX_WALK_NAMES);
    const known = directory.known(wanted);
    if (known !== undefined) {
      if (dentry.child(wanted[0]) === undefined) dentry.addChild(wanted[0], known);
      return 0;
    }
    const { names, fids, cached } = this.#request(dentry, wanted);
    const result = this.#walkFrom(directory, names, fids);
    if (result < 0) return result;
    for (let i = 0; i < walked.count; i++) {
      const known = cached[i];
      const attr = walked.attrs[i];
      const inode = known?.inode as GoferInode | null | undefined;
      if (known !== undefined && inode?.isFileOf(attr)) {
        inode.update(attr);
        dentry = known;
        continue;
      }
      known?.invalidate();
      if (fids[i] === NOFID) {
        // Another file has the name now, and no fid was asked for; the walk comes back when it gets there.
        for (let j = i + 1; j < walked.count; j++) if (fids[j] !== NOFID) this.dropFid(fids[j]);
        return 0;
      }
      dentry = dentry.addChild(names[i], this.#learn(attr, fids[i]));
    }
    if (walked.ecode === ENOENT) {
      cached[walked.count]?.invalidate();
      this.#missing = dentry.addChild(names[walked.count], null);
    }
    return 0;
  }

  /** What to ask for below `dentry`: the names, a new fid for each that isn't cached, and the dentries of those that are. */
  #request(dentry: Dentry, names: string[]): { names: string[]; fids: number[]; cached: (Dentry | undefined)[] } {
    const fids: number[] = [];
    const cached: (Dentry | undefined)[] = [];
    let at: Dentry | undefined = dentry;
    for (const name of names) {
      const child: Dentry | undefined = at?.child(name);
      // What is mounted there is another filesystem's, and the mount point itself stays what it is.
      if (name.length > MAX_NAME_BYTES || (child !== undefined && child.mountCount > 0)) break;
      cached.push(child);
      fids.push(child === undefined || child.inode === null ? this.client.allocateFid() : NOFID);
      at = child;
    }
    return { names: names.slice(0, fids.length), fids, cached };
  }

  /**
   * Walks, with the story in `walked`. The fids of components that were not reached are free again afterwards, and all of them
   * after an error.
   */
  #walkFrom(directory: GoferInode, names: readonly string[], fids: number[]): number {
    for (let attempt = 0; ; attempt++) {
      const result = this.client.walkGetAttr(directory.fid, names, fids, walked);
      const reached = result < 0 ? 0 : walked.count;
      const isFull = result >= 0 && (walked.ecode === ENFILE || walked.ecode === EMFILE);
      if (isFull && attempt === 0) {
        const own = fids.filter((fid, i) => fid !== NOFID && i < reached);
        this.#makeRoom();
        this.client.clunkMany(own);
        for (let i = 0; i < reached; i++) if (fids[i] !== NOFID) fids[i] = this.client.allocateFid();
        continue;
      }
      for (let i = reached; i < fids.length; i++) if (fids[i] !== NOFID) this.client.releaseFid(fids[i]);
      return isFull && reached === 0 ? -walked.ecode : result;
    }
  }

  /** The gofer has no descriptors left: lets go of what waits to be, and of all names that aren't in use; keeps fewer from now on. */
  #makeRoom(): void {
    let fids = 0;
    for (const inode of this.#inodes.values()) if (inode.fidIfAny !== NOFID) fids++;
    dentryCache.limit = Math.max(MIN_DENTRIES, Math.min(dentryCache.limit, fids >> 1));
    dentryCache.shrink();
    this.#flushFids();
  }

  #learn(attr: Attr, fid: number): GoferInode {
    const inode = this.inodeOf(attr, fid);
    if (inode instanceof GoferSymlink && walked.target !== "") inode.learnTarget(walked.target);
    return inode;
  }

  override lookupChain(directory: Inode, names: readonly string[]): (Inode | null)[] | Errno {
    const known = (directory as GoferDirectory).known(names);
    if (known !== undefined) return [known];
    const asked = names.slice(0, MAX_WALK_NAMES);
    const fids = asked.map(() => this.client.allocateFid());
    const result = this.#walkFrom(directory as GoferInode, asked, fids);
    if (result < 0) return result;
    const { count, ecode } = walked;
    const found: (Inode | null)[] = [];
    for (let i = 0; i < count; i++) found.push(this.#learn(walked.attrs[i], fids[i]));
    if (ecode === ENOENT) found.push(null);
    else if (ecode !== 0 && ecode !== ENOTDIR && count === 0) return -ecode;
    return found.length === 0 ? -ENOTDIR : found;
  }

  override revalidate(dentry: Dentry): boolean {
    if (this.isExclusive || dentry.mountCount > 0) return true;
    const inode = dentry.inode as GoferInode | null;
    if (inode === null) return dentry === this.#missing;
    if (inode.isFresh) return true;
    const parent = dentry.parent?.inode;
    if (!(parent instanceof GoferDirectory)) return false;
    const result = this.client.walkGetAttr(parent.fid, [dentry.name], [NOFID], walked);
    if (result !== 1 || !inode.isFileOf(walked.attrs[0])) return false;
    inode.update(walked.attrs[0]);
    return true;
  }

  override statistics(out: FilesystemStatistics): 0 | Errno {
    const reply = new Rstatfs();
    const result = this.client.statfs((this.root.inode as GoferInode).fid, reply);
    if (result < 0) return result;
    out.type = reply.type;
    out.blockSize = reply.bsize;
    out.blocks = reply.blocks;
    out.blocksFree = reply.bfree;
    out.blocksAvailable = reply.bavail;
    out.files = reply.files;
    out.filesFree = reply.ffree;
    out.nameLength = reply.namelen;
    return 0;
  }

  override mountOptions(): string {
    return `trans=fd,cache=${this.isExclusive ? "exclusive" : "shared"}`;
  }

  override release(): void {
    this.idleFiles.clear();
    this.listings.clear();
    this.trees.clear();
    for (const inode of this.#inodes.values()) if (inode.fidIfAny !== NOFID) this.#unwanted.push(inode.fidIfAny);
    this.#inodes.clear();
    this.#flushFids();
  }
}
