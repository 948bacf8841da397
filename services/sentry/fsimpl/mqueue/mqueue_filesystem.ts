/** mqueue: POSIX message queues as files in one directory, mq_overview(7). An IPC namespace has one instance, which mq_open(2) and every mount share. */
import { MQUEUE_MAGIC, MS_KERNMOUNT } from "../../../../shared/abi/mount.ts";
import type { IpcNamespace } from "../../kernel/ipc/ipc_namespace.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { TaskVfsContext } from "../../kernel/task_vfs_context.ts";
import type { FilesystemType } from "../../vfs/filesystem_type.ts";
import { Mount } from "../../vfs/mount.ts";
import { PseudoFilesystem } from "../pseudo/pseudo_filesystem.ts";
import { MqueueRoot } from "./mqueue_root.ts";

export class MqueueFilesystem extends PseudoFilesystem {
  /** Where mq_open(2) finds its names; no path leads to it. */
  readonly kernelMount: Mount;

  constructor() {
    super("mqueue", MQUEUE_MAGIC, (filesystem) => new MqueueRoot(filesystem));
    this.kernelMount = new Mount(this, this.root, MS_KERNMOUNT, "none");
  }

  get directory(): MqueueRoot {
    return this.root.inode as MqueueRoot;
  }
}

/** The instance of `ipc`. */
export function mqueueOf(ipc: IpcNamespace): MqueueFilesystem {
  if (ipc.mqueue instanceof MqueueFilesystem) return ipc.mqueue;
  const made = new MqueueFilesystem();
  ipc.mqueue = made;
  return made;
}

/** For mount(2). */
export function mqueueType(kernel: Kernel): FilesystemType {
  return {
    name: "mqueue",
    needsDevice: false,
    create: (context) => mqueueOf(context instanceof TaskVfsContext ? context.task.ipc : kernel.ipc),
  };
}
