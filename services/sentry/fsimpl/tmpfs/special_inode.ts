/** Inodes of tmpfs without content: symbolic links, FIFOs, sockets, device nodes. */
import { ENXIO, type Errno } from "../../../../shared/abi/errno.ts";
import type { FileDescription } from "../../vfs/file_description.ts";
import type { VfsContext } from "../../vfs/types.ts";
import type { TmpfsFilesystem } from "./tmpfs.ts";
import { type Ownership, TmpfsInode } from "./tmpfs_inode.ts";

export class TmpfsSymlink extends TmpfsInode {
  readonly #target: string;

  constructor(filesystem: TmpfsFilesystem, owner: Ownership, target: string) {
    super(filesystem, owner);
    this.#target = target;
  }

  override get size(): number {
    return this.#target.length;
  }

  override readlink(_context: VfsContext): string {
    this.touchAccess(true);
    return this.#target;
  }

  override open(): FileDescription | Errno {
    return -ENXIO;
  }
}

/** A name for something that the kernel has: the VFS opens it by type and number. */
export class TmpfsSpecial extends TmpfsInode {
  readonly #rdev: number;

  constructor(filesystem: TmpfsFilesystem, owner: Ownership, rdev: number) {
    super(filesystem, owner);
    this.#rdev = rdev;
  }

  override get rdev(): number {
    return this.#rdev;
  }

  override get size(): number {
    return 0;
  }

  override open(): FileDescription | Errno {
    return -ENXIO;
  }
}
