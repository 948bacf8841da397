/** What a call gives whose queued copy to the program met a bad address: reads count what went before it. */
import { EFAULT } from "../../../shared/abi/errno.ts";
import { SYS_pread64, SYS_preadv, SYS_preadv2, SYS_read, SYS_readv } from "../../../shared/abi/syscall_numbers.ts";
import type { Result } from "../kernel/result.ts";
import type { Task } from "../kernel/task.ts";
import { AT_OFFSET, cutRead, ioVector } from "./transfer.ts";

/** Copies again, now by the kernel, as far as it goes. */
export function recoverFromCopyFault(task: Task): Result {
  const { args } = task;
  const file = task.fdTable.get(args.int(0));
  if (file === undefined || !takePieces(task)) return -EFAULT;
  const got = task.queuedReadBytes;
  const put = ioVector.scatter(task, 0, task.memory.arena, task.queuedReadAt, got);
  return cutRead(file, movesOffset(task) ? AT_OFFSET : 0, got, put);
}

/** Whether it is a read, whose pieces then are in `ioVector`. */
function takePieces(task: Task): boolean {
  const { args } = task;
  switch (task.syscallNumber) {
    case SYS_read:
    case SYS_pread64:
      return ioVector.setSingle(args.addr(1), args.size(2)) === 0;
    case SYS_readv:
    case SYS_preadv:
    case SYS_preadv2:
      return ioVector.parse(task, args.addr(1), args.int(2)) === 0;
    default:
      return false;
  }
}

function movesOffset(task: Task): boolean {
  const nr = task.syscallNumber;
  return nr === SYS_read || nr === SYS_readv || (nr === SYS_preadv2 && task.args.offset(3) === -1);
}
