/** kcmp(2): whether two tasks share what they use. */
import { EBADF, EINVAL, type Errno, isErrno } from "../../../shared/abi/errno.ts";
import {
  KCMP_EPOLL_TFD,
  KCMP_FILE,
  KCMP_FILES,
  KCMP_FS,
  KCMP_IO,
  KCMP_SIGHAND,
  KCMP_SYSVSEM,
  KCMP_VM,
} from "../../../shared/abi/kcmp.ts";
import { findTraceable } from "../kernel/permissions.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import type { Task } from "../kernel/task.ts";
import { oneOf, partial, pid, type RowTable, uint } from "./row.ts";

/** Objects in the order in which they were first asked about: any order will do, as long as it stays. */
const order = new WeakMap<object, number>();
let lastPlace = 0;

function placeOf(object: object): number {
  let place = order.get(object);
  if (place === undefined) {
    place = ++lastPlace;
    order.set(object, place);
  }
  return place;
}

/** 0 for the same, 1 and 2 for before and after. */
function compare(first: object | null, second: object | null): Result {
  if (first === second) return 0;
  const difference = (first === null ? 0 : placeOf(first)) - (second === null ? 0 : placeOf(second));
  return difference < 0 ? 1 : 2;
}

/** kcmp(2). */
export function sysKcmp(task: Task, args: SyscallArgs): Result {
  return kcmp(task, args.int(0), args.int(1), args.int(2), args.uint(3), args.uint(4));
}

function kcmp(task: Task, pid1: number, pid2: number, type: number, index1: number, index2: number): Result {
  const first = findTraceable(task, pid1);
  if (isErrno(first)) return first;
  const second = findTraceable(task, pid2);
  if (isErrno(second)) return second;
  const a = subject(first, type, index1);
  if (isErrno(a)) return a;
  const b = subject(second, type, index2);
  return isErrno(b) ? b : compare(a, b);
}

/** What of `target` is compared; null for nothing. */
function subject(target: Task, type: number, index: number): object | null | Errno {
  switch (type) {
    case KCMP_FILE:
      return target.fdTable.get(index) ?? -EBADF;
    case KCMP_VM:
      return target.mm;
    case KCMP_FILES:
      return target.fdTable;
    case KCMP_FS:
      return target.fs;
    case KCMP_SIGHAND:
      return target.threadGroup.actions;
    case KCMP_IO:
      // As tasks that have never set an I/O priority.
      return null;
    case KCMP_SYSVSEM:
      return target.ipc.semaphores.hasUndo(target.threadGroup) ? target.threadGroup : null;
    default:
      return -EINVAL;
  }
}

const TYPES = [
  [KCMP_FILE, "KCMP_FILE"],
  [KCMP_VM, "KCMP_VM"],
  [KCMP_FILES, "KCMP_FILES"],
  [KCMP_FS, "KCMP_FS"],
  [KCMP_SIGHAND, "KCMP_SIGHAND"],
  [KCMP_IO, "KCMP_IO"],
  [KCMP_SYSVSEM, "KCMP_SYSVSEM"],
  [KCMP_EPOLL_TFD, "KCMP_EPOLL_TFD"],
] as const;

export const kcmpRows: RowTable = {
  312: partial("kcmp", sysKcmp, [pid, pid, oneOf(TYPES), uint, uint], "KCMP_EPOLL_TFD is EINVAL"),
};
