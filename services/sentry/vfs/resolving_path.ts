/**
 * A path being walked: where it has come to and what is left of its text. path_resolution(7), openat2(2).
 *
 * The filesystem drives. Its `walk` asks `next()` for a name, finds the child dentry, and hands it to `advance()`,
 * until one of them says stop:
 *
 *     for (;;) {
 *       const step = path.next();            // 1: look `path.name` up in `path.dentry`; 0: stop; negative: errno
 *       if (step <= 0) return step;
 *       const child = lookupChild(path.dentry, path.name);
 *       if (isErrno(child)) return child;
 *       const moved = path.advance(child);   // 1: go on; 0: stop (another filesystem's turn); negative: errno
 *       if (moved <= 0) return moved;
 *     }
 *
 * ".", "..", the root clamp, mount points, symbolic links, search permission and RESOLVE_* are dealt with in here. A
 * remote filesystem may look ahead with `remainingNames()` and enter what it learns in the dentry cache
 * (`Dentry.addChild`) before it walks like that.
 *
 * The text is one latin1 string, never split; a followed link puts its target before the rest of it.
 */
import { EAGAIN, ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR, type Errno, EXDEV } from "../../../shared/abi/errno.ts";
import {
  RESOLVE_BENEATH,
  RESOLVE_CACHED,
  RESOLVE_IN_ROOT,
  RESOLVE_NO_MAGICLINKS,
  RESOLVE_NO_SYMLINKS,
  RESOLVE_NO_XDEV,
} from "../../../shared/abi/fcntl.ts";
import { MAXSYMLINKS, NAME_MAX, PATH_MAX } from "../../../shared/abi/limits.ts";
import { MS_NOSYMFOLLOW } from "../../../shared/abi/mount.ts";
import type { Dentry } from "./dentry.ts";
import type { Mount } from "./mount.ts";
import { MAY_EXEC } from "./permissions.ts";
import type { Inode, VfsContext, VfsPath } from "./types.ts";

/** Follow the last component if it is a symbolic link. */
export const WALK_FOLLOW = 1;
/** Stop before the last component, leaving it in `name`. */
export const WALK_PARENT = 2;

/** What the last component is, when stopped before it. */
export const LAST_NAME = 0;
export const LAST_DOT = 1;
export const LAST_DOTDOT = 2;
/** The path consists of slashes. */
export const LAST_ROOT = 3;

const SLASH = 0x2f;
const DOT = 0x2e;
const SCOPED = RESOLVE_BENEATH | RESOLVE_IN_ROOT;

export class ResolvingPath {
  readonly context: VfsContext;
  mount: Mount;
  dentry: Dentry;
  /** The component to look up, after next() returned 1; the last one, after a parent walk. */
  name = "";
  /** Only slashes follow `name`. */
  isLast = false;
  /** A slash follows the last component. */
  hasTrailingSlash = false;
  /** LAST_*, after a parent walk. */
  lastKind = LAST_NAME;
  /** The end (or, in a parent walk, the last component) is reached. */
  isDone = false;
  /** The outcome may be remembered: everything so far was in filesystems with stable names. */
  isCacheable: boolean;
  /** The last component is a symbolic link, followed or not. */
  lastIsLink = false;
  /** The last component was a magic link: the walk is at its end without further names. */
  isAtMagicPlace = false;
  /** The missing dentry that a walk ended at with ENOENT. */
  missing: Dentry | null = null;

  readonly #rootMount: Mount;
  readonly #rootDentry: Dentry;
  readonly #startMount: Mount;
  readonly #flags: number;
  readonly #resolve: number;
  #text: string;
  #position = 0;
  #links: number;

  /** `flags`: WALK_*; `resolve`: RESOLVE_*; `links` have been followed already. */
  constructor(context: VfsContext, start: VfsPath, text: string, flags: number, resolve: number, links = 0) {
    const root = (resolve & SCOPED) !== 0 ? start : context.root;
    const from = text.charCodeAt(0) === SLASH ? root : start;
    this.context = context;
    this.mount = from.mount;
    this.dentry = from.dentry;
    this.#rootMount = root.mount;
    this.#rootDentry = root.dentry;
    this.#flags = flags;
    this.#resolve = resolve;
    this.#text = text;
    this.#links = links;
    this.isCacheable = resolve === 0 && from.dentry.filesystem.isStable;
    this.#startMount = start.mount;
  }

  /** Walks to the end, over as many filesystems as it takes. */
  run(): 0 | Errno {
    const text = this.#text;
    if (text.length === 0) return -ENOENT;
    if (text.length >= PATH_MAX) return -ENAMETOOLONG;
    if (text.charCodeAt(0) === SLASH) {
      if ((this.#resolve & RESOLVE_BENEATH) !== 0) return -EXDEV;
      if ((this.#resolve & RESOLVE_NO_XDEV) !== 0 && this.mount !== this.#startMount) return -EXDEV;
    }
    return this.resume();
  }

  /** Goes on after `followLast`. */
  resume(): 0 | Errno {
    this.isDone = false;
    while (!this.isDone) {
      const walked = this.dentry.filesystem.walk(this);
      if (walked < 0) return walked;
    }
    return 0;
  }

  /** Moves to the next name. 1: look up `name` in `dentry`; 0: stop; negative: errno. */
  next(): 1 | 0 | Errno {
    for (;;) {
      const text = this.#text;
      const start = skipSlashes(text, this.#position);
      if (start === text.length) return this.#end();
      let end = text.indexOf("/", start);
      if (end < 0) end = text.length;
      this.#position = end;
      const after = skipSlashes(text, end);
      this.isLast = after === text.length;
      if (this.isLast && after !== end) this.hasTrailingSlash = true;

      const allowed = this.#maySearch();
      if (allowed < 0) return allowed;
      const length = end - start;
      const isDot = length === 1 && text.charCodeAt(start) === DOT;
      const isDotDot = length === 2 && text.charCodeAt(start) === DOT && text.charCodeAt(start + 1) === DOT;
      if (this.isLast && (this.#flags & WALK_PARENT) !== 0) {
        this.name = text.slice(start, end);
        this.lastKind = isDot ? LAST_DOT : isDotDot ? LAST_DOTDOT : LAST_NAME;
        this.isDone = true;
        return length > NAME_MAX ? -ENAMETOOLONG : 0;
      }
      if (isDot) continue;
      if (isDotDot) {
        const up = this.#stepUp();
        if (up <= 0) return up;
        continue;
      }
      if (length > NAME_MAX) return -ENAMETOOLONG;
      this.name = text.slice(start, end);
      return 1;
    }
  }

  /** Goes to `child`, the dentry of `name` in the current directory. 1: go on; 0: stop; negative: errno. */
  advance(child: Dentry): 1 | 0 | Errno {
    const inode = child.inode;
    if (inode === null) {
      this.missing = child;
      return -ENOENT;
    }
    if (inode.isSymlink) {
      if (!this.isLast) return this.#follow(child, inode);
      this.lastIsLink = true;
      if (this.hasTrailingSlash || (this.#flags & WALK_FOLLOW) !== 0) return this.#follow(child, inode);
    }
    const filesystem = this.dentry.filesystem;
    this.dentry = child;
    return child.mountCount > 0 ? this.#crossDown(filesystem) : 1;
  }

  /** After a parent walk: follows the symbolic link `child` that the last component turned out to be; then `resume`. */
  followLast(child: Dentry): 0 | Errno {
    const followed = this.#follow(child, child.inode as Inode);
    return followed < 0 ? followed : 0;
  }

  /**
   * The plain names from `name` on, as far as they go without "..", at most `limit`: what a remote filesystem may look
   * up at once. Only between next() and advance().
   */
  remainingNames(limit: number): string[] {
    const names = [this.name];
    const text = this.#text;
    let position = this.#position;
    while (names.length < limit) {
      const start = skipSlashes(text, position);
      if (start === text.length) break;
      let end = text.indexOf("/", start);
      if (end < 0) end = text.length;
      position = end;
      const name = text.slice(start, end);
      if (name === "..") break;
      if (name === ".") continue;
      if ((this.#flags & WALK_PARENT) !== 0 && skipSlashes(text, end) === text.length) break;
      names.push(name);
    }
    return names;
  }

  /** Symbolic links followed so far. */
  get links(): number {
    return this.#links;
  }

  /** Where it has come to. */
  toPath(): VfsPath {
    if (this.dentry === this.mount.root) return this.mount.rootPath;
    return { mount: this.mount, dentry: this.dentry };
  }

  /** RESOLVE_CACHED: the filesystem must not go and ask; it returns this instead. */
  get mustBeCached(): boolean {
    return (this.#resolve & RESOLVE_CACHED) !== 0;
  }

  #end(): 0 | Errno {
    this.isDone = true;
    if ((this.#flags & WALK_PARENT) !== 0) {
      this.lastKind = LAST_ROOT;
      this.name = "/";
      return 0;
    }
    const text = this.#text;
    const last = text.charCodeAt(text.length - 1);
    if ((this.hasTrailingSlash || last === SLASH) && !(this.dentry.inode as Inode).isDirectory) return -ENOTDIR;
    return 0;
  }

  #maySearch(): 0 | Errno {
    const inode = this.dentry.inode;
    if (inode === null) return -ENOENT;
    if (!inode.isDirectory) return -ENOTDIR;
    return inode.checkPermission(this.context, MAY_EXEC);
  }

  /** "..": 1: done; 0: stop, for the parent is another filesystem's. */
  #stepUp(): 1 | 0 | Errno {
    const filesystem = this.dentry.filesystem;
    let mount = this.mount;
    let dentry = this.dentry;
    for (;;) {
      if (mount === this.#rootMount && dentry === this.#rootDentry) {
        return (this.#resolve & RESOLVE_BENEATH) !== 0 ? -EXDEV : 1;
      }
      if (dentry !== mount.root) {
        const parent = dentry.parent;
        if (parent === null) return -ENOENT;
        dentry = parent;
        break;
      }
      // At the top of everything (or of a detached mount) ".." leads nowhere.
      if (mount.parent === null || mount.mountPoint === null) return 1;
      if ((this.#resolve & RESOLVE_NO_XDEV) !== 0) return -EXDEV;
      dentry = mount.mountPoint;
      mount = mount.parent;
    }
    // A directory moved out of a bind mount must not be a way out of it.
    if (mount.root.parent !== null && !dentry.isWithin(mount.root)) return -ENOENT;
    this.mount = mount;
    this.dentry = dentry;
    return this.#crossDown(filesystem);
  }

  #crossDown(from: Dentry["filesystem"]): 1 | 0 | Errno {
    while (this.dentry.mountCount > 0) {
      const mounted = this.mount.childAt(this.dentry);
      if (mounted === undefined) break;
      if ((this.#resolve & RESOLVE_NO_XDEV) !== 0) return -EXDEV;
      this.mount = mounted;
      this.dentry = mounted.root;
    }
    if (this.dentry.filesystem === from) return 1;
    if (!this.dentry.filesystem.isStable) this.isCacheable = false;
    return 0;
  }

  #follow(link: Dentry, inode: Inode): 1 | 0 | Errno {
    if ((this.#resolve & RESOLVE_NO_SYMLINKS) !== 0) return -ELOOP;
    if (++this.#links > MAXSYMLINKS) return -ELOOP;
    if ((this.mount.flags & MS_NOSYMFOLLOW) !== 0) return -ELOOP;
    const place = inode.follow(this.context);
    if (place !== null) return typeof place === "number" ? place : this.#jump(place);
    if (this.mustBeCached && !link.filesystem.isStable) return -EAGAIN;
    const target = inode.readlink(this.context);
    if (typeof target === "number") return target;
    if (target.length === 0) return -ENOENT;

    const from = this.dentry.filesystem;
    if (target.charCodeAt(0) === SLASH) {
      if ((this.#resolve & RESOLVE_BENEATH) !== 0) return -EXDEV;
      if ((this.#resolve & RESOLVE_NO_XDEV) !== 0 && this.mount !== this.#rootMount) return -EXDEV;
      this.mount = this.#rootMount;
      this.dentry = this.#rootDentry;
    }
    const rest = this.#position < this.#text.length ? this.#text.slice(this.#position) : "";
    this.#text = target + rest;
    this.#position = 0;
    if (this.dentry.filesystem === from) return 1;
    if (!this.dentry.filesystem.isStable) this.isCacheable = false;
    return 0;
  }

  /** A magic link leads to the place itself, whatever its text says. */
  #jump(place: VfsPath): 1 | 0 | Errno {
    this.isCacheable = false;
    this.isAtMagicPlace = this.isLast;
    if ((this.#resolve & RESOLVE_NO_MAGICLINKS) !== 0) return -ELOOP;
    if ((this.#resolve & SCOPED) !== 0) return -EXDEV;
    if ((this.#resolve & RESOLVE_NO_XDEV) !== 0 && place.mount !== this.mount) return -EXDEV;
    const from = this.dentry.filesystem;
    this.mount = place.mount;
    this.dentry = place.dentry;
    return this.dentry.filesystem === from ? 1 : 0;
  }
}

function skipSlashes(text: string, position: number): number {
  let at = position;
  while (at < text.length && text.charCodeAt(at) === SLASH) at++;
  return at;
}

/** The child `name` of `parent`, from the cache or by Inode.lookup; negative if there is none. */
export function lookupChild(parent: Dentry, name: string): Dentry | Errno {
  const cached = parent.child(name);
  if (cached !== undefined) {
    if (parent.filesystem.revalidate(cached)) return cached;
    cached.invalidate();
  }
  const inode = parent.inode;
  if (inode === null) return -ENOENT;
  if (parent.isUnlinked) return -ENOENT;
  const found = inode.lookup(name);
  if (typeof found === "number") return found;
  return parent.addChild(name, found);
}

/** The walk of a filesystem whose names are at hand: one lookup per component. */
export function walkInMemory(path: ResolvingPath): 0 | Errno {
  for (;;) {
    const step = path.next();
    if (step <= 0) return step as 0 | Errno;
    if (path.mustBeCached && path.dentry.child(path.name) === undefined) return -EAGAIN;
    const child = lookupChild(path.dentry, path.name);
    if (typeof child === "number") return child;
    const moved = path.advance(child);
    if (moved <= 0) return moved as 0 | Errno;
  }
}
