import type { Errno } from "../../../shared/abi/errno.ts";
import type { FileDescription } from "./file_description.ts";
import type { VfsContext, VfsPath } from "./types.ts";
import type { VirtualFilesystem } from "./virtual_filesystem.ts";
export function openAt(
  _vfs: VirtualFilesystem,
  _context: VfsContext,
  _start: VfsPath,
  _path: string,
  _flags: number,
  _mode: number,
  _resolve: number,
): FileDescription | Errno {
  throw new Error("not written yet");
}
export function openPath(
  _vfs: VirtualFilesystem,
  _context: VfsContext,
  _path: VfsPath,
  _flags: number,
): FileDescription | Errno {
  throw new Error("not written yet");
}
export function openExecutable(
  _vfs: VirtualFilesystem,
  _context: VfsContext,
  _start: VfsPath,
  _path: string,
  _flags: number,
): FileDescription | Errno {
  throw new Error("not written yet");
}
