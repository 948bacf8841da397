/** pipe(2), pipe2(2). */
import { EINVAL, isErrno } from "../../../shared/abi/errno.ts";
import { O_CLOEXEC, O_DIRECT, O_NONBLOCK } from "../../../shared/abi/fcntl.ts";
import { makePipe } from "../kernel/pipe_file.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import type { Task } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import { formatIntPair, PIPE_FLAGS } from "./file_formats.ts";
import { flags, outStruct, type RowTable, supported } from "./row.ts";

/** pipe(2). */
export function sysPipe(task: Task, args: SyscallArgs): Result {
  return pipe2(task, args.addr(0), 0);
}

/** pipe2(2). */
export function sysPipe2(task: Task, args: SyscallArgs): Result {
  return pipe2(task, args.addr(0), args.int(1));
}

function pipe2(task: Task, address: number, pipeFlags: number): Result {
  if ((pipeFlags & ~(O_NONBLOCK | O_CLOEXEC | O_DIRECT)) !== 0) return -EINVAL;
  const pair = task.fdTable.reservePair();
  if (isErrno(pair)) return pair;
  const view = TaskMemory.scratchView;
  view.setInt32(0, pair.first, true);
  view.setInt32(4, pair.second, true);
  const copied = task.memory.copyOutScratch(address, 0, 8);
  if (copied < 0) {
    pair.release();
    return copied;
  }
  // Nothing can fail past here, so, as on Linux, no other thread sees a descriptor that pipe2() takes back.
  const ends = makePipe(task.credentials, pipeFlags & (O_NONBLOCK | O_DIRECT));
  pair.install(ends.reader, ends.writer, (pipeFlags & O_CLOEXEC) !== 0);
  return 0;
}

export const pipeRows: RowTable = {
  22: supported("pipe", sysPipe, [outStruct(8, formatIntPair)]),
  293: supported("pipe2", sysPipe2, [outStruct(8, formatIntPair), flags(PIPE_FLAGS)]),
};
