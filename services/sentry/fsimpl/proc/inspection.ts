/** Who may look into a task: ptrace(2), "Ptrace access mode checking", PTRACE_MODE_READ_FSCREDS. */
import { EACCES, type Errno } from "../../../../shared/abi/errno.ts";
import type { Task } from "../../kernel/task.ts";
import { TaskVfsContext } from "../../kernel/task_vfs_context.ts";
import type { VfsContext } from "../../vfs/types.ts";

const CAP_SYS_PTRACE = 19;

/** The task that a file operation runs for, or null if it is the kernel's own. */
export function callerOf(context: VfsContext): Task | null {
  return context instanceof TaskVfsContext ? context.task : null;
}

export function mayInspect(context: VfsContext, task: Task): 0 | Errno {
  if (callerOf(context)?.threadGroup === task.threadGroup) return 0;
  const mine = context.credentials;
  if (mine.has(CAP_SYS_PTRACE)) return 0;
  const theirs = task.credentials;
  const sameUser = mine.fsuid === theirs.euid && mine.fsuid === theirs.suid && mine.fsuid === theirs.ruid;
  const sameGroup = mine.fsgid === theirs.egid && mine.fsgid === theirs.sgid && mine.fsgid === theirs.rgid;
  return sameUser && sameGroup && task.threadGroup.dumpable === 1 ? 0 : -EACCES;
}
