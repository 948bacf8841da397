/** /proc/[pid] and /proc/[pid]/task/[tid]: what can be known of one task. */
import { EINVAL, ENOENT, EPERM, type Errno, ESRCH } from "../../../../shared/abi/errno.ts";
import { STATE_EXITED, type Task } from "../../kernel/task.ts";
import type { ThreadGroup } from "../../kernel/thread_group.ts";
import { mountInfo, mountTable } from "../../vfs/mount_info.ts";
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
  type Render,
  StaticDirectory,
} from "../pseudo/pseudo_inode.ts";
import { FdDirectory, FdInfoDirectory } from "./fd_directory.ts";
import { callerOf, mayInspect } from "./inspection.ts";
import { netDirectory } from "./net_files.ts";
import {
  renderCommandLine,
  renderEnvironment,
  renderMaps,
  renderSmaps,
  renderSmapsRollup,
  TaskMemoryInode,
} from "./task_memory_files.ts";
import { renderLimits, renderStat, renderStatm, renderStatus } from "./task_status.ts";

/** The entries of a task belong to its effective user, unless it isn't dumpable. */
class TaskOwner implements Owner {
  readonly #task: Task;
  constructor(task: Task) {
    this.#task = task;
  }
  get uid(): number {
    return this.#task.threadGroup.dumpable === 1 ? this.#task.credentials.euid : 0;
  }
  get gid(): number {
    return this.#task.threadGroup.dumpable === 1 ? this.#task.credentials.egid : 0;
  }
}

function isGone(task: Task, whole: boolean): boolean {
  return whole ? task.threadGroup.isReaped : task.state === STATE_EXITED && !task.isLeader;
}

/** A directory of a task's entries that vanishes with it. */
class TaskDirectory extends StaticDirectory {
  readonly #task: Task;
  readonly #whole: boolean;

  constructor(filesystem: PseudoHost, task: Task, whole: boolean, entries: Record<string, () => PseudoInode>) {
    super(filesystem, entries, 0o555, new TaskOwner(task));
    this.#task = task;
    this.#whole = whole;
  }

  override get isAlive(): boolean {
    return !isGone(this.#task, this.#whole);
  }

  override lookup(name: string): PseudoInode | null | Errno {
    return this.isAlive ? super.lookup(name) : null;
  }
}

/** /proc/[pid]; `whole` false: /proc/[pid]/task/[tid]. */
export function taskDirectory(filesystem: PseudoHost, task: Task, whole: boolean): PseudoDirectory {
  const owner = new TaskOwner(task);
  const group = task.threadGroup;
  const file =
    (render: Render, permissions = 0o444) =>
    () =>
      new PseudoFile(filesystem, render, { permissions, owner });
  const guarded = (render: Render, permissions = 0o400) =>
    file((context) => {
      const allowed = mayInspect(context, task);
      return allowed < 0 ? allowed : render(context);
    }, permissions);
  const link = (place: () => VfsPath | null) => () =>
    new PseudoSymlink(
      filesystem,
      (context) => guardedPlace(context, task, place, (path) => pathOf(path, context.root)),
      { owner, follow: (context) => guardedPlace(context, task, place, (path) => path) },
    );
  const entries: Record<string, () => PseudoInode> = {
    attr: () => new StaticDirectory(filesystem, { current: file(() => -EINVAL, 0o666) }, 0o555, owner),
    auxv: guarded(() => (task.state === STATE_EXITED ? "" : task.mm.auxv)),
    cgroup: file(() => "0::/\n"),
    cmdline: file(() => renderCommandLine(task)),
    comm: () => commFile(filesystem, task, owner),
    cpuset: file(() => "/\n"),
    cwd: link(() => task.fs.cwd),
    environ: guarded(() => renderEnvironment(task)),
    exe: link(() => task.mm.executable?.path ?? null),
    fd: () => new FdDirectory(filesystem, task, owner),
    fdinfo: () => new FdInfoDirectory(filesystem, task, owner),
    gid_map: file(() => "         0          0 4294967295\n", 0o644),
    io: guarded(renderIo),
    limits: file(() => renderLimits(group), 0o644),
    loginuid: file(() => "4294967295", 0o644),
    maps: guarded((context) => renderMaps(task, context), 0o444),
    mem: () => new TaskMemoryInode(filesystem, task, owner),
    mountinfo: file(() => (task.state === STATE_EXITED ? "" : mountInfo(task.fs.root))),
    mounts: file(() => (task.state === STATE_EXITED ? "" : mountTable(task.fs.root))),
    net: () => netDirectory(filesystem),
    ns: () => new NamespaceDirectory(filesystem, task, owner),
    oom_adj: file(() => `${Math.trunc((group.oomScoreAdjust * 17) / 1000)}\n`, 0o644),
    oom_score: file(() => `${Math.max(0, Math.min(2000, 667 + group.oomScoreAdjust))}\n`),
    oom_score_adj: () => oomScoreAdjustFile(filesystem, group, owner),
    personality: file(() => `${(task.personality >>> 0).toString(16).padStart(8, "0")}\n`, 0o400),
    root: link(() => task.fs.root),
    schedstat: file(() => `${Math.floor(task.cpuTimeNs())} 0 ${task.voluntarySwitches}\n`),
    sessionid: file(() => "4294967295"),
    setgroups: file(() => "allow\n", 0o644),
    smaps: guarded((context) => renderSmaps(task, context), 0o444),
    smaps_rollup: guarded(() => renderSmapsRollup(task), 0o444),
    stat: file(() => renderStat(task, whole)),
    statm: file(() => renderStatm(task)),
    status: file(() => renderStatus(task)),
    syscall: guarded(() =>
      task.syscallNumber < 0 ? "running\n" : `${task.syscallNumber} 0x0 0x0 0x0 0x0 0x0 0x0 0x0 0x0\n`,
    ),
    timerslack_ns: file(() => `${task.timerSlackNs}\n`, 0o666),
    uid_map: file(() => "         0          0 4294967295\n", 0o644),
    wchan: file(() => "0"),
  };
  if (whole) entries.task = () => new ThreadsDirectory(filesystem, group, owner);
  else entries.children = file(() => [...group.children].map((child) => `${child.pid} `).join(""));
  return new TaskDirectory(filesystem, task, whole, entries);
}

function guardedPlace<T>(
  context: VfsContext,
  task: Task,
  place: () => VfsPath | null,
  use: (path: VfsPath) => T,
): T | Errno {
  const allowed = mayInspect(context, task);
  if (allowed < 0) return allowed;
  if (task.state === STATE_EXITED) return -ENOENT;
  const path = place();
  return path === null ? -ENOENT : use(path);
}

/** Bytes are not counted per task. */
function renderIo(): string {
  const names = ["rchar", "wchar", "syscr", "syscw", "read_bytes", "write_bytes", "cancelled_write_bytes"];
  return names.map((name) => `${name}: 0\n`).join("");
}

function commFile(filesystem: PseudoHost, task: Task, owner: Owner): PseudoInode {
  return new PseudoFile(filesystem, () => `${task.name}\n`, {
    permissions: 0o644,
    owner,
    accept: (context, text) => {
      if (callerOf(context)?.threadGroup !== task.threadGroup) return -EINVAL;
      task.name = text.replace(/\n.*$/s, "").slice(0, 15);
      return text.length;
    },
  });
}

function oomScoreAdjustFile(filesystem: PseudoHost, group: ThreadGroup, owner: Owner): PseudoInode {
  return new PseudoFile(filesystem, () => `${group.oomScoreAdjust}\n`, {
    permissions: 0o644,
    owner,
    accept: (context, text) => {
      const value = /^\s*[-+]?\d+\s*$/.test(text) ? Number(text) : Number.NaN;
      if (!(value >= -1000 && value <= 1000)) return -EINVAL;
      const CAP_SYS_RESOURCE = 24;
      if (value < group.oomScoreAdjust && !context.credentials.has(CAP_SYS_RESOURCE)) return -EPERM;
      group.oomScoreAdjust = value;
      return text.length;
    },
  });
}

/** /proc/[pid]/task. */
class ThreadsDirectory extends PseudoDirectory {
  readonly #group: ThreadGroup;
  readonly #directories = new Map<Task, PseudoDirectory>();

  constructor(filesystem: PseudoHost, group: ThreadGroup, owner: Owner) {
    super(filesystem, 0o555, owner);
    this.#group = group;
  }

  override get isAlive(): boolean {
    return !this.#group.isReaped;
  }
  override get linkCount(): number {
    return 2 + this.#group.tasks.size;
  }

  #directory(task: Task): PseudoDirectory {
    let directory = this.#directories.get(task);
    if (directory !== undefined) return directory;
    for (const known of this.#directories.keys()) if (isGone(known, false)) this.#directories.delete(known);
    directory = taskDirectory(this.filesystem, task, false);
    this.#directories.set(task, directory);
    return directory;
  }

  #all(): Task[] {
    const tasks = [...this.#group.tasks];
    if (!this.#group.isReaped && !tasks.includes(this.#group.leader)) tasks.unshift(this.#group.leader);
    return tasks.sort((a, b) => a.tid - b.tid);
  }

  override lookup(name: string): PseudoInode | null | Errno {
    const task = this.#all().find((candidate) => String(candidate.tid) === name);
    return task === undefined ? null : this.#directory(task);
  }

  override *list(_context: VfsContext): Iterable<PseudoEntry> {
    for (const task of this.#all()) yield { name: String(task.tid), inode: this.#directory(task), place: task.tid };
  }
}

/** Numbers of the initial namespaces, as the kernel fixes them (include/linux/proc_ns.h). */
const FIXED_NAMESPACES: Readonly<Record<string, number>> = {
  cgroup: 0xeffffffb,
  net: 0xf0000078,
  pid: 0xeffffffc,
  pid_for_children: 0xeffffffc,
  time: 0xeffffffa,
  time_for_children: 0xeffffffa,
  user: 0xeffffffd,
};

/** /proc/[pid]/ns. The links tell which namespace it is; they can't be opened. */
class NamespaceDirectory extends StaticDirectory {
  constructor(filesystem: PseudoHost, task: Task, owner: Owner) {
    const entry = (name: string, id: () => number) => () => {
      const type = name.replace("_for_children", "");
      const text = (context: VfsContext): string | Errno => {
        const allowed = mayInspect(context, task);
        if (allowed < 0) return allowed;
        return task.state === STATE_EXITED ? -ESRCH : `${type}:[${id()}]`;
      };
      return new PseudoSymlink(filesystem, text, { owner, follow: () => -EPERM });
    };
    const entries: Record<string, () => PseudoInode> = {};
    for (const [name, id] of Object.entries(FIXED_NAMESPACES)) entries[name] = entry(name, () => id);
    entries.mnt = entry("mnt", () => task.fs.root.mount.namespace?.id ?? 0);
    entries.ipc = entry("ipc", () => task.ipc.id);
    entries.uts = entry("uts", () => task.uts.id);
    super(filesystem, entries, 0o511, owner);
  }
}
