/** What the VFS needs to know of a task. */
import { RLIMIT_FSIZE } from "../../../shared/abi/resource.ts";
import type { Credentials } from "../vfs/credentials.ts";
import type { VfsContext, VfsPath } from "../vfs/types.ts";
import type { Task } from "./task.ts";

export class TaskVfsContext implements VfsContext {
  /** For objects of the kernel layer that are asked through the VFS: /proc/self. */
  readonly task: Task;

  constructor(task: Task) {
    this.task = task;
  }

  get credentials(): Credentials {
    return this.task.credentials;
  }
  get root(): VfsPath {
    return this.task.fs.root;
  }
  get cwd(): VfsPath {
    return this.task.fs.cwd;
  }
  get umask(): number {
    return this.task.fs.umask;
  }
  get fileSizeLimit(): number {
    return this.task.threadGroup.limits.soft[RLIMIT_FSIZE];
  }
}
