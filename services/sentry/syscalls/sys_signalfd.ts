/** signalfd(2), signalfd4(2). */
import { EINVAL } from "../../../shared/abi/errno.ts";
import { SIGSET_BYTES } from "../../../shared/abi/signal.ts";
import { SFD_CLOEXEC, SFD_NONBLOCK } from "../../../shared/abi/signalfd.ts";
import type { Result } from "../kernel/result.ts";
import { SignalFile } from "../kernel/signalfd.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import type { Task } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import { fileOf } from "./paths.ts";
import { fd, flags, type RowTable, size, supported } from "./row.ts";
import { maskIn } from "./sys_epoll.ts";

/** signalfd(2), which has no flags. */
export function sysSignalfd(task: Task, args: SyscallArgs): Result {
  return signalfd4(task, args, 0);
}

/** signalfd4(2). */
export function sysSignalfd4(task: Task, args: SyscallArgs): Result {
  return signalfd4(task, args, args.int(3));
}

function signalfd4(task: Task, args: SyscallArgs, createFlags: number): Result {
  if (args.size(2) !== SIGSET_BYTES) return -EINVAL;
  const failed = task.memory.copyInScratch(args.addr(1), 0, SIGSET_BYTES);
  if (failed < 0) return failed;
  const low = TaskMemory.scratchView.getUint32(0, true);
  const high = TaskMemory.scratchView.getUint32(4, true);
  if ((createFlags & ~(SFD_CLOEXEC | SFD_NONBLOCK)) !== 0) return -EINVAL;
  const existing = args.int(0);
  if (existing !== -1) {
    const file = fileOf(task, existing);
    if (typeof file === "number") return file;
    if (!(file instanceof SignalFile)) return -EINVAL;
    file.setMask(task, low, high);
    return existing;
  }
  const file = new SignalFile(task, createFlags);
  file.setMask(task, low, high);
  const descriptor = task.fdTable.install(file, (createFlags & SFD_CLOEXEC) !== 0);
  if (descriptor < 0) file.dropReference();
  return descriptor;
}

const SIGNALFD_FLAGS = [
  [SFD_CLOEXEC, "SFD_CLOEXEC"],
  [SFD_NONBLOCK, "SFD_NONBLOCK"],
] as const;

export const signalfdRows: RowTable = {
  282: supported("signalfd", sysSignalfd, [fd, maskIn, size]),
  289: supported("signalfd4", sysSignalfd4, [fd, maskIn, size, flags(SIGNALFD_FLAGS)]),
};
