/** One instance of a filesystem whose content is made up: numbers its inodes and drops names that have ceased to be true. */
import type { Errno } from "../../../../shared/abi/errno.ts";
import { Dentry } from "../../vfs/dentry.ts";
import { allocateDevice } from "../../vfs/device_registry.ts";
import { type ResolvingPath, walkInMemory } from "../../vfs/resolving_path.ts";
import { Filesystem, type FilesystemStatistics } from "../../vfs/types.ts";
import { type PseudoDirectory, type PseudoHost, PseudoInode } from "./pseudo_inode.ts";

export class PseudoFilesystem extends Filesystem implements PseudoHost {
  readonly name: string;
  readonly device = allocateDevice();
  readonly root: Dentry;
  readonly bornSec: number;
  readonly hidesRefusals: boolean;
  readonly #magic: number;
  #lastIno = 0;

  /** `makeRoot` builds the root directory; `magic` is statfs(2)'s f_type. */
  constructor(name: string, magic: number, makeRoot: (filesystem: PseudoFilesystem) => PseudoDirectory) {
    super();
    this.name = name;
    this.hidesRefusals = name === "proc";
    this.#magic = magic;
    this.bornSec = Math.floor(Date.now() / 1000);
    this.root = Dentry.root(this, makeRoot(this));
  }

  allocateIno(): number {
    return ++this.#lastIno;
  }

  override walk(path: ResolvingPath): 0 | Errno {
    return walkInMemory(path);
  }

  /** Nothing that is missing now need be missing at the next look. */
  override revalidate(dentry: Dentry): boolean {
    const inode = dentry.inode;
    return inode instanceof PseudoInode && inode.isAlive;
  }

  override statistics(out: FilesystemStatistics): 0 | Errno {
    out.type = this.#magic;
    out.blockSize = 4096;
    out.blocks = 0;
    out.blocksFree = 0;
    out.blocksAvailable = 0;
    out.files = 0;
    out.filesFree = 0;
    out.nameLength = 255;
    return 0;
  }
}
