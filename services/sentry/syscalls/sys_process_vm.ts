/** Memory of other processes: process_vm_readv(2), process_vm_writev(2), process_madvise(2). */
import { CAP_SYS_NICE } from "../../../shared/abi/capability.ts";
import { EBADF, EFAULT, EINVAL, ENOMEM, EPERM, type Errno, ESRCH, isErrno } from "../../../shared/abi/errno.ts";
import { MADV_COLD, MADV_COLLAPSE, MADV_PAGEOUT, MADV_WILLNEED } from "../../../shared/abi/mman.ts";
import { findTraceable } from "../kernel/permissions.ts";
import { PidFile } from "../kernel/pidfd.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import type { Task } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import { isPageAligned, pageUp } from "../mm/page.ts";
import { COPY_STEP_BYTES } from "../mm/remap.ts";
import { addr, fd, hex, int, partial, type RowTable, size, supported } from "./row.ts";

const MOST_IOVECS = 1024;
const IOVEC_BYTES = 16;

interface Range {
  address: number;
  length: number;
}

function readIovecs(task: Task, address: number, count: number): Range[] | Errno {
  if (count > MOST_IOVECS) return -EINVAL;
  const failed = task.memory.copyInScratch(address, 0, count * IOVEC_BYTES);
  if (failed < 0) return failed;
  const ranges: Range[] = [];
  const view = TaskMemory.scratchView;
  for (let i = 0; i < count; i++) {
    const at = i * IOVEC_BYTES;
    const read = (from: number): number => view.getUint32(from, true) + view.getUint32(from + 4, true) * 0x1_0000_0000;
    const length = read(at + 8);
    if (length > Number.MAX_SAFE_INTEGER) return -EINVAL;
    ranges.push({ address: read(at), length });
  }
  return ranges;
}

/** process_vm_readv(2) and process_vm_writev(2). */
function transfer(task: Task, args: SyscallArgs, isWrite: boolean): Result {
  if (args.size(5) !== 0) return -EINVAL;
  const local = readIovecs(task, args.addr(1), args.size(2));
  if (isErrno(local)) return local;
  const remote = readIovecs(task, args.addr(3), args.size(4));
  if (isErrno(remote)) return remote;
  const target = task.findTraceable(args.int(0));
  if (isErrno(target)) return target;
  const here = task.mm.space;
  const there = target.mm.space;
  const buffer = new Uint8Array(COPY_STEP_BYTES);
  let total = 0;
  let localIndex = 0;
  let localDone = 0;
  for (const range of remote) {
    for (let done = 0; done < range.length; ) {
      while (localIndex < local.length && localDone === local[localIndex].length) {
        localIndex++;
        localDone = 0;
      }
      if (localIndex === local.length) return total;
      const mine = local[localIndex];
      const step = Math.min(range.length - done, mine.length - localDone, buffer.length);
      const from = isWrite ? here : there;
      const into = isWrite ? there : here;
      const got = from.read(isWrite ? mine.address + localDone : range.address + done, buffer, 0, step);
      const put = got > 0 ? into.write(isWrite ? range.address + done : mine.address + localDone, buffer, 0, got) : 0;
      if (put > 0) total += put;
      if (put < step) return total > 0 ? total : -EFAULT;
      done += step;
      localDone += step;
    }
  }
  return total;
}

/** process_vm_readv(2). */
export function sysProcessVmReadv(task: Task, args: SyscallArgs): Result {
  return transfer(task, args, false);
}

/** process_vm_writev(2). */
export function sysProcessVmWritev(task: Task, args: SyscallArgs): Result {
  return transfer(task, args, true);
}

/** What one process may advise about another's memory: hints only. */
const REMOTE_ADVICE: ReadonlySet<number> = new Set([MADV_COLD, MADV_COLLAPSE, MADV_PAGEOUT, MADV_WILLNEED]);

/** process_madvise(2): checked, and of no effect beyond that, as these hints have none in madvise(2) either. */
export function sysProcessMadvise(task: Task, args: SyscallArgs): Result {
  if (args.uint(4) !== 0) return -EINVAL;
  const ranges = readIovecs(task, args.addr(1), args.size(2));
  if (isErrno(ranges)) return ranges;
  const file = task.fdTable.get(args.int(0));
  if (!(file instanceof PidFile)) return -EBADF;
  if (!REMOTE_ADVICE.has(args.int(3))) return -EINVAL;
  if (file.target === null) return -ESRCH;
  const target = findTraceable(task, file.target.pid);
  if (isErrno(target)) return target;
  if (target.mm !== task.mm && !task.credentials.has(CAP_SYS_NICE)) return -EPERM;
  let total = 0;
  for (const { address, length } of ranges) {
    if (!isPageAligned(address)) return total > 0 ? total : -EINVAL;
    if (!target.mm.vmas.covers(address, address + pageUp(length))) return total > 0 ? total : -ENOMEM;
    total += length;
  }
  return total;
}

export const processVmRows: RowTable = {
  310: supported("process_vm_readv", sysProcessVmReadv, [int, addr, size, addr, size, size]),
  311: supported("process_vm_writev", sysProcessVmWritev, [int, addr, size, addr, size, size]),
  440: partial("process_madvise", sysProcessMadvise, [fd, addr, size, int, hex], "hints are checked and accepted"),
};
