/**
 * Filesystems whose content is made up when it is read: the base of proc and sys.
 *
 * An inode here has no stored state of its own. Directories answer lookups from a fixed table or by asking; files render their text at
 * the first read of an open file and keep it for that file, so that a reader in small pieces sees one consistent snapshot (as seq_file does).
 */
import { EACCES, EINVAL, ENOENT, EPERM, type Errno } from "../../../../shared/abi/errno.ts";
import { O_ACCMODE, O_RDONLY, O_WRONLY, SEEK_CUR, SEEK_END, SEEK_SET } from "../../../../shared/abi/fcntl.ts";
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from "../../../../shared/abi/stat.ts";
import { FileDescription } from "../../vfs/file_description.ts";
import {
  type AttributeChange,
  type Attributes,
  type DirectorySink,
  type Filesystem,
  Inode,
  type VfsContext,
  type VfsPath,
} from "../../vfs/types.ts";

/** What an inode needs from its filesystem. */
export interface PseudoHost extends Filesystem {
  allocateIno(): number;
  /** Seconds since the epoch that all times show. */
  readonly bornSec: number;
  /** Making something answers ENOENT, as procfs does, instead of EACCES or EPERM. */
  readonly hidesRefusals: boolean;
}

export abstract class PseudoInode extends Inode {
  readonly filesystem: PseudoHost;
  readonly ino: number;

  constructor(filesystem: PseudoHost) {
    super();
    this.filesystem = filesystem;
    this.ino = filesystem.allocateIno();
  }

  /** Whether the name still stands for this; a process that has gone says no. */
  get isAlive(): boolean {
    return true;
  }

  get size(): number {
    return 0;
  }
  get linkCount(): number {
    return 1;
  }

  override getAttributes(out: Attributes): 0 | Errno {
    const sec = this.filesystem.bornSec;
    out.ino = this.ino;
    out.mode = this.mode;
    out.nlink = this.linkCount;
    out.uid = this.uid;
    out.gid = this.gid;
    out.rdev = 0;
    out.dev = this.filesystem.device;
    out.size = this.size;
    out.blockSize = 1024;
    out.blocks = 0;
    out.atimeSec = out.mtimeSec = out.ctimeSec = out.btimeSec = sec;
    out.atimeNsec = out.mtimeNsec = out.ctimeNsec = out.btimeNsec = 0;
    return 0;
  }

  /** Opening for writing with O_TRUNC asks for a size of 0, which nothing here has to lose. */
  override setAttributes(_context: VfsContext, change: AttributeChange): 0 | Errno {
    const { size, ...rest } = change;
    return size !== undefined && Object.keys(rest).length === 0 ? 0 : -EPERM;
  }
}

/** Who owns an inode; a process's entries follow its credentials. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export const ROOT_OWNER: Owner = { uid: 0, gid: 0 };

/** One entry of a listing. */
export interface PseudoEntry {
  readonly name: string;
  readonly inode: PseudoInode;
  /**
   * Where the entry stands among the others, for directories that change while they are read: ascending, and the same as long as the entry exists. Default: its
   * place in the list.
   */
  readonly place?: number;
}

/** DT_* of dirent for a mode. */
function directoryEntryType(mode: number): number {
  return (mode & S_IFMT) >>> 12;
}

export abstract class PseudoDirectory extends PseudoInode {
  mode: number;
  readonly #owner: Owner;

  constructor(filesystem: PseudoHost, permissions: number, owner: Owner = ROOT_OWNER) {
    super(filesystem);
    this.mode = S_IFDIR | permissions;
    this.#owner = owner;
  }

  get uid(): number {
    return this.#owner.uid;
  }
  get gid(): number {
    return this.#owner.gid;
  }
  override get linkCount(): number {
    return 2;
  }

  abstract override lookup(name: string): PseudoInode | null | Errno;

  /** Nothing can be made here. In /proc a new name "doesn't exist", elsewhere it isn't permitted. */
  override create(_context: VfsContext, _name: string, _mode: number): Inode | Errno {
    return this.filesystem.hidesRefusals ? -ENOENT : -EACCES;
  }
  override mkdir(_context: VfsContext, _name: string, _mode: number): Inode | Errno {
    return this.#refusal;
  }
  override mknod(_context: VfsContext, _name: string, _mode: number, _rdev: number): Inode | Errno {
    return this.#refusal;
  }
  override symlink(_context: VfsContext, _name: string, _target: string): Inode | Errno {
    return this.#refusal;
  }
  get #refusal(): Errno {
    return this.filesystem.hidesRefusals ? -ENOENT : -EPERM;
  }

  /** Every entry but "." and "..", in a stable order. */
  abstract list(context: VfsContext): Iterable<PseudoEntry>;

  override open(_context: VfsContext, path: VfsPath, flags: number): FileDescription | Errno {
    return new PseudoDirectoryFile(this, path, flags);
  }
}

/** A directory with a fixed set of entries, each made when it is first asked for. */
export class StaticDirectory extends PseudoDirectory {
  readonly #makers: ReadonlyMap<string, () => PseudoInode>;
  readonly #made = new Map<string, PseudoInode>();

  constructor(
    filesystem: PseudoHost,
    entries: Readonly<Record<string, () => PseudoInode>>,
    permissions = 0o555,
    owner: Owner = ROOT_OWNER,
  ) {
    super(filesystem, permissions, owner);
    this.#makers = new Map(Object.entries(entries));
  }

  override lookup(name: string): PseudoInode | null | Errno {
    const made = this.#made.get(name);
    if (made !== undefined) return made;
    const maker = this.#makers.get(name);
    if (maker === undefined) return null;
    const inode = maker();
    this.#made.set(name, inode);
    return inode;
  }

  override *list(_context: VfsContext): Iterable<PseudoEntry> {
    for (const name of this.#makers.keys()) yield { name, inode: this.lookup(name) as PseudoInode };
  }
}

class PseudoDirectoryFile extends FileDescription {
  readonly inode: PseudoDirectory;

  constructor(inode: PseudoDirectory, path: VfsPath, flags: number) {
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

  override readDirectory(context: VfsContext, sink: DirectorySink): 0 | Errno {
    if (!this.inode.isAlive) return -ENOENT;
    const parent = this.path?.dentry.parent?.inode ?? this.inode;
    const DT_DIR = 4;
    const emit = (place: number, name: string, ino: number, type: number): boolean => {
      if (place < this.offset) return true;
      if (!sink(name, ino, type, place + 1)) return false;
      this.offset = place + 1;
      return true;
    };
    if (!emit(0, ".", this.inode.ino, DT_DIR) || !emit(1, "..", parent.ino, DT_DIR)) return 0;
    let index = 0;
    for (const { name, inode, place = index } of this.inode.list(context)) {
      index++;
      if (!emit(2 + place, name, inode.ino, directoryEntryType(inode.mode))) return 0;
    }
    return 0;
  }

  override sync(): 0 | Errno {
    return -EINVAL;
  }
}

/** Renders a file's content: latin1 text, or bytes, or an errno. */
export type Render = (context: VfsContext) => string | Uint8Array | Errno;
/** Takes what was written in one write(2) call; returns the bytes taken or an errno. */
export type Accept = (context: VfsContext, text: string) => number;

export class PseudoFile extends PseudoInode {
  mode: number;
  readonly #owner: Owner;
  readonly render: Render;
  readonly accept: Accept | undefined;

  constructor(
    filesystem: PseudoHost,
    render: Render,
    options: { permissions?: number; owner?: Owner; accept?: Accept } = {},
  ) {
    super(filesystem);
    this.mode = S_IFREG | (options.permissions ?? (options.accept === undefined ? 0o444 : 0o644));
    this.#owner = options.owner ?? ROOT_OWNER;
    this.render = render;
    this.accept = options.accept;
  }

  get uid(): number {
    return this.#owner.uid;
  }
  get gid(): number {
    return this.#owner.gid;
  }

  override open(_context: VfsContext, path: VfsPath, flags: number): FileDescription | Errno {
    if ((flags & O_ACCMODE) !== O_RDONLY && this.accept === undefined) return -EACCES;
    return new PseudoFileDescription(this, path, flags);
  }
}

/** What a single write(2) to a file here may carry. */
const LARGEST_WRITE = 65536;

class PseudoFileDescription extends FileDescription {
  readonly inode: PseudoFile;
  #content: Uint8Array | null = null;

  constructor(inode: PseudoFile, path: VfsPath, flags: number) {
    super(flags, path);
    this.inode = inode;
  }

  override get isSeekable(): boolean {
    return true;
  }

  override read(context: VfsContext, memory: Uint8Array, start: number, length: number): number {
    const got = this.pread(context, memory, start, length, this.offset);
    if (got > 0) this.offset += got;
    return got;
  }

  override pread(context: VfsContext, memory: Uint8Array, start: number, length: number, position: number): number {
    if (position === 0 || this.#content === null) {
      const rendered = this.inode.render(context);
      if (typeof rendered === "number") return rendered;
      this.#content = typeof rendered === "string" ? Buffer.from(rendered, "latin1") : rendered;
    }
    const content = this.#content;
    if (position >= content.length) return 0;
    const count = Math.min(length, content.length - position);
    memory.set(content.subarray(position, position + count), start);
    return count;
  }

  override write(context: VfsContext, memory: Uint8Array, start: number, length: number): number {
    const accept = this.inode.accept;
    if (accept === undefined) return -EACCES;
    const count = Math.min(length, LARGEST_WRITE);
    const taken = accept(context, Buffer.from(memory.subarray(start, start + count)).toString("latin1"));
    if (taken > 0) this.offset += taken;
    this.#content = null;
    return taken;
  }

  override pwrite(context: VfsContext, memory: Uint8Array, start: number, length: number, _position: number): number {
    return this.write(context, memory, start, length);
  }

  override seek(_context: VfsContext, offset: number, whence: number): number {
    const target = whence === SEEK_SET ? offset : whence === SEEK_CUR ? this.offset + offset : -1;
    if (target < 0 || whence === SEEK_END) return -EINVAL;
    this.offset = target;
    return target;
  }

  override get isReadable(): boolean {
    return (this.flags & O_ACCMODE) !== O_WRONLY;
  }
}

export class PseudoSymlink extends PseudoInode {
  mode = S_IFLNK | 0o777;
  readonly #owner: Owner;
  readonly #target: (context: VfsContext) => string | Errno;
  readonly #follow: ((context: VfsContext) => VfsPath | null | Errno) | undefined;

  /** `follow` makes it a magic link: it leads to a place, not along its text. */
  constructor(
    filesystem: PseudoHost,
    target: (context: VfsContext) => string | Errno,
    options: { owner?: Owner; follow?: (context: VfsContext) => VfsPath | null | Errno } = {},
  ) {
    super(filesystem);
    this.#target = target;
    this.#owner = options.owner ?? ROOT_OWNER;
    this.#follow = options.follow;
  }

  get uid(): number {
    return this.#owner.uid;
  }
  get gid(): number {
    return this.#owner.gid;
  }

  override readlink(context: VfsContext): string | Errno {
    return this.#target(context);
  }
  override follow(context: VfsContext): VfsPath | null | Errno {
    return this.#follow === undefined ? null : this.#follow(context);
  }
  override open(): FileDescription | Errno {
    return -EINVAL;
  }
}
