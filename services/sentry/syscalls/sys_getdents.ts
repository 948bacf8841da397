/** getdents(2), getdents64(2). */
import { EINVAL, ENOENT, ENOTDIR } from "../../../shared/abi/errno.ts";
import { writeU53 } from "../../../shared/abi/layout.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import type { Task } from "../kernel/task.ts";
import type { DirectorySink } from "../vfs/types.ts";
import { fileOf } from "./paths.ts";
import { fd, outBuffer, type RowTable, supported, uint } from "./row.ts";

const LARGEST = 1 << 16;
const buffer = new Uint8Array(LARGEST);
const view = new DataView(buffer.buffer);
/** Where the name starts in struct linux_dirent64 and in the older struct linux_dirent. */
const NAME_64 = 19;
const NAME_OLD = 18;

/** The records of the call that is running. */
let filled = 0;
let room = 0;
let sawEntry = false;

const emit64: DirectorySink = (name, ino, type, nextOffset) => {
  sawEntry = true;
  const length = (NAME_64 + name.length + 1 + 7) & ~7;
  if (filled + length > room) return false;
  writeU53(view, filled, ino);
  writeU53(view, filled + 8, nextOffset);
  view.setUint16(filled + 16, length, true);
  buffer[filled + 18] = type;
  writeName(filled + NAME_64, name, filled + length);
  filled += length;
  return true;
};

/** The older record has the type in its last byte. */
const emitOld: DirectorySink = (name, ino, type, nextOffset) => {
  sawEntry = true;
  const length = (NAME_OLD + name.length + 2 + 7) & ~7;
  if (filled + length > room) return false;
  writeU53(view, filled, ino);
  writeU53(view, filled + 8, nextOffset);
  view.setUint16(filled + 16, length, true);
  writeName(filled + NAME_OLD, name, filled + length);
  buffer[filled + length - 1] = type;
  filled += length;
  return true;
};

function writeName(at: number, name: string, end: number): void {
  for (let i = 0; i < name.length; i++) buffer[at + i] = name.charCodeAt(i);
  buffer.fill(0, at + name.length, end);
}

/** getdents64(2). */
export function sysGetdents64(task: Task, args: SyscallArgs): Result {
  return getdents(task, args, emit64);
}

/** getdents(2). */
export function sysGetdents(task: Task, args: SyscallArgs): Result {
  return getdents(task, args, emitOld);
}

function getdents(task: Task, args: SyscallArgs, sink: DirectorySink): Result {
  const file = fileOf(task, args.int(0));
  if (typeof file === "number") return file;
  if (!file.inode.isDirectory) return -ENOTDIR;
  if (file.path?.dentry.isUnlinked === true) return -ENOENT;
  filled = 0;
  room = Math.min(args.uint(2), LARGEST);
  sawEntry = false;
  const failed = file.readDirectory(task.vfsContext, sink);
  if (failed < 0) return failed;
  if (filled === 0) return sawEntry ? -EINVAL : 0;
  const sent = task.memory.queueOut(args.addr(1), buffer, 0, filled);
  return sent < 0 ? sent : filled;
}

export const getdentsRows: RowTable = {
  78: supported("getdents", sysGetdents, [fd, outBuffer(2), uint]),
  217: supported("getdents64", sysGetdents64, [fd, outBuffer(2), uint]),
};
