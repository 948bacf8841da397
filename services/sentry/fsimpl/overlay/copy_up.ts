/**
 * Bringing an object of a lower layer into the upper one, with all that can be told apart about it: owner, mode, times,
 * extended attributes.
 */
import { EIO, type Errno } from "../../../../shared/abi/errno.ts";
import { O_RDONLY, O_WRONLY } from "../../../../shared/abi/fcntl.ts";
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from "../../../../shared/abi/stat.ts";
import {
  type AttributeChange,
  type Attributes,
  type Inode,
  newAttributes,
  type VfsContext,
  type VfsPath,
} from "../../vfs/types.ts";
import { layerContext, PRIVATE_PREFIX } from "./layer.ts";

const CHUNK = 256 * 1024;
let buffer: Uint8Array | null = null;

/**
 * Makes in `directory` (of the upper layer) an object named `name` like `source`, without content; null as
 * `directory`'s name: unnamed, for a file whose name is gone but which is open.
 */
export function copyShell(context: VfsContext, source: Inode, directory: Inode, name: string | null): Inode | Errno {
  const layer = layerContext(context);
  const status = newAttributes();
  const got = source.getAttributes(status);
  if (got < 0) return got;
  const made = makeLike(layer, source, directory, name, status.rdev);
  if (typeof made === "number") return made;
  const failed = copyXattrs(layer, source, made);
  const change: AttributeChange = { uid: status.uid, gid: status.gid, mode: status.mode };
  if (source.isSymlink) delete change.mode;
  const owned = failed < 0 ? failed : made.setAttributes(layer, change);
  const timed = owned < 0 ? owned : setTimes(context, status, made);
  if (timed === 0) return made;
  if (name !== null) {
    if (source.isDirectory) directory.rmdir(layer, name, made);
    else directory.unlink(layer, name, made);
  }
  return timed;
}

function makeLike(
  layer: VfsContext,
  source: Inode,
  directory: Inode,
  name: string | null,
  rdev: number,
): Inode | Errno {
  if (name === null) return directory.createUnnamed(layer, source.mode);
  switch (source.mode & S_IFMT) {
    case S_IFDIR:
      return directory.mkdir(layer, name, source.mode);
    case S_IFREG:
      return directory.create(layer, name, source.mode);
    case S_IFLNK: {
      const target = source.readlink(layer);
      return typeof target === "number" ? target : directory.symlink(layer, name, target);
    }
    default:
      return directory.mknod(layer, name, source.mode, rdev);
  }
}

/** Gives `target` the access and modification times in `times`. */
export function setTimes(context: VfsContext, times: Attributes, target: Inode): 0 | Errno {
  return target.setAttributes(layerContext(context), {
    atime: [times.atimeSec, times.atimeNsec],
    mtime: [times.mtimeSec, times.mtimeNsec],
  });
}

/** Attributes that the upper layer won't take are left behind, as overlayfs does with those it doesn't know. */
function copyXattrs(layer: VfsContext, source: Inode, target: Inode): 0 | Errno {
  const names = source.listXattr(layer);
  if (typeof names === "number") return 0;
  for (const name of names) {
    if (name.startsWith(PRIVATE_PREFIX)) continue;
    const value = source.getXattr(layer, name);
    if (typeof value !== "number") target.setXattr(layer, name, value, 0);
  }
  return 0;
}

/** Copies the first `length` bytes of `source` into `target`. `path` is where the overlay shows them. */
export function copyData(context: VfsContext, source: Inode, target: Inode, path: VfsPath, length: number): 0 | Errno {
  const layer = layerContext(context);
  const from = source.open(layer, path, O_RDONLY);
  if (typeof from === "number") return from as Errno;
  const to = target.open(layer, path, O_WRONLY);
  if (typeof to === "number") {
    from.dropReference();
    return to as Errno;
  }
  buffer ??= new Uint8Array(CHUNK);
  let result: 0 | Errno = 0;
  let position = 0;
  while (position < length && result === 0) {
    const count = from.pread(layer, buffer, 0, Math.min(CHUNK, length - position), position);
    if (count <= 0) {
      result = count;
      break;
    }
    if (!isZero(buffer, count)) result = writeAll(layer, to, buffer, count, position);
    position += count;
  }
  // What was zero at the end wasn't written; the size says it.
  if (result === 0 && position > 0) result = target.setAttributes(layer, { size: position });
  from.dropReference();
  to.dropReference();
  return result;
}

function writeAll(
  layer: VfsContext,
  to: { pwrite(c: VfsContext, m: Uint8Array, s: number, l: number, p: number): number },
  memory: Uint8Array,
  count: number,
  position: number,
): 0 | Errno {
  let done = 0;
  while (done < count) {
    const written = to.pwrite(layer, memory, done, count - done, position + done);
    if (written <= 0) return written < 0 ? (written as Errno) : -EIO;
    done += written;
  }
  return 0;
}

/** A whole chunk of zeros stays a hole. Programs rarely begin with eight zeros, so this mostly ends at once. */
function isZero(memory: Uint8Array, count: number): boolean {
  for (let i = 0; i < count; i++) if (memory[i] !== 0) return false;
  return true;
}
