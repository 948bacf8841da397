/** Symbolic links, and names for what is not on the host's disk: FIFOs, sockets and devices are the kernel's own. */

import { ENXIO, type Errno } from "../../../../shared/abi/errno.ts";
import type { FileDescription } from "../../vfs/file_description.ts";
import type { VfsContext } from "../../vfs/types.ts";
import { GoferInode } from "./gofer_inode.ts";

export class GoferSymlink extends GoferInode {
  /** A link's text never changes. "": not asked for yet. */
  #target = "";

  /** The walk that found the link told where it leads. */
  learnTarget(target: string): void {
    this.#target = target;
  }

  override readlink(_context: VfsContext): string | Errno {
    if (this.#target !== "") return this.#target;
    const target = this.filesystem.client.readlink(this.fid);
    if (typeof target === "string") this.#target = target;
    return target as string | Errno;
  }

  override open(): FileDescription | Errno {
    return -ENXIO;
  }
}

/** The VFS opens it by its type and number. */
export class GoferSpecial extends GoferInode {
  override open(): FileDescription | Errno {
    return -ENXIO;
  }
}
