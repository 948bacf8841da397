/** Files in memory without a name in any tree: memfd_create(2), System V shared memory, shared anonymous mappings. */
import { F_SEAL_SEAL, O_LARGEFILE, O_RDWR } from "../../../../shared/abi/fcntl.ts";
import { MS_KERNMOUNT } from "../../../../shared/abi/mount.ts";
import { S_IFREG } from "../../../../shared/abi/stat.ts";
import type { Credentials } from "../../vfs/credentials.ts";
import { Dentry } from "../../vfs/dentry.ts";
import type { FileDescription } from "../../vfs/file_description.ts";
import { Mount } from "../../vfs/mount.ts";
import { TmpfsFile, TmpfsFileDescription } from "./regular_file.ts";
import type { TmpfsFilesystem } from "./tmpfs.ts";

/** Makes them: the kernel's own mount of a tmpfs that no path leads to. */
export class AnonymousFiles {
  readonly #mount: Mount;
  readonly #filesystem: TmpfsFilesystem;

  constructor(filesystem: TmpfsFilesystem) {
    this.#filesystem = filesystem;
    this.#mount = new Mount(filesystem, filesystem.root, MS_KERNMOUNT, "tmpfs");
  }

  /**
   * A new empty file open for reading and writing. `name` is what /proc shows as "/name (deleted)": "memfd:x",
   * "SYSV00000000", "dev/zero". Unless `sealable`, F_ADD_SEALS gives EPERM.
   */
  create(credentials: Credentials, name: string, sealable: boolean, mode = 0o777): FileDescription {
    const { fsuid: uid, fsgid: gid } = credentials;
    const file = new TmpfsFile(this.#filesystem, { mode: S_IFREG | mode, uid, gid });
    file.nlink = 0;
    file.seals = sealable ? 0 : F_SEAL_SEAL;
    const dentry = Dentry.unlinked(this.#filesystem.root, name, file);
    const description = new TmpfsFileDescription(file, { mount: this.#mount, dentry }, O_RDWR | O_LARGEFILE);
    file.writers++;
    description.onLastClose = dropWriter;
    return description;
  }
}

function dropWriter(file: FileDescription): void {
  file.inode.writers--;
}
