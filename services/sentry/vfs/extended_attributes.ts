import type { Errno } from "../../../shared/abi/errno.ts";
import type { FileDescription } from "./file_description.ts";
import type { VfsContext, VfsPath } from "./types.ts";
export function getXattrAt(_c: VfsContext, _s: VfsPath, _p: string, _f: number, _n: string): Uint8Array | Errno {
  throw new Error("not written yet");
}
export function setXattrAt(
  _c: VfsContext,
  _s: VfsPath,
  _p: string,
  _f: number,
  _n: string,
  _v: Uint8Array,
  _x: number,
): 0 | Errno {
  throw new Error("not written yet");
}
export function listXattrAt(_c: VfsContext, _s: VfsPath, _p: string, _f: number): readonly string[] | Errno {
  throw new Error("not written yet");
}
export function removeXattrAt(_c: VfsContext, _s: VfsPath, _p: string, _f: number, _n: string): 0 | Errno {
  throw new Error("not written yet");
}
export function getXattrOf(_c: VfsContext, _f: FileDescription, _n: string): Uint8Array | Errno {
  throw new Error("not written yet");
}
export function setXattrOf(_c: VfsContext, _f: FileDescription, _n: string, _v: Uint8Array, _x: number): 0 | Errno {
  throw new Error("not written yet");
}
export function listXattrOf(_c: VfsContext, _f: FileDescription): readonly string[] | Errno {
  throw new Error("not written yet");
}
export function removeXattrOf(_c: VfsContext, _f: FileDescription, _n: string): 0 | Errno {
  throw new Error("not written yet");
}
