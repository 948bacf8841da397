import type { Errno } from "../../../shared/abi/errno.ts";
import type { FileDescription } from "./file_description.ts";
import type { AttributeChange, Attributes, FilesystemStatistics, VfsContext, VfsPath } from "./types.ts";
export function statAt(_c: VfsContext, _s: VfsPath, _p: string, _f: number, _o: Attributes): 0 | Errno {
  throw new Error("not written yet");
}
export function statfsAt(_c: VfsContext, _s: VfsPath, _p: string, _o: FilesystemStatistics): 0 | Errno {
  throw new Error("not written yet");
}
export function accessAt(_c: VfsContext, _s: VfsPath, _p: string, _m: number, _f: number): 0 | Errno {
  throw new Error("not written yet");
}
export function setAttributesAt(_c: VfsContext, _s: VfsPath, _p: string, _f: number, _x: AttributeChange): 0 | Errno {
  throw new Error("not written yet");
}
export function setAttributesOf(_c: VfsContext, _f: FileDescription, _x: AttributeChange): 0 | Errno {
  throw new Error("not written yet");
}
export function readlinkAt(_c: VfsContext, _s: VfsPath, _p: string): string | Errno {
  throw new Error("not written yet");
}
