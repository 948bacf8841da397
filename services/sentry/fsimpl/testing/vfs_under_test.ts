/** A filesystem of ours as seen through the VFS. */
import {
  AT_SYMLINK_NOFOLLOW,
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
} from "../../../../shared/abi/fcntl.ts";
import { S_IFDIR, S_IFLNK, S_IFMT } from "../../../../shared/abi/stat.ts";
import { readAll, VfsHarness } from "../../vfs/testing/vfs_harness.ts";
import { type Filesystem, newAttributes } from "../../vfs/types.ts";
import type { FileOperation, FileSystemUnderTest, Outcome } from "./file_operation.ts";

const RENAME_FLAGS = { rename: 0, exchange: RENAME_EXCHANGE, renameNoReplace: RENAME_NOREPLACE };

export class VfsUnderTest implements FileSystemUnderTest {
  readonly harness: VfsHarness;

  constructor(filesystem: Filesystem) {
    this.harness = new VfsHarness(filesystem);
  }

  apply(op: FileOperation): Outcome {
    const h = this.harness;
    const { vfs, context, at } = h;
    switch (op.kind) {
      case "mkdir":
        return h.mkdir(op.path) || "";
      case "create":
        return this.#write(op.path, op.text, O_TRUNC);
      case "append":
        return this.#write(op.path, op.text, O_APPEND);
      case "truncate":
        return vfs.setAttributesAt(context, at, op.path, 0, { size: op.size }) || "";
      case "chmod":
        return vfs.setAttributesAt(context, at, op.path, 0, { mode: op.mode }) || "";
      case "read":
        return this.#read(op.path);
      case "list":
        return this.#list(op.path);
      case "stat":
      case "lstat":
        return this.#stat(op.path, op.kind === "lstat" ? AT_SYMLINK_NOFOLLOW : 0);
      case "symlink":
        return h.symlink(op.target, op.path) || "";
      case "link":
        return h.link(op.path, op.to) || "";
      case "unlink":
        return h.unlink(op.path) || "";
      case "rmdir":
        return h.rmdir(op.path) || "";
      default:
        return h.rename(op.path, op.to, RENAME_FLAGS[op.kind]) || "";
    }
  }

  #write(path: string, text: string, flag: number): Outcome {
    const { vfs, context, at } = this.harness;
    const file = vfs.openAt(context, at, path, O_CREAT | O_WRONLY | flag, 0o644);
    if (typeof file === "number") return file;
    const bytes = Buffer.from(text, "latin1");
    const count = file.write(context, bytes, 0, bytes.length);
    file.dropReference();
    return count < 0 ? count : "";
  }

  #read(path: string): Outcome {
    const { vfs, context, at } = this.harness;
    const status = newAttributes();
    const got = vfs.statAt(context, at, path, 0, status);
    if (got < 0) return got;
    // read(2) of a directory fails, not opening it.
    if ((status.mode & S_IFMT) === S_IFDIR) return -21;
    const file = vfs.openAt(context, at, path, O_RDONLY, 0);
    if (typeof file === "number") return file;
    const text = readAll(context, file);
    file.dropReference();
    return text;
  }

  #list(path: string): Outcome {
    const { vfs, context, at } = this.harness;
    const directory = vfs.openAt(context, at, path, O_RDONLY | O_DIRECTORY, 0);
    if (typeof directory === "number") return directory;
    directory.dropReference();
    return this.harness.list(path).join(" ");
  }

  #stat(path: string, flags: number): Outcome {
    const { vfs, context, at } = this.harness;
    const status = newAttributes();
    const got = vfs.statAt(context, at, path, flags, status);
    if (got < 0) return got;
    const mode = (status.mode & 0o7777).toString(8);
    const type = status.mode & S_IFMT;
    if (type === S_IFDIR) return `directory ${mode}`;
    if (type === S_IFLNK) return `link ${status.nlink} ${vfs.readlinkAt(context, at, path)}`;
    return `file ${status.nlink} ${status.size} ${mode}`;
  }
}
