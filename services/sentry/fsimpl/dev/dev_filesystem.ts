/** /dev: a tmpfs that starts out with the nodes and links that programs expect, as container runtimes make them. */
import { type Errno, isErrno } from "../../../../shared/abi/errno.ts";
import { S_IFCHR, S_IFDIR } from "../../../../shared/abi/stat.ts";
import { makeDevice } from "../../vfs/device_registry.ts";
import type { Inode, VfsContext } from "../../vfs/types.ts";
import type { HostFiles } from "../tmpfs/host_files.ts";
import { TmpfsFilesystem } from "../tmpfs/tmpfs.ts";

const TTY_GROUP = 5;

const NODES = [
  ["null", 1, 3, 0o666],
  ["zero", 1, 5, 0o666],
  ["full", 1, 7, 0o666],
  ["random", 1, 8, 0o666],
  ["urandom", 1, 9, 0o666],
  ["kmsg", 1, 11, 0o644],
  ["tty", 5, 0, 0o666],
] as const;

const LINKS = [
  ["fd", "/proc/self/fd"],
  ["stdin", "/proc/self/fd/0"],
  ["stdout", "/proc/self/fd/1"],
  ["stderr", "/proc/self/fd/2"],
  ["ptmx", "pts/ptmx"],
] as const;

/** Mount points for other filesystems. */
const DIRECTORIES = [
  ["pts", 0o755],
  ["shm", 0o1777],
  ["mqueue", 0o755],
] as const;

export class DevFilesystem extends TmpfsFilesystem {
  override readonly name = "devtmpfs";

  private constructor(hostFiles: HostFiles | null) {
    super({ mode: 0o755, size: 64 << 20 }, hostFiles);
  }

  /** A new /dev. `context` is the kernel's own: root, with every capability. */
  static create(context: VfsContext, hostFiles: HostFiles | null): DevFilesystem {
    const filesystem = new DevFilesystem(hostFiles);
    const root = filesystem.root.inode as Inode;
    for (const [name, major, minor, mode] of NODES) {
      const node = must(root.mknod(context, name, S_IFCHR | mode, makeDevice(major, minor)), name);
      if (name === "tty") must(node.setAttributes(context, { gid: TTY_GROUP }), name);
    }
    for (const [name, target] of LINKS) must(root.symlink(context, name, target), name);
    for (const [name, mode] of DIRECTORIES) must(root.mkdir(context, name, S_IFDIR | mode), name);
    return filesystem;
  }
}

function must<T>(result: T | Errno, name: string): T {
  if (isErrno(result) && result < 0) throw new Error(`/dev/${name}: errno ${-result}`);
  return result as T;
}
