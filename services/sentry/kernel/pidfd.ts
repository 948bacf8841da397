/** pidfd_open(2): a descriptor that stands for a process; readable once it has exited. */
import { WaitQueue } from "../../../shared/waiter/wait_queue.ts";
import { FileDescription } from "../vfs/file_description.ts";
import type { Inode } from "../vfs/types.ts";
import { anonInode } from "./anonymous_inode.ts";
import type { ThreadGroup } from "./thread_group.ts";

const O_RDWR = 2;
const POLLIN = 0x1;
const POLLRDNORM = 0x40;
const POLLHUP = 0x10;

/** The /proc/[pid] directories: pidfd_send_signal(2) takes an open one for a pidfd. Filled by the proc filesystem. */
export const processDirectories = new WeakMap<Inode, ThreadGroup>();

/** The process that `file` stands for, null if it was reaped, undefined if the file is no pidfd. */
export function processOf(file: FileDescription): ThreadGroup | null | undefined {
  if (file instanceof PidFile) return file.target;
  const group = processDirectories.get(file.inode);
  return group === undefined || !group.isReaped ? group : null;
}

export class PidFile extends FileDescription {
  readonly inode: Inode = anonInode;
  #target: ThreadGroup | null = null;
  static readonly #nobody = new WaitQueue();

  /** `flags`: O_NONBLOCK or 0. */
  constructor(flags: number) {
    super(O_RDWR | flags, null);
  }

  /** Once, before anybody can use it. */
  setTarget(group: ThreadGroup): void {
    this.#target = group;
  }

  /** The process, zombies included; null after it was reaped. */
  get target(): ThreadGroup | null {
    return this.#target === null || this.#target.isReaped ? null : this.#target;
  }

  override get waiters(): WaitQueue {
    return this.#target?.exitWaiters ?? PidFile.#nobody;
  }

  override readiness(): number {
    const target = this.#target;
    if (target === null || !target.isExited) return 0;
    return target.isReaped ? POLLIN | POLLRDNORM | POLLHUP : POLLIN | POLLRDNORM;
  }

  override describe(): string {
    return "anon_inode:[pidfd]";
  }

  /** The line of /proc/[pid]/fdinfo. */
  get pid(): number {
    return this.#target === null ? 0 : this.#target.isReaped ? -1 : this.#target.pid;
  }
}
