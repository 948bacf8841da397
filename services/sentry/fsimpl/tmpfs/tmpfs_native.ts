/** tmpfs with the host's memory files behind it: what boot and mount(2) use. */
import { totalmem } from "node:os";
import type { Errno } from "../../../../shared/abi/errno.ts";
import type { FileClock } from "../../vfs/file_clock.ts";
import type { FilesystemType } from "../../vfs/filesystem_type.ts";
import { AnonymousFiles } from "./anonymous_file.ts";
import { memoryFiles } from "./host_files_native.ts";
import { parseTmpfsOptions, TmpfsFilesystem, type TmpfsOptions } from "./tmpfs.ts";

/** Without a size a tmpfs may take half of the memory, as on Linux. */
export function createTmpfs(options: Partial<TmpfsOptions>, clock: FileClock): TmpfsFilesystem {
  const isDefaultSize = options.size === undefined;
  return new TmpfsFilesystem({ size: Math.floor(totalmem() / 2), isDefaultSize, ...options }, memoryFiles, clock);
}

export function tmpfsType(clock: FileClock): FilesystemType {
  return {
    name: "tmpfs",
    needsDevice: false,
    create(_context, _source, text): TmpfsFilesystem | Errno {
      const options = parseTmpfsOptions(text, totalmem());
      return typeof options === "number" ? options : createTmpfs(options, clock);
    },
  };
}

export function createAnonymousFiles(clock: FileClock): AnonymousFiles {
  return new AnonymousFiles(createTmpfs({}, clock));
}
