/** execve(2), execveat(2). */
import { E2BIG, EFAULT, EINVAL, ENOENT, type Errno, isErrno } from "../../../shared/abi/errno.ts";
import { AT_EMPTY_PATH, AT_FDCWD, AT_SYMLINK_NOFOLLOW } from "../../../shared/abi/fcntl.ts";
import { MAX_ARG_STRLEN } from "../../../shared/abi/limits.ts";
import { RLIMIT_STACK } from "../../../shared/abi/resource.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import type { Task } from "../kernel/task.ts";
import { execTask } from "../kernel/task_exec.ts";
import { AT_FLAGS } from "./file_formats.ts";
import { startOf } from "./paths.ts";
import { dirfd, flags, path, type RowTable, stringArray, supported } from "./row.ts";

/** Linux allows a quarter of the stack, at most 6 MiB, and at least 128 KiB, for arguments and environment. */
const LEAST_BYTES = 128 << 10;
const MOST_BYTES = 6 << 20;
const POINTER = 8;
const POINTERS_PER_READ = 64;
const TWO_32 = 0x1_0000_0000;

/** execve(2). */
export function sysExecve(task: Task, args: SyscallArgs): Result {
  return execveat(task, AT_FDCWD, args.addr(0), args.addr(1), args.addr(2), 0);
}

/** execveat(2). */
export function sysExecveat(task: Task, args: SyscallArgs): Result {
  return execveat(task, args.int(0), args.addr(1), args.addr(2), args.addr(3), args.int(4));
}

function execveat(
  task: Task,
  directory: number,
  pathAddr: number,
  argvAddr: number,
  envpAddr: number,
  atFlags: number,
): Result {
  if ((atFlags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW)) !== 0) return -EINVAL;
  const name = task.memory.copyInPath(pathAddr);
  if (isErrno(name)) return name;
  if (name === "" && (atFlags & AT_EMPTY_PATH) === 0) return -ENOENT;
  const start = startOf(task, directory, name, atFlags);
  if (isErrno(start)) return start;
  const file = task.kernel.vfs.openExecutable(task.vfsContext, start, name, atFlags);
  if (isErrno(file)) return file;
  const result = execOpened(task, shownPath(directory, name), file, argvAddr, envpAddr);
  file.dropReference();
  return result;
}

function execOpened(
  task: Task,
  shown: string,
  file: Parameters<typeof execTask>[1]["file"],
  argvAddr: number,
  envpAddr: number,
): Result {
  const stackShare = Math.floor(task.threadGroup.limits.soft[RLIMIT_STACK] / 4);
  const budget = { bytes: Math.max(LEAST_BYTES, Math.min(stackShare, MOST_BYTES)) };
  const argv = copyInStrings(task, argvAddr, budget);
  if (isErrno(argv)) return argv;
  const envp = copyInStrings(task, envpAddr, budget);
  if (isErrno(envp)) return envp;
  return execTask(task, { path: shown, file, argv, envp });
}

/** As Linux names a program that was run by descriptor. */
function shownPath(directory: number, name: string): string {
  if (directory === AT_FDCWD || name.startsWith("/")) return name;
  return name === "" ? `/dev/fd/${directory}` : `/dev/fd/${directory}/${name}`;
}

/** A NULL-terminated array of strings; NULL itself is an empty one, as Linux has it. */
function copyInStrings(task: Task, address: number, budget: { bytes: number }): string[] | Errno {
  const strings: string[] = [];
  if (address === 0) return strings;
  const pointers = new Uint8Array(POINTERS_PER_READ * POINTER);
  const view = new DataView(pointers.buffer);
  for (let at = address; ; ) {
    const got = readPointers(task, at, pointers);
    if (got === 0) return -EFAULT;
    for (let i = 0; i < got; i++) {
      const pointer = view.getUint32(i * POINTER, true) + view.getUint32(i * POINTER + 4, true) * TWO_32;
      if (pointer === 0) return strings;
      const text = task.memory.copyInString(pointer, MAX_ARG_STRLEN - 1);
      if (isErrno(text)) return text === -EFAULT ? -EFAULT : -E2BIG;
      budget.bytes -= text.length + 1 + POINTER;
      if (budget.bytes < 0) return -E2BIG;
      strings.push(text);
    }
    at += got * POINTER;
  }
}

/** Whole pointers that are readable at `address`: fewer than asked before the end of a mapping. */
function readPointers(task: Task, address: number, into: Uint8Array): number {
  return Math.floor(task.thread.space.read(address, into, 0, into.length) / POINTER);
}

export const execRows: RowTable = {
  59: supported("execve", sysExecve, [path, stringArray, stringArray]),
  322: supported("execveat", sysExecveat, [dirfd, path, stringArray, stringArray, flags(AT_FLAGS)]),
};
