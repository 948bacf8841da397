/** tmpfs(5): a filesystem in memory, with limits on its size and its number of inodes. */
import { EINVAL, type Errno } from "../../../../shared/abi/errno.ts";
import { TMPFS_MAGIC } from "../../../../shared/abi/mount.ts";
import { S_IFDIR } from "../../../../shared/abi/stat.ts";
import { Dentry } from "../../vfs/dentry.ts";
import { allocateDevice } from "../../vfs/device_registry.ts";
import { FileClock } from "../../vfs/file_clock.ts";
import { parseMountOptions } from "../../vfs/filesystem_type.ts";
import { type ResolvingPath, walkInMemory } from "../../vfs/resolving_path.ts";
import { Filesystem, type FilesystemStatistics } from "../../vfs/types.ts";
import { TmpfsDirectory } from "./directory.ts";
import type { PageBudget } from "./file_content.ts";
import type { HostFiles } from "./host_files.ts";
import type { TmpfsInode } from "./tmpfs_inode.ts";

const PAGE = 4096;

export interface TmpfsOptions {
  /** Bytes of content; Infinity: no limit. */
  readonly size: number;
  readonly inodes: number;
  /** Permission bits of the root. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** The size is what one gets without asking, and isn't shown. */
  readonly isDefaultSize: boolean;
}

export const DEFAULT_OPTIONS: TmpfsOptions = {
  size: Number.POSITIVE_INFINITY,
  inodes: Number.POSITIVE_INFINITY,
  mode: 0o1777,
  uid: 0,
  gid: 0,
  isDefaultSize: false,
};

export class TmpfsFilesystem extends Filesystem implements PageBudget {
  override readonly name: string = "tmpfs";
  override readonly device = allocateDevice();
  override readonly root: Dentry;
  override readonly isStable = true;
  override readonly isInMemory = true;
  readonly clock: FileClock;
  /** Where big and mapped files go; null: they stay in buffers and can't be mapped. */
  readonly hostFiles: HostFiles | null;
  #maxPages: number;
  #maxInodes: number;
  #pages = 0;
  #inodes = 0;
  #lastIno = 0;
  readonly #shown: string;

  constructor(
    options: Partial<TmpfsOptions> = {},
    hostFiles: HostFiles | null = null,
    clock: FileClock = new FileClock(),
  ) {
    super();
    const all = { ...DEFAULT_OPTIONS, ...options };
    this.hostFiles = hostFiles;
    this.clock = clock;
    this.#maxPages = Math.ceil(all.size / PAGE);
    this.#maxInodes = all.inodes;
    this.#shown = shownOptions(all);
    this.root = Dentry.root(
      this,
      new TmpfsDirectory(this, { mode: S_IFDIR | (all.mode & 0o7777), uid: all.uid, gid: all.gid }),
    );
  }

  override walk(path: ResolvingPath): 0 | Errno {
    return walkInMemory(path);
  }

  get hasFreeInode(): boolean {
    return this.#inodes < this.#maxInodes;
  }
  /** Counts a new inode and numbers it. */
  takeInode(): number {
    this.#inodes++;
    return ++this.#lastIno;
  }
  returnInode(): void {
    this.#inodes--;
  }

  charge(pages: number): boolean {
    if (this.#pages + pages > this.#maxPages) return false;
    this.#pages += pages;
    return true;
  }
  refund(pages: number): void {
    this.#pages -= pages;
  }
  get freePages(): number {
    return this.#maxPages - this.#pages;
  }
  /** 4 KiB pages of content. */
  get usedPages(): number {
    return this.#pages;
  }

  /** Mounted nowhere any more: everything goes. */
  override release(): void {
    const waiting: TmpfsInode[] = [this.root.inode as TmpfsDirectory];
    for (let inode = waiting.pop(); inode !== undefined; inode = waiting.pop()) {
      if (inode instanceof TmpfsDirectory) for (const entry of inode.entries.values()) waiting.push(entry.inode);
      inode.dropWithFilesystem();
    }
  }

  override statistics(out: FilesystemStatistics): 0 | Errno {
    const isLimited = Number.isFinite(this.#maxPages);
    const hasInodeLimit = Number.isFinite(this.#maxInodes);
    out.type = TMPFS_MAGIC;
    out.blockSize = PAGE;
    out.blocks = isLimited ? this.#maxPages : 0;
    out.blocksFree = isLimited ? this.#maxPages - this.#pages : 0;
    out.blocksAvailable = out.blocksFree;
    out.files = hasInodeLimit ? this.#maxInodes : 0;
    out.filesFree = hasInodeLimit ? this.#maxInodes - this.#inodes : 0;
    out.nameLength = 255;
    return 0;
  }

  override mountOptions(): string {
    return this.#shown;
  }

  /** Sizes may change, but not below what is in use. */
  override remount(options: string): 0 | Errno {
    const parsed = parseTmpfsOptions(options, Number.POSITIVE_INFINITY);
    if (typeof parsed === "number") return parsed as Errno;
    if (parsed.size !== undefined) {
      const pages = Math.ceil(parsed.size / PAGE);
      if (pages < this.#pages) return -EINVAL;
      this.#maxPages = pages;
    }
    if (parsed.inodes !== undefined) {
      if (parsed.inodes < this.#inodes) return -EINVAL;
      this.#maxInodes = parsed.inodes;
    }
    return 0;
  }
}

function shownOptions(options: TmpfsOptions): string {
  const shown: string[] = [];
  if (Number.isFinite(options.size) && !options.isDefaultSize) shown.push(`size=${Math.ceil(options.size / 1024)}k`);
  if (Number.isFinite(options.inodes)) shown.push(`nr_inodes=${options.inodes}`);
  if (options.mode !== DEFAULT_OPTIONS.mode) shown.push(`mode=${options.mode.toString(8)}`);
  if (options.uid !== 0) shown.push(`uid=${options.uid}`);
  if (options.gid !== 0) shown.push(`gid=${options.gid}`);
  return shown.join(",");
}

/**
 * The options of mount(2): size=, nr_blocks=, nr_inodes=, mode=, uid=, gid=. `totalMemory` (bytes) is what size=N% is
 * of.
 */
export function parseTmpfsOptions(text: string, totalMemory: number): Partial<TmpfsOptions> | Errno {
  const options: { -readonly [K in keyof TmpfsOptions]?: TmpfsOptions[K] } = {};
  for (const [key, value] of parseMountOptions(text)) {
    switch (key) {
      case "size": {
        const size = value.endsWith("%")
          ? (parseNumber(value.slice(0, -1), 10) * totalMemory) / 100
          : parseScaled(value);
        if (Number.isNaN(size)) return -EINVAL;
        options.size = size === 0 ? Number.POSITIVE_INFINITY : size;
        break;
      }
      case "nr_blocks":
      case "nr_inodes": {
        const count = parseScaled(value);
        if (Number.isNaN(count)) return -EINVAL;
        const limit = count === 0 ? Number.POSITIVE_INFINITY : count;
        if (key === "nr_inodes") options.inodes = limit;
        else options.size = limit * PAGE;
        break;
      }
      case "mode":
      case "uid":
      case "gid": {
        const number = parseNumber(value, key === "mode" ? 8 : 10);
        if (Number.isNaN(number)) return -EINVAL;
        options[key] = number;
        break;
      }
      // Accepted, and without effect here.
      case "huge":
      case "mpol":
      case "inode32":
      case "inode64":
      case "noswap":
        break;
      default:
        return -EINVAL;
    }
  }
  return options;
}

function parseNumber(text: string, radix: number): number {
  return (radix === 8 ? /^[0-7]+$/ : /^[0-9]+$/).test(text) ? Number.parseInt(text, radix) : Number.NaN;
}

function parseScaled(text: string): number {
  const match = /^([0-9]+)([kKmMgGtT]?)$/.exec(text);
  if (match === null) return Number.NaN;
  const scale = 1024 ** " kmgt".indexOf((match[2] || " ").toLowerCase());
  return Number(match[1]) * scale;
}
