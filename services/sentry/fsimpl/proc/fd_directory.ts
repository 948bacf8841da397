/** /proc/[pid]/fd and fdinfo: the open descriptors of a task as magic links, and their state. */
import { ENOENT, type Errno } from "../../../../shared/abi/errno.ts";
import { O_CLOEXEC } from "../../../../shared/abi/fcntl.ts";
import { anonymousPlace } from "../../kernel/anonymous_inode.ts";
import { STATE_EXITED, type Task } from "../../kernel/task.ts";
import type { FileDescription } from "../../vfs/file_description.ts";
import { pathOf } from "../../vfs/path_name.ts";
import type { VfsContext, VfsPath } from "../../vfs/types.ts";
import {
  type Owner,
  PseudoDirectory,
  type PseudoEntry,
  PseudoFile,
  type PseudoHost,
  type PseudoInode,
  PseudoSymlink,
} from "../pseudo/pseudo_inode.ts";
import { mayInspect } from "./inspection.ts";

function parseFd(name: string): number {
  return /^(0|[1-9][0-9]{0,9})$/.test(name) ? Number(name) : -1;
}

function fileAt(task: Task, fd: number): FileDescription | undefined {
  return task.state === STATE_EXITED ? undefined : task.fdTable.get(fd);
}

/** The text of a descriptor's link. */
export function describeFile(file: FileDescription, context: VfsContext): string {
  return file.path === null || file.describe() !== "" ? file.describe() : pathOf(file.path, context.root);
}

/** A link that is true as long as the descriptor is open; its permission bits tell how. */
class FdLink extends PseudoSymlink {
  readonly #task: Task;
  readonly #fd: number;

  constructor(filesystem: PseudoHost, task: Task, fd: number, owner: Owner) {
    super(
      filesystem,
      (context) => {
        const allowed = mayInspect(context, task);
        if (allowed < 0) return allowed;
        const file = fileAt(task, fd);
        return file === undefined ? -ENOENT : describeFile(file, context);
      },
      {
        owner,
        follow: (context): VfsPath | null | Errno => {
          const allowed = mayInspect(context, task);
          if (allowed < 0) return allowed;
          const file = fileAt(task, fd);
          if (file === undefined) return -ENOENT;
          return file.path ?? anonymousPlace(file);
        },
      },
    );
    this.#task = task;
    this.#fd = fd;
    const file = fileAt(task, fd);
    this.mode = 0o120000 | (file?.isReadable === true ? 0o500 : 0) | (file?.isWritable === true ? 0o300 : 0);
  }

  override get isAlive(): boolean {
    return fileAt(this.#task, this.#fd) !== undefined;
  }
  override get size(): number {
    return 64;
  }
}

abstract class PerFdDirectory extends PseudoDirectory {
  protected readonly task: Task;
  protected readonly owner: Owner;

  constructor(filesystem: PseudoHost, task: Task, owner: Owner, permissions: number) {
    super(filesystem, permissions, owner);
    this.task = task;
    this.owner = owner;
  }

  override get isAlive(): boolean {
    return this.task.state !== STATE_EXITED;
  }

  override checkPermission(context: VfsContext, mask: number): 0 | Errno {
    return mayInspect(context, this.task) === 0 ? 0 : super.checkPermission(context, mask);
  }

  protected abstract make(fd: number): PseudoInode;

  override lookup(name: string): PseudoInode | null | Errno {
    const fd = parseFd(name);
    if (fd < 0 || fileAt(this.task, fd) === undefined) return null;
    return this.make(fd);
  }

  override *list(_context: VfsContext): Iterable<PseudoEntry> {
    const open: number[] = [];
    if (this.isAlive) this.task.fdTable.forEach((fd) => open.push(fd));
    for (const fd of open) yield { name: String(fd), inode: this.make(fd), place: fd };
  }
}

export class FdDirectory extends PerFdDirectory {
  constructor(filesystem: PseudoHost, task: Task, owner: Owner) {
    super(filesystem, task, owner, 0o500);
  }

  protected override make(fd: number): PseudoInode {
    return new FdLink(this.filesystem, this.task, fd, this.owner);
  }

  /** The number of descriptors, as Linux tells since 6.2. */
  override get size(): number {
    return this.isAlive ? this.task.fdTable.usedCount : 0;
  }
}

class FdInfoFile extends PseudoFile {
  readonly #task: Task;
  readonly #fd: number;

  constructor(filesystem: PseudoHost, task: Task, fd: number, owner: Owner) {
    super(filesystem, () => renderFdInfo(task, fd), { owner, permissions: 0o444 });
    this.#task = task;
    this.#fd = fd;
  }

  override get isAlive(): boolean {
    return fileAt(this.#task, this.#fd) !== undefined;
  }
}

export class FdInfoDirectory extends PerFdDirectory {
  constructor(filesystem: PseudoHost, task: Task, owner: Owner) {
    super(filesystem, task, owner, 0o555);
  }

  protected override make(fd: number): PseudoInode {
    return new FdInfoFile(this.filesystem, this.task, fd, this.owner);
  }
}

function renderFdInfo(task: Task, fd: number): string | Errno {
  const file = fileAt(task, fd);
  if (file === undefined) return -ENOENT;
  const flags = file.flags | (task.fdTable.isCloseOnExec(fd) ? O_CLOEXEC : 0);
  const mount = file.path?.mount.id ?? 15;
  const head = `pos:\t${file.offset}\nflags:\t0${(flags >>> 0).toString(8).padStart(6, "0")}\n`;
  return `${head}mnt_id:\t${mount}\nino:\t${file.inode.ino}\n${file.describeState()}`;
}
