/**
 * Reading a directory of the overlay: the list is merged when reading begins (and again after rewinding), so that
 * positions in it are stable whatever happens meanwhile.
 */
import { EINVAL, type Errno } from "../../../../shared/abi/errno.ts";
import { O_DIRECTORY, O_RDONLY, SEEK_CUR, SEEK_SET } from "../../../../shared/abi/fcntl.ts";
import { FileDescription } from "../../vfs/file_description.ts";
import type { DirectorySink, Inode, VfsContext, VfsPath } from "../../vfs/types.ts";
import { discard, isWhiteout } from "./layer.ts";
import type { OverlayDirectory } from "./overlay_directory.ts";
import type { OverlayFilesystem } from "./overlay_filesystem.ts";

const DT_CHR = 2;
const DT_DIR = 4;

export interface ListedEntry {
  readonly name: string;
  readonly ino: number;
  /** DT_*. */
  readonly type: number;
}

/** All entries of a layer's directory but "." and "..". */
export function listLayer(directory: Inode, context: VfsContext, path: VfsPath): ListedEntry[] | Errno {
  const file = directory.open(context, path, O_RDONLY | O_DIRECTORY);
  if (typeof file === "number") return file;
  const entries: ListedEntry[] = [];
  const sink: DirectorySink = (name, ino, type) => {
    if (name !== "." && name !== "..") entries.push({ name, ino, type });
    return true;
  };
  const result = file.readDirectory(context, sink);
  file.dropReference();
  return result < 0 ? result : entries;
}

/** What the overlay shows in `directory`, without "." and "..". */
export function listMerged(directory: OverlayDirectory, context: VfsContext, path: VfsPath): ListedEntry[] | Errno {
  const { filesystem, upper, lowers } = directory;
  const layers = upper === null ? lowers : [upper, ...lowers];
  const shown: ListedEntry[] = [];
  const seen = new Set<string>();
  for (const layer of layers) {
    const listed = listLayer(layer, context, path);
    if (typeof listed === "number") return listed;
    for (const entry of listed) {
      if (layers.length > 1) {
        if (seen.has(entry.name)) continue;
        seen.add(entry.name);
      }
      const shownEntry = showEntry(filesystem, layer, layer === upper, entry);
      if (shownEntry !== null) shown.push(shownEntry);
    }
  }
  return shown;
}

/** An entry of a layer as the overlay shows it, or null for a whiteout. */
function showEntry(
  filesystem: OverlayFilesystem,
  layer: Inode,
  isUpper: boolean,
  entry: ListedEntry,
): ListedEntry | null {
  const { name, type } = entry;
  const mayBeCopy = isUpper && filesystem.isUpperInMemory;
  if (type === DT_CHR || mayBeCopy) {
    const child = layer.lookup(name);
    if (child !== null && typeof child !== "number") {
      const isHidden = type === DT_CHR && isWhiteout(child);
      const ino = filesystem.inoOf(child);
      discard(child);
      return isHidden ? null : { name, ino, type };
    }
  }
  return { name, ino: filesystem.inoIn(layer.filesystem, entry.ino), type };
}

export class OverlayDirectoryDescription extends FileDescription {
  override readonly inode: OverlayDirectory;
  #entries: readonly ListedEntry[] | null = null;

  constructor(inode: OverlayDirectory, path: VfsPath, flags: number) {
    super(flags, path);
    this.inode = inode;
  }

  override get isSeekable(): boolean {
    return true;
  }

  override seek(_context: VfsContext, offset: number, whence: number): number {
    const target = whence === SEEK_SET ? offset : whence === SEEK_CUR ? this.offset + offset : -1;
    if (target < 0) return -EINVAL;
    if (target === 0) this.#entries = null;
    this.offset = target;
    return target;
  }

  override readDirectory(context: VfsContext, sink: DirectorySink): 0 | Errno {
    if (this.#entries === null) {
      const merged = listMerged(this.inode, context, this.path as VfsPath);
      if (typeof merged === "number") return merged as Errno;
      this.#entries = merged;
    }
    if (this.offset === 0) {
      if (!sink(".", this.inode.ino, DT_DIR, 1)) return 0;
      this.offset = 1;
    }
    if (this.offset === 1) {
      const parent = this.path?.dentry.parent?.inode ?? this.inode;
      if (!sink("..", parent.ino, DT_DIR, 2)) return 0;
      this.offset = 2;
    }
    for (let at = this.offset - 2; at < this.#entries.length; at++) {
      const { name, ino, type } = this.#entries[at];
      if (!sink(name, ino, type, at + 3)) return 0;
      this.offset = at + 3;
    }
    return 0;
  }

  override sync(): 0 | Errno {
    return 0;
  }
}
