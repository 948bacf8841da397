/** Finding a place, or the directory for a new name: the cached road and the walked one. */
import { ENOENT, type Errno } from "../../../shared/abi/errno.ts";
import { AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW } from "../../../shared/abi/fcntl.ts";
import { NAME_MAX, PATH_MAX } from "../../../shared/abi/limits.ts";
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
  const split = splitOf(text, resolveFlags);
  if (split === 0) return walkAll(context, start, start, text, text, follow, resolveFlags, 0);
  const directory = resolveDirectory(context, start, text, split);
  if (typeof directory === "number") return directory;
  return walkAll(context, start, directory, text, text.slice(split), follow, 0, linksFollowed);
}

/** Where the last component of a plain "directory/name" begins; 0 if the path isn't one. */
function splitOf(text: string, resolveFlags: number): number {
  if (resolveFlags !== 0 || text.length >= PATH_MAX) return 0;
  const split = text.lastIndexOf("/") + 1;
  return split > 1 && isPlainName(text, split) ? split : 0;
}

/** How many links the last walkAll or resolveDirectory followed. */
let linksFollowed = 0;

/** The directory part of `text`: mostly it has been met before, with another name behind it. */
function resolveDirectory(context: VfsContext, start: VfsPath, text: string, split: number): VfsPath | Errno {
  const from = text.charCodeAt(0) === SLASH ? context.root : start;
  const directory = text.slice(0, split);
  const known = findResolution(context, from, directory, true);
  if (known === null) return walkAll(context, from, from, directory, directory, true, 0, 0);
  linksFollowed = known.links;
  return known.target ?? known.errno;
}

/**
 * Walks `rest` from `from`, and remembers the outcome as that of `text` from `start`; `links` have been followed on the
 * way to `from`.
 */
function walkAll(
  context: VfsContext,
  start: VfsPath,
  from: VfsPath,
  text: string,
  rest: string,
  follow: boolean,
  resolveFlags: number,
  links: number,
): VfsPath | Errno {
  const path = new ResolvingPath(context, from, rest, follow ? WALK_FOLLOW : 0, resolveFlags, links);
  const walked = path.run();
  linksFollowed = path.links;
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
  const found = new Resolution(target, errno, guard, start.mount, context, path.lastIsLink, follow, path.links);
  rememberResolution(start.dentry, text, found);
}

/** See VirtualFilesystem.resolveParent. */
export function resolveParent(
  context: VfsContext,
  start: VfsPath,
  text: string,
  resolveFlags: number,
): ResolvedParent | Errno {
  const path = walkToParent(context, start, text, resolveFlags);
  if (typeof path === "number") return path;
  return {
    directory: path.toPath(),
    name: path.name,
    kind: path.lastKind,
    hasTrailingSlash: path.hasTrailingSlash,
  };
}

/** A path walked up to its last component, which may still be followed (ResolvingPath.followLast, resume). */
export function walkToParent(
  context: VfsContext,
  start: VfsPath,
  text: string,
  resolveFlags: number,
): ResolvingPath | Errno {
  const split = splitOf(text, resolveFlags);
  let path: ResolvingPath;
  if (split === 0) {
    path = new ResolvingPath(context, start, text, WALK_PARENT, resolveFlags);
  } else {
    const directory = resolveDirectory(context, start, text, split);
    if (typeof directory === "number") return directory;
    path = new ResolvingPath(context, directory, text.slice(split), WALK_PARENT, 0, linksFollowed);
  }
  const walked = path.run();
  return walked < 0 ? walked : path;
}

function isPlainName(text: string, start: number): boolean {
  const length = text.length - start;
  if (length === 0 || length > NAME_MAX) return false;
  return !(length <= 2 && text.charCodeAt(start) === DOT && (length === 1 || text.charCodeAt(start + 1) === DOT));
}
