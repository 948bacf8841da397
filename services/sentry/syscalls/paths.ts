/** How system calls take directory descriptors and paths. */
import { EBADF, ENOTDIR, type Errno } from "../../../shared/abi/errno.ts";
import { AT_EMPTY_PATH, AT_FDCWD, O_PATH } from "../../../shared/abi/fcntl.ts";
import type { Task } from "../kernel/task.ts";
import type { FileDescription } from "../vfs/file_description.ts";
import type { VfsPath } from "../vfs/types.ts";

const SLASH = 47;

/** Where the walk of `path` begins. As on Linux `dirfd` isn't looked at for an absolute path, nor for an empty one that is an error anyway. */
export function startOf(task: Task, dirfd: number, path: string, flags = 0): VfsPath | Errno {
  if (dirfd === AT_FDCWD || path.charCodeAt(0) === SLASH) return task.vfsContext.cwd;
  if (path === "" && (flags & AT_EMPTY_PATH) === 0) return task.vfsContext.cwd;
  const file = task.fdTable.get(dirfd);
  if (file === undefined) return -EBADF;
  return file.path ?? -ENOTDIR;
}

/** Whether the call is about the descriptor `dirfd` itself: AT_EMPTY_PATH with an empty path. */
export function isAboutDescriptor(dirfd: number, path: string, flags: number): boolean {
  return path === "" && (flags & AT_EMPTY_PATH) !== 0 && dirfd !== AT_FDCWD;
}

/** An open file that may be worked on: not one of O_PATH. */
export function fileOf(task: Task, descriptor: number): FileDescription | Errno {
  const file = task.fdTable.get(descriptor);
  return file === undefined || (file.flags & O_PATH) !== 0 ? -EBADF : file;
}

/** Any open file, O_PATH included: fstat(2), fchdir(2), dup(2)... */
export function anyFileOf(task: Task, descriptor: number): FileDescription | Errno {
  return task.fdTable.get(descriptor) ?? -EBADF;
}
