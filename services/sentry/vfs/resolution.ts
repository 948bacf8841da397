/** Finding a place, or the directory for a new name: the cached road and the walked one. */
import { ENOENT, type Errno } from "../../../shared/abi/errno.ts";
import { AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW } from "../../../shared/abi/fcntl.ts";
import type { Dentry } from "./dentry.ts";
import { findResolution, Resolution, rememberResolution } from "./path_cache.ts";
import { ResolvingPath, WALK_FOLLOW, WALK_PARENT } from "./resolving_path.ts";
import type { VfsContext, VfsPath } from "./types.ts";

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
