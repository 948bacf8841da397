/** The directory of an mqueue filesystem: makes queues within their limits (ipc/mqueue.c). */
import { CAP_SYS_RESOURCE } from "../../../../shared/abi/capability.ts";
import { EINVAL, EMFILE, ENOSPC, type Errno } from "../../../../shared/abi/errno.ts";
import { RLIMIT_MSGQUEUE } from "../../../../shared/abi/resource.ts";
import { S_IFREG } from "../../../../shared/abi/stat.ts";
import {
  HARD_MSG_MAX,
  HARD_MSGSIZE_MAX,
  MQ_PRIO_MAX,
  MSG_MAX,
  MSGSIZE_MAX,
  PosixQueue,
  QUEUES_MAX,
} from "../../kernel/ipc/posix_queue.ts";
import { TaskVfsContext } from "../../kernel/task_vfs_context.ts";
import type { VfsContext } from "../../vfs/types.ts";
import { PseudoDirectory, type PseudoEntry, type PseudoHost, type PseudoInode } from "../pseudo/pseudo_inode.ts";
import { MqueueInode } from "./mqueue_inode.ts";

/** Who may make queues: everybody; only the owner takes one away. */
const PERMISSIONS = 0o1777;
/** What Linux counts for a message beside its bytes: struct msg_msg, struct posix_msg_tree_node. */
const MESSAGE_OVERHEAD = 48;

export class MqueueRoot extends PseudoDirectory {
  readonly #queues = new Map<string, MqueueInode>();
  /** Bytes that each user's queues may come to hold, for RLIMIT_MSGQUEUE. */
  readonly #charges = new Map<number, number>();

  constructor(filesystem: PseudoHost) {
    super(filesystem, PERMISSIONS);
  }

  override lookup(name: string): PseudoInode | null {
    return this.#queues.get(name) ?? null;
  }

  override *list(): Iterable<PseudoEntry> {
    for (const [name, inode] of this.#queues) yield { name, inode };
  }

  /** Made by open(2) in a mount: with the default attributes. */
  override create(context: VfsContext, name: string, mode: number): MqueueInode | Errno {
    return this.createQueue(context, name, mode, MSG_MAX, MSGSIZE_MAX);
  }

  /** `mode` has the umask applied. -ENOSPC, -EINVAL or -EMFILE if a limit forbids it. */
  createQueue(
    context: VfsContext,
    name: string,
    mode: number,
    maximumMessages: number,
    messageBytes: number,
  ): MqueueInode | Errno {
    const { credentials } = context;
    const isPrivileged = credentials.has(CAP_SYS_RESOURCE);
    if (this.#queues.size >= QUEUES_MAX && !isPrivileged) return -ENOSPC;
    if (maximumMessages <= 0 || messageBytes <= 0) return -EINVAL;
    if (maximumMessages > (isPrivileged ? HARD_MSG_MAX : MSG_MAX)) return -EINVAL;
    if (messageBytes > (isPrivileged ? HARD_MSGSIZE_MAX : MSGSIZE_MAX)) return -EINVAL;
    const charge =
      maximumMessages * (messageBytes + MESSAGE_OVERHEAD) + Math.min(maximumMessages, MQ_PRIO_MAX) * MESSAGE_OVERHEAD;
    const charged = (this.#charges.get(credentials.ruid) ?? 0) + charge;
    if (charged > chargeLimit(context)) return -EMFILE;
    this.#charges.set(credentials.ruid, charged);
    const queue = new PosixQueue(maximumMessages, messageBytes);
    const owner = { mode: S_IFREG | (mode & 0o7777), uid: credentials.fsuid, gid: credentials.fsgid };
    const inode = new MqueueInode(this.filesystem, queue, owner, () => this.#refund(credentials.ruid, charge));
    this.#queues.set(name, inode);
    return inode;
  }

  #refund(uid: number, charge: number): void {
    const left = (this.#charges.get(uid) ?? 0) - charge;
    if (left > 0) this.#charges.set(uid, left);
    else this.#charges.delete(uid);
  }

  override unlink(_context: VfsContext, name: string, child: MqueueInode): 0 | Errno {
    this.#queues.delete(name);
    child.onUnlinked();
    return 0;
  }
}

function chargeLimit(context: VfsContext): number {
  return context instanceof TaskVfsContext
    ? context.task.threadGroup.limits.soft[RLIMIT_MSGQUEUE]
    : Number.POSITIVE_INFINITY;
}
