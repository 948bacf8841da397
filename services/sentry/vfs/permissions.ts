/** Who may do what with an inode: path_resolution(7), capabilities(7); fs/namei.c generic_permission(). */

import { CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER } from "../../../shared/abi/capability.ts";
import { EACCES, type Errno } from "../../../shared/abi/errno.ts";
import { S_IFDIR, S_IFMT, S_ISVTX } from "../../../shared/abi/stat.ts";
import type { Credentials } from "./credentials.ts";
import type { Inode } from "./types.ts";

export const MAY_EXEC = 1;
export const MAY_WRITE = 2;
export const MAY_READ = 4;

/** The classic check on permission bits with the capabilities that override it. */
export function checkModeBits(
  credentials: Credentials,
  mode: number,
  uid: number,
  gid: number,
  mask: number,
): 0 | Errno {
  let bits = mode;
  if (credentials.fsuid === uid) bits >>= 6;
  else if ((((bits >> 3) ^ bits) & 7) !== 0 && credentials.inGroup(gid)) bits >>= 3;
  if ((mask & ~bits & 7) === 0) return 0;
  const isDirectory = (mode & S_IFMT) === S_IFDIR;
  if (isDirectory) {
    if ((mask & MAY_WRITE) === 0 && credentials.has(CAP_DAC_READ_SEARCH)) return 0;
    return credentials.has(CAP_DAC_OVERRIDE) ? 0 : -EACCES;
  }
  if (mask === MAY_READ && credentials.has(CAP_DAC_READ_SEARCH)) return 0;
  // Nobody executes a file that has no execute bit at all.
  if ((mask & MAY_EXEC) === 0 || (mode & 0o111) !== 0) {
    if (credentials.has(CAP_DAC_OVERRIDE)) return 0;
  }
  return -EACCES;
}

/** Owner of the inode, or CAP_FOWNER. */
export function isOwnerOrCapable(credentials: Credentials, inode: Inode): boolean {
  return credentials.fsuid === inode.uid || credentials.has(CAP_FOWNER);
}

/** Whether the sticky bit of `directory` keeps `credentials` from removing or renaming `child`. */
export function isStickyDenied(credentials: Credentials, directory: Inode, child: Inode): boolean {
  if ((directory.mode & S_ISVTX) === 0) return false;
  return credentials.fsuid !== child.uid && credentials.fsuid !== directory.uid && !credentials.has(CAP_FOWNER);
}
