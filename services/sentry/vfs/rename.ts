import type { Errno } from "../../../shared/abi/errno.ts";
import type { VfsContext, VfsPath } from "./types.ts";
export function rename(_c: VfsContext, _s: VfsPath, _p: string, _ns: VfsPath, _np: string, _f: number): 0 | Errno {
  throw new Error("not written yet");
}
