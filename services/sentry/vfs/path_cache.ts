/**
 * Whole resolutions remembered: (start dentry, path string) -> where it led, so that a deep path costs one Map lookup.
 *
 * A remembered resolution is true as long as
 * - nothing a path can pass *through* has changed: directories moved, removed, or given other permissions, symbolic
 *   links replaced, mounts made or removed. All of these advance one global generation (`invalidatePaths`);
 * - the dentry it ended at (found, or known to be missing) is unchanged: `Dentry.version`;
 * - credentials, root directory and the mount of the start are the very same objects.
 * Only resolutions that stayed in filesystems whose names change through the VFS alone (`Filesystem.isStable`) are
 * remembered.
 */
import type { Errno } from "../../../shared/abi/errno.ts";
import type { Credentials } from "./credentials.ts";
import type { Dentry } from "./dentry.ts";
import { currentOperation } from "./dentry_cache.ts";
import type { Mount } from "./mount.ts";
import type { VfsContext, VfsPath } from "./types.ts";

/** Remembered for at most this many paths; then all is forgotten and begun again. */
const LIMIT = 8192;
/** A path longer than this isn't worth its memory. */
const LONGEST = 1024;

let generation = 1;
let count = 0;
let holders: Dentry[] = [];

/** Something that paths lead through has changed. */
export function invalidatePaths(): void {
  generation++;
}

export class Resolution {
  /** Where it led, or null if `errno`. */
  readonly target: VfsPath | null;
  readonly errno: Errno | 0;
  readonly generation: number;
  readonly guard: Dentry;
  readonly guardVersion: number;
  readonly startMount: Mount;
  readonly rootMount: Mount;
  readonly rootDentry: Dentry;
  readonly credentials: Credentials;
  /** The last component is a symbolic link, so that following it or not makes a difference, and which it was. */
  readonly lastIsLink: boolean;
  readonly followed: boolean;
  /** Symbolic links that were followed. */
  readonly links: number;

  constructor(
    target: VfsPath | null,
    errno: Errno | 0,
    guard: Dentry,
    startMount: Mount,
    context: VfsContext,
    lastIsLink: boolean,
    followed: boolean,
    links: number,
  ) {
    this.target = target;
    this.errno = errno;
    this.generation = generation;
    this.guard = guard;
    this.guardVersion = guard.version;
    this.startMount = startMount;
    this.rootMount = context.root.mount;
    this.rootDentry = context.root.dentry;
    this.credentials = context.credentials;
    this.lastIsLink = lastIsLink;
    this.followed = followed;
    this.links = links;
  }
}

/** The remembered resolution of `path` from `start`, or null. */
export function findResolution(context: VfsContext, start: VfsPath, path: string, follow: boolean): Resolution | null {
  const found = start.dentry.resolutions?.get(path);
  if (
    found === undefined ||
    found.generation !== generation ||
    found.guard.version !== found.guardVersion ||
    found.startMount !== start.mount ||
    found.credentials !== context.credentials ||
    found.rootDentry !== context.root.dentry ||
    found.rootMount !== context.root.mount ||
    (found.lastIsLink && found.followed !== follow)
  ) {
    return null;
  }
  found.guard.usedIn = currentOperation();
  return found;
}

export function rememberResolution(start: Dentry, path: string, resolution: Resolution): void {
  if (path.length > LONGEST) return;
  if (count >= LIMIT) forgetResolutions();
  if (start.resolutions === null) {
    start.resolutions = new Map();
    holders.push(start);
  }
  const before = start.resolutions.size;
  start.resolutions.set(path, resolution);
  count += start.resolutions.size - before;
}

/** Drops every remembered resolution and the dentries they hold. */
export function forgetResolutions(): void {
  for (const dentry of holders) dentry.resolutions = null;
  holders = [];
  count = 0;
}
