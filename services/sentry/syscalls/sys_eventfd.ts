/** eventfd(2), eventfd2(2). */
import { EINVAL } from "../../../shared/abi/errno.ts";
import { EFD_CLOEXEC, EFD_NONBLOCK, EFD_SEMAPHORE } from "../../../shared/abi/eventfd.ts";
import { EventFile } from "../kernel/eventfd.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import type { Task } from "../kernel/task.ts";
import { flags, type RowTable, supported, uint } from "./row.ts";

/** eventfd(2), which has no flags. */
export function sysEventfd(task: Task, args: SyscallArgs): Result {
  return eventfd2(task, args.uint(0), 0);
}

/** eventfd2(2). */
export function sysEventfd2(task: Task, args: SyscallArgs): Result {
  return eventfd2(task, args.uint(0), args.int(1));
}

function eventfd2(task: Task, initial: number, eventFlags: number): Result {
  if ((eventFlags & ~(EFD_SEMAPHORE | EFD_CLOEXEC | EFD_NONBLOCK)) !== 0) return -EINVAL;
  const file = new EventFile(initial, (eventFlags & EFD_SEMAPHORE) !== 0, eventFlags);
  const descriptor = task.fdTable.install(file, (eventFlags & EFD_CLOEXEC) !== 0);
  if (descriptor < 0) file.dropReference();
  return descriptor;
}

const EVENTFD_FLAGS = [
  [EFD_SEMAPHORE, "EFD_SEMAPHORE"],
  [EFD_CLOEXEC, "EFD_CLOEXEC"],
  [EFD_NONBLOCK, "EFD_NONBLOCK"],
] as const;

export const eventfdRows: RowTable = {
  284: supported("eventfd", sysEventfd, [uint]),
  290: supported("eventfd2", sysEventfd2, [uint, flags(EVENTFD_FLAGS)]),
};
