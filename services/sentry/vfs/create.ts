import type { Errno } from "../../../shared/abi/errno.ts";
import type { VfsContext, VfsPath } from "./types.ts";
export function mkdirAt(_c: VfsContext, _s: VfsPath, _p: string, _m: number): 0 | Errno {
  throw new Error("not written yet");
}
export function mknodAt(_c: VfsContext, _s: VfsPath, _p: string, _m: number, _r: number): 0 | Errno {
  throw new Error("not written yet");
}
export function symlinkAt(_c: VfsContext, _s: VfsPath, _p: string, _t: string): 0 | Errno {
  throw new Error("not written yet");
}
export function linkAt(_c: VfsContext, _s: VfsPath, _p: string, _ns: VfsPath, _np: string, _f: number): 0 | Errno {
  throw new Error("not written yet");
}
export function bindSocketAt(_c: VfsContext, _s: VfsPath, _p: string, _m: number, _k: unknown): VfsPath | Errno {
  throw new Error("not written yet");
}
