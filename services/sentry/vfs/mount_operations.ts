import type { Errno } from "../../../shared/abi/errno.ts";
import { Mount } from "./mount.ts";
import { MountNamespace } from "./mount_namespace.ts";
import type { Filesystem, VfsContext, VfsPath } from "./types.ts";
import type { VirtualFilesystem } from "./virtual_filesystem.ts";
export function mountAt(
  _v: VirtualFilesystem,
  _c: VfsContext,
  _src: string,
  _s: VfsPath,
  _p: string,
  _t: string,
  _f: number,
  _d: string,
): 0 | Errno {
  throw new Error("not written yet");
}
export function umountAt(_c: VfsContext, _s: VfsPath, _p: string, _f: number): 0 | Errno {
  throw new Error("not written yet");
}
export function pivotRoot(_c: VfsContext, _n: string, _o: string): 0 | Errno {
  throw new Error("not written yet");
}
export function newNamespace(filesystem: Filesystem, flags: number, source: string): MountNamespace {
  return new MountNamespace(new Mount(filesystem, filesystem.root, flags, source));
}
export function mountFilesystem(_f: Filesystem, _a: VfsPath, _l: number, _s: string): Mount {
  throw new Error("not written yet");
}
