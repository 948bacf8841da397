/** The kinds of filesystem that mount(2) can make by name: /proc/filesystems. */
import type { Errno } from "../../../shared/abi/errno.ts";
import type { Filesystem, VfsContext } from "./types.ts";

export interface FilesystemType {
  readonly name: string;
  /** Shown without "nodev" in /proc/filesystems. */
  readonly needsDevice: boolean;
  /** A new instance. `options` is mount(2)'s data: comma-separated, latin1. */
  create(context: VfsContext, source: string, options: string): Filesystem | Errno;
}

export class FilesystemTypes {
  readonly #types = new Map<string, FilesystemType>();

  add(type: FilesystemType): void {
    this.#types.set(type.name, type);
  }

  get(name: string): FilesystemType | undefined {
    return this.#types.get(name);
  }

  all(): IterableIterator<FilesystemType> {
    return this.#types.values();
  }
}

/** Splits mount options: "size=10m,mode=755" -> [["size", "10m"], ["mode", "755"]]; a flag has the value "". */
export function parseMountOptions(options: string): [string, string][] {
  return options
    .split(",")
    .filter((option) => option !== "")
    .map((option) => {
      const equals = option.indexOf("=");
      return equals < 0 ? [option, ""] : [option.slice(0, equals), option.slice(equals + 1)];
    });
}
