/** procfs: tasks as directories, the machine as files. */
import type { Errno } from "../../../../shared/abi/errno.ts";
import { PROC_SUPER_MAGIC } from "../../../../shared/abi/mount.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { processDirectories } from "../../kernel/pidfd.ts";
import type { Task } from "../../kernel/task.ts";
import type { ThreadGroup } from "../../kernel/thread_group.ts";
import type { VfsContext } from "../../vfs/types.ts";
import { PseudoFilesystem } from "../pseudo/pseudo_filesystem.ts";
import {
  type PseudoDirectory,
  type PseudoEntry,
  type PseudoHost,
  type PseudoInode,
  PseudoSymlink,
  StaticDirectory,
} from "../pseudo/pseudo_inode.ts";
import { callerOf } from "./inspection.ts";
import { sysctlDirectory } from "./sysctl.ts";
import { type ProcFacts, systemFiles } from "./system_files.ts";
import { sysvipcFiles } from "./sysvipc_files.ts";
import { taskDirectory } from "./task_directory.ts";

export type { ProcFacts } from "./system_files.ts";

/** A new instance of procfs. */
export function createProcFilesystem(kernel: Kernel, facts: ProcFacts): PseudoFilesystem {
  return new PseudoFilesystem("proc", PROC_SUPER_MAGIC, (filesystem) => new ProcRoot(filesystem, kernel, facts));
}

class ProcRoot extends StaticDirectory {
  readonly #kernel: Kernel;
  readonly #processes = new Map<ThreadGroup, PseudoDirectory>();
  readonly #threads = new WeakMap<Task, PseudoDirectory>();

  constructor(filesystem: PseudoHost, kernel: Kernel, facts: ProcFacts) {
    super(filesystem, {
      ...systemFiles(filesystem, kernel, facts),
      mounts: () => new PseudoSymlink(filesystem, () => "self/mounts"),
      net: () => new PseudoSymlink(filesystem, () => "self/net"),
      self: () => new PseudoSymlink(filesystem, selfLink),
      sys: () => sysctlDirectory(filesystem, kernel),
      sysvipc: () => new StaticDirectory(filesystem, sysvipcFiles(filesystem, kernel)),
      "thread-self": () => new PseudoSymlink(filesystem, threadSelfLink),
    });
    this.#kernel = kernel;
  }

  override get linkCount(): number {
    return 2 + this.#processes.size;
  }

  /** The directory of a process, the same one as long as the process lives. */
  #directory(group: ThreadGroup): PseudoDirectory {
    let directory = this.#processes.get(group);
    if (directory !== undefined) return directory;
    for (const known of this.#processes.keys()) if (known.isReaped) this.#processes.delete(known);
    directory = taskDirectory(this.filesystem, group.leader, true);
    this.#processes.set(group, directory);
    processDirectories.set(directory, group);
    return directory;
  }

  /** Threads that lead no process can be looked up, too, but aren't listed. */
  override lookup(name: string): PseudoInode | null | Errno {
    if (!/^[1-9][0-9]{0,9}$/.test(name)) return super.lookup(name);
    const task = this.#kernel.pidNamespace.task(Number(name));
    if (task === undefined) return null;
    return task.isLeader ? this.#directory(task.threadGroup) : this.#threadDirectory(task);
  }

  #threadDirectory(task: Task): PseudoDirectory {
    let directory = this.#threads.get(task);
    if (directory === undefined) {
      directory = taskDirectory(this.filesystem, task, true);
      this.#threads.set(task, directory);
    }
    return directory;
  }

  override *list(context: VfsContext): Iterable<PseudoEntry> {
    yield* super.list(context);
    const groups = this.#kernel.pidNamespace.threadGroups().sort((a, b) => a.pid - b.pid);
    for (const group of groups) {
      yield { name: String(group.pid), inode: this.#directory(group), place: FIRST_PROCESS + group.pid };
    }
  }
}

/** Processes come behind all other entries of the root. */
const FIRST_PROCESS = 1000;

function selfLink(context: VfsContext): string {
  return String(callerOf(context)?.threadGroup.pid ?? 1);
}

function threadSelfLink(context: VfsContext): string {
  const task = callerOf(context);
  return task === null ? "1/task/1" : `${task.threadGroup.pid}/task/${task.tid}`;
}
