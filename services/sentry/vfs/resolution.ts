/** Finding a place, or the directory for a new name: the cached road and the walked one. */
import { ENOENT, type Errno } from "../../../shared/abi/errno.ts";
import { AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW } from "../../../shared/abi/fcntl.ts";
import { NAME_MAX, PATH_MAX } from "../../../shared/abi/limits.ts";
import type { Dentry } from "./dentry.ts";
import { findResolution, Resolution, rememberResolution } from "./path_cache.ts";
import { MAY_EXEC } from "./permissions.ts";
import { LAST_NAME, ResolvingPath, WALK_FOLLOW, WALK_PARENT } from "./resolving_path.ts";
import type { Inode, VfsContext, VfsPath } from "./types.ts";

/** What resolveParent finds. */
export interface ResolvedParent {
  /** The directory; that it is one and may be searched has been checked. */
  readonly directory: VfsPath;
  readonly name: string;
  /** LAST_NAME, LAST_DOT, LAST_DOTDOT or LAST_ROOT. */
  readonly kind: number;
  readonly hasTrailingSlash: boolean;
}

const SLASH = 0x2f;
const DOT = 0x2e;

/** See VirtualFilesystem.resolve. */
export function resolve(
  context: VfsContext,
  start: VfsPath,
  path: string,
  flags: number,
  resolveFlags: number,
): VfsPath | Errno {
  if (path.length === 0) return (flags & AT_EMPTY_PATH) !== 0 ? start : -ENOENT;
  const follow = (flags & AT_SYMLINK_NOFOLLOW) === 0;
  if (resolveFlags !== 0) return walk(context, start, path, follow, resolveFlags);
  const from = path.charCodeAt(0) === SLASH ? context.root : start;
  const found = findResolution(context, from, path, follow);
  if (found !== null) return found.target ?? found.errno;
  return walk(context, from, path, follow, 0);
}

function walk(
  context: VfsContext,
  start: VfsPath,
  text: string,
  follow: boolean,
  resolveFlags: number,
): VfsPath | Errno {
  const path = new ResolvingPath(context, start, text, follow ? WALK_FOLLOW : 0, resolveFlags);
  const walked = path.run();
  if (walked < 0) {
    if (walked === -ENOENT && path.isCacheable && path.missing !== null) {
      remember(context, start, text, null, walked, path.missing, path, follow);
    }
    return walked;
  }
  const target = path.toPath();
  if (path.isCacheable) remember(context, start, text, target, 0, target.dentry, path, follow);
  return target;
}

function remember(
  context: VfsContext,
  start: VfsPath,
  text: string,
  target: VfsPath | null,
  errno: Errno | 0,
  guard: Dentry,
  path: ResolvingPath,
  follow: boolean,
): void {
  const found = new Resolution(target, errno, guard, start.mount, context, path.lastIsLink, follow);
  rememberResolution(start.dentry, text, found);
}

/** See VirtualFilesystem.resolveParent. */
export function resolveParent(
  context: VfsContext,
  start: VfsPath,
  text: string,
  resolveFlags: number,
): ResolvedParent | Errno {
  const split = resolveFlags === 0 ? text.lastIndexOf("/") : -1;
  // The plain case, "directory/name": the directory may be remembered.
  if (split > 0 && text.length < PATH_MAX && isPlainName(text, split + 1)) {
    const directory = resolve(context, start, text.slice(0, split + 1), 0, 0);
    if (typeof directory === "number") return directory;
    const allowed = (directory.dentry.inode as Inode).checkPermission(context, MAY_EXEC);
    if (allowed < 0) return allowed;
    return { directory, name: text.slice(split + 1), kind: LAST_NAME, hasTrailingSlash: false };
  }
  const path = new ResolvingPath(context, start, text, WALK_PARENT, resolveFlags);
  const walked = path.run();
  if (walked < 0) return walked;
  return {
    directory: path.toPath(),
    name: path.name,
    kind: path.lastKind,
    hasTrailingSlash: path.hasTrailingSlash,
  };
}

function isPlainName(text: string, start: number): boolean {
  const length = text.length - start;
  if (length === 0 || length > NAME_MAX) return false;
  return !(length <= 2 && text.charCodeAt(start) === DOT && (length === 1 || text.charCodeAt(start + 1) === DOT));
}
