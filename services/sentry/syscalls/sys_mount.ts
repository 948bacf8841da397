/** mount(2), umount2(2), pivot_root(2), and the newer calls about mounts, which aren't there. */
import { EBADF, EFAULT, ENOSYS, EOPNOTSUPP } from "../../../shared/abi/errno.ts";
import { MS_MGC_MSK, MS_MGC_VAL } from "../../../shared/abi/mount.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import type { Task } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import { samePath } from "../vfs/mount.ts";
import { addr, hex, path, type RowTable, string, supported, unsupported } from "./row.ts";

const PAGE = 4096;

/** mount(2). */
export function sysMount(task: Task, args: SyscallArgs): Result {
  const source = optional(task, args.addr(0));
  if (typeof source === "number") return source;
  const target = task.memory.copyInPath(args.addr(1));
  if (typeof target === "number") return target;
  const type = optional(task, args.addr(2));
  if (typeof type === "number") return type;
  let mountFlags = args.uint(3);
  if ((mountFlags & MS_MGC_MSK) >>> 0 === MS_MGC_VAL) mountFlags &= ~MS_MGC_MSK;
  const data = options(task, args.addr(4));
  if (typeof data === "number") return data;
  return task.kernel.vfs.mountAt(task.vfsContext, source, task.vfsContext.cwd, target, type, mountFlags, data);
}

/** A string that may be a null pointer. */
function optional(task: Task, address: number): string | number {
  return address === 0 ? "" : task.memory.copyInPath(address);
}

/** The data page: whatever can be read of it, up to the first NUL. */
function options(task: Task, address: number): string | number {
  if (address === 0) return "";
  const got = task.thread.space.read(address, TaskMemory.scratch, 0, PAGE - 1);
  if (got <= 0) return -EFAULT;
  const text = Buffer.from(TaskMemory.scratch.buffer, 0, got).toString("latin1");
  const nul = text.indexOf("\0");
  return nul < 0 ? text : text.slice(0, nul);
}

/** umount2(2). */
export function sysUmount2(task: Task, args: SyscallArgs): Result {
  const target = task.memory.copyInPath(args.addr(0));
  if (typeof target === "number") return target;
  return task.kernel.vfs.umountAt(task.vfsContext, task.vfsContext.cwd, target, args.int(1));
}

/** pivot_root(2): every process whose root or working directory was the old root moves to the new one. */
export function sysPivotRoot(task: Task, args: SyscallArgs): Result {
  const newRoot = task.memory.copyInPath(args.addr(0));
  if (typeof newRoot === "number") return newRoot;
  const putOld = task.memory.copyInPath(args.addr(1));
  if (typeof putOld === "number") return putOld;
  const pivoted = task.kernel.vfs.pivotRoot(task.vfsContext, newRoot, putOld);
  if (typeof pivoted === "number") return pivoted;
  for (const { fs } of task.kernel.pidNamespace.tasks.values()) {
    if (samePath(fs.root, pivoted.oldRoot)) fs.root = pivoted.newRoot;
    if (samePath(fs.cwd, pivoted.oldRoot)) fs.cwd = pivoted.newRoot;
  }
  return 0;
}

const NEW_MOUNT_API = "the file-descriptor mount interface isn't there; libmount and runc fall back to mount(2)";

export const mountRows: RowTable = {
  155: supported("pivot_root", sysPivotRoot, [path, path]),
  165: supported("mount", sysMount, [string, path, string, hex, addr]),
  166: supported("umount2", sysUmount2, [path, hex]),
  303: unsupported("name_to_handle_at", -EOPNOTSUPP, "no filesystem here gives out handles"),
  304: unsupported("open_by_handle_at", -EBADF, "no filesystem here gives out handles"),
  428: unsupported("open_tree", -ENOSYS, NEW_MOUNT_API),
  429: unsupported("move_mount", -ENOSYS, NEW_MOUNT_API),
  430: unsupported("fsopen", -ENOSYS, NEW_MOUNT_API),
  431: unsupported("fsconfig", -ENOSYS, NEW_MOUNT_API),
  432: unsupported("fsmount", -ENOSYS, NEW_MOUNT_API),
  433: unsupported("fspick", -ENOSYS, NEW_MOUNT_API),
  442: unsupported("mount_setattr", -ENOSYS, NEW_MOUNT_API),
};
