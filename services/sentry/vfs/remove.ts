import type { Errno } from "../../../shared/abi/errno.ts";
import type { VfsContext, VfsPath } from "./types.ts";
export function unlinkAt(_c: VfsContext, _s: VfsPath, _p: string): 0 | Errno {
  throw new Error("not written yet");
}
export function rmdirAt(_c: VfsContext, _s: VfsPath, _p: string): 0 | Errno {
  throw new Error("not written yet");
}
