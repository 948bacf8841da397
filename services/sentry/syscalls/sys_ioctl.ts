/** ioctl(2): what all files understand; the rest is the file's own. */
import { EFAULT, EISDIR, ENOTTY, EOVERFLOW } from "../../../shared/abi/errno.ts";
import { O_ASYNC, O_NONBLOCK } from "../../../shared/abi/fcntl.ts";
import * as i from "../../../shared/abi/ioctl.ts";
import { setAsync } from "../kernel/file_async.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import type { Task } from "../kernel/task.ts";
import type { FileDescription } from "../vfs/file_description.ts";
import { newAttributes } from "../vfs/types.ts";
import { fileOf } from "./paths.ts";
import { fd, hex, type RowTable, supported } from "./row.ts";

const attributes = newAttributes();

/** ioctl(2). */
export function sysIoctl(task: Task, args: SyscallArgs): Result {
  const descriptor = args.int(0);
  const file = fileOf(task, descriptor);
  if (typeof file === "number") return file;
  const command = args.uint(1);
  const argument = args.addr(2);
  switch (command) {
    case i.FIOCLEX:
      return task.fdTable.setCloseOnExec(descriptor, true);
    case i.FIONCLEX:
      return task.fdTable.setCloseOnExec(descriptor, false);
    case i.FIONBIO:
      return setFlag(task, file, descriptor, argument, O_NONBLOCK);
    case i.FIOASYNC:
      return setFlag(task, file, descriptor, argument, O_ASYNC);
    case i.FIOQSIZE:
      return querySize(task, file, argument);
    case i.FIONREAD:
      return file.inode.isRegular ? available(task, file, argument) : file.ioctl(task, command, argument);
    case i.FIGETBSZ:
      if (!file.inode.isRegular && !file.inode.isDirectory) return file.ioctl(task, command, argument);
      file.getAttributes(attributes);
      return task.memory.copyOutU32(argument, attributes.blockSize);
    default:
      return file.ioctl(task, command, argument);
  }
}

function setFlag(task: Task, file: FileDescription, descriptor: number, address: number, flag: number): Result {
  const failed = task.memory.copyInU32(address);
  if (failed < 0) return -EFAULT;
  const on = failed !== 0;
  if (((file.flags & flag) !== 0) === on) return 0;
  if (flag === O_ASYNC) {
    if (file.waiters === null) return -ENOTTY;
    setAsync(task.kernel, file, on, descriptor);
  }
  file.flags ^= flag;
  file.onFlagsChanged();
  return 0;
}

/** Bytes from the offset to the end. */
function available(task: Task, file: FileDescription, address: number): Result {
  const failed = file.getAttributes(attributes);
  if (failed < 0) return failed;
  const left = attributes.size - file.offset;
  return left > 0x7fffffff ? -EOVERFLOW : task.memory.copyOutU32(address, left);
}

function querySize(task: Task, file: FileDescription, address: number): Result {
  if (file.inode.isDirectory) return -EISDIR;
  if (!file.inode.isRegular && !file.inode.isSymlink) return -ENOTTY;
  file.getAttributes(attributes);
  return task.memory.copyOutU64(address, attributes.size);
}

export const ioctlRows: RowTable = {
  16: supported("ioctl", sysIoctl, [fd, hex, hex]),
};
