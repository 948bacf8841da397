/** Memory calls: mmap(2) and its family. The decisions are the MemoryManager's; this file reads arguments, checks files and runs the plans. */
import {
  EACCES,
  EBADF,
  EBUSY,
  EFAULT,
  EINVAL,
  ENODEV,
  ENOMEM,
  ENOSPC,
  ENOSYS,
  EOPNOTSUPP,
  EOVERFLOW,
  EPERM,
  type Errno,
  isErrno,
} from "../../../shared/abi/errno.ts";
import { FALLOC_FL_KEEP_SIZE, FALLOC_FL_PUNCH_HOLE, O_PATH } from "../../../shared/abi/fcntl.ts";
import {
  MADV_REMOVE,
  MAP_32BIT,
  MAP_ANONYMOUS,
  MAP_DENYWRITE,
  MAP_EXECUTABLE,
  MAP_FIXED,
  MAP_FIXED_NOREPLACE,
  MAP_GROWSDOWN,
  MAP_HUGE_MASK,
  MAP_HUGE_SHIFT,
  MAP_HUGETLB,
  MAP_LOCKED,
  MAP_NONBLOCK,
  MAP_NORESERVE,
  MAP_POPULATE,
  MAP_PRIVATE,
  MAP_SHARED,
  MAP_SHARED_VALIDATE,
  MAP_STACK,
  MAP_TYPE,
  MAP_UNINITIALIZED,
  MCL_CURRENT,
  MCL_FUTURE,
  MCL_ONFAULT,
  MREMAP_DONTUNMAP,
  MREMAP_FIXED,
  MREMAP_MAYMOVE,
  MS_ASYNC,
  MS_INVALIDATE,
  MS_SYNC,
  PAGE_SIZE,
  PROT_EXEC,
  PROT_GROWSDOWN,
  PROT_GROWSUP,
  PROT_READ,
  PROT_SEM,
  PROT_WRITE,
} from "../../../shared/abi/mman.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import type { Task } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import { advise } from "../mm/advice.ts";
import { isFixture, type MemoryPlan } from "../mm/memory_manager.ts";
import { isPageAligned, pageUp } from "../mm/page.ts";
import { COPY_STEP_BYTES, remap } from "../mm/remap.ts";
import { ANONYMOUS, type Backing } from "../mm/vma.ts";
import type { Order } from "../platform/platform.ts";
import { addr, fd, flags, hex, int, offset, partial, type Row, size, supported, unsupported } from "./row.ts";

const PROT_BITS = [
  [PROT_READ, "PROT_READ"],
  [PROT_WRITE, "PROT_WRITE"],
  [PROT_EXEC, "PROT_EXEC"],
  [PROT_SEM, "PROT_SEM"],
  [PROT_GROWSDOWN, "PROT_GROWSDOWN"],
  [PROT_GROWSUP, "PROT_GROWSUP"],
] as const;

const MAP_BITS = [
  [MAP_SHARED, "MAP_SHARED"],
  [MAP_PRIVATE, "MAP_PRIVATE"],
  [MAP_FIXED, "MAP_FIXED"],
  [MAP_ANONYMOUS, "MAP_ANONYMOUS"],
  [MAP_32BIT, "MAP_32BIT"],
  [MAP_GROWSDOWN, "MAP_GROWSDOWN"],
  [MAP_DENYWRITE, "MAP_DENYWRITE"],
  [MAP_EXECUTABLE, "MAP_EXECUTABLE"],
  [MAP_LOCKED, "MAP_LOCKED"],
  [MAP_NORESERVE, "MAP_NORESERVE"],
  [MAP_POPULATE, "MAP_POPULATE"],
  [MAP_NONBLOCK, "MAP_NONBLOCK"],
  [MAP_STACK, "MAP_STACK"],
  [MAP_HUGETLB, "MAP_HUGETLB"],
  [MAP_FIXED_NOREPLACE, "MAP_FIXED_NOREPLACE"],
] as const;

/** What MAP_SHARED_VALIDATE accepts. */
const VALID_MAP_FLAGS =
  MAP_BITS.reduce((all, [bit]) => all | bit, 0) | MAP_UNINITIALIZED | (MAP_HUGE_MASK << MAP_HUGE_SHIFT);

const MREMAP_BITS = [
  [MREMAP_MAYMOVE, "MREMAP_MAYMOVE"],
  [MREMAP_FIXED, "MREMAP_FIXED"],
  [MREMAP_DONTUNMAP, "MREMAP_DONTUNMAP"],
] as const;

/** Runs a plan; `done` gives the result when the host has done its part. */
export function runPlan(task: Task, plan: MemoryPlan | Errno, done?: () => void): Result {
  if (isErrno(plan)) return plan;
  if (plan.orders.length === 0) {
    done?.();
    return plan.value;
  }
  if (done === undefined) {
    return task.performOrdersAndResume(plan.orders, plan.value, (result) => {
      plan.undo();
      return result;
    });
  }
  return task.performOrders(plan.orders, (failedIndex, result) => {
    if (failedIndex >= 0) {
      plan.undo();
      return result;
    }
    done();
    return plan.value;
  });
}

/** mmap(2). */
export function sysMmap(task: Task, args: SyscallArgs): Result {
  return mmap(task, args.addr(0), args.size(1), args.int(2), args.int(3), args.int(4), args.offset(5));
}

function mmap(
  task: Task,
  address: number,
  length: number,
  prot: number,
  mapFlags: number,
  fdNumber: number,
  fileOffset: number,
): Result {
  if (length === 0 || !isPageAligned(fileOffset)) return -EINVAL;
  const invalid = checkMapFlags(mapFlags);
  if (invalid < 0) return invalid;
  if ((mapFlags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) !== 0 && !isPageAligned(address)) return -EINVAL;
  if (pageUp(length) > Number.MAX_SAFE_INTEGER || length > task.mm.layout.highest) return -ENOMEM;
  if ((mapFlags & MAP_LOCKED) !== 0 && task.memoryLimits().locked === 0) return -EPERM;
  let backing: Backing = ANONYMOUS;
  if ((mapFlags & MAP_ANONYMOUS) === 0) {
    if (fileOffset < 0 || fileOffset + pageUp(length) > Number.MAX_SAFE_INTEGER) return -EOVERFLOW;
    const opened = openBacking(task, fdNumber, prot, mapFlags);
    if (isErrno(opened)) return opened;
    backing = opened;
  }
  const mm = task.mm;
  const plan = mm.map(
    { address, length, prot, flags: mapFlags, backing, offset: backing === ANONYMOUS ? 0 : fileOffset },
    task.memoryLimits(),
  );
  if (isErrno(plan)) return plan;
  const file = backing.file;
  if ((prot & PROT_EXEC) === 0 || file === null || file.contentKey === "") return runPlan(task, plan);
  return runPlan(task, plan, () =>
    mm.space.noteExecutable(plan.value, pageUp(length), `${file.contentKey}:${fileOffset}`),
  );
}

function checkMapFlags(mapFlags: number): 0 | Errno {
  const type = mapFlags & MAP_TYPE;
  if (type === MAP_SHARED_VALIDATE && (mapFlags & MAP_ANONYMOUS) === 0) {
    return (mapFlags & ~(VALID_MAP_FLAGS | MAP_TYPE)) !== 0 ? -EOPNOTSUPP : 0;
  }
  if (type !== MAP_SHARED && type !== MAP_PRIVATE) return -EINVAL;
  // As a machine with no huge pages reserved.
  return (mapFlags & MAP_HUGETLB) !== 0 ? -ENOMEM : 0;
}

function openBacking(task: Task, fdNumber: number, prot: number, mapFlags: number): Backing | Errno {
  const description = task.fdTable.get(fdNumber);
  if (description === undefined || (description.flags & O_PATH) !== 0) return -EBADF;
  const isShared = (mapFlags & MAP_TYPE) !== MAP_PRIVATE;
  const wantsWrite = isShared && (prot & PROT_WRITE) !== 0;
  if (!description.isReadable || (wantsWrite && !description.isWritable)) return -EACCES;
  const MS_NOEXEC = 8;
  if ((prot & PROT_EXEC) !== 0 && description.path !== null && (description.path.mount.flags & MS_NOEXEC) !== 0) {
    return -EPERM;
  }
  const file = description.mappable(isShared, wantsWrite);
  if (isErrno(file)) return file === -EINVAL ? -ENODEV : file;
  return { file, description, shared: null };
}

/** munmap(2). */
export function sysMunmap(task: Task, args: SyscallArgs): Result {
  const address = args.addr(0);
  const length = args.size(1);
  const mm = task.mm;
  const plan = mm.unmap(address, length);
  return runPlan(task, plan, () => mm.space.forgetExecutable(address, pageUp(length)));
}

/** mprotect(2). */
export function sysMprotect(task: Task, args: SyscallArgs): Result {
  const prot = args.int(2);
  if ((prot & (PROT_GROWSDOWN | PROT_GROWSUP)) !== 0) return -EINVAL;
  if ((prot & ~(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM)) !== 0) return -EINVAL;
  const address = args.addr(0);
  const length = args.size(1);
  if (isPageAligned(address) && address + length > Number.MAX_SAFE_INTEGER) return -ENOMEM;
  return runPlan(task, task.mm.protect(address, length, prot & ~PROT_SEM));
}

/** brk(2): answers the break, never an errno. */
export function sysBrk(task: Task, args: SyscallArgs): Result {
  const mm = task.mm;
  const before = mm.brk;
  const plan = mm.setBreak(args.addr(0), task.memoryLimits());
  if (plan.orders.length === 0) return plan.value;
  return task.performOrdersAndResume(plan.orders, plan.value, () => {
    plan.undo();
    return before;
  });
}

/** mremap(2). */
export function sysMremap(task: Task, args: SyscallArgs): Result {
  const request = {
    address: args.addr(0),
    oldLength: args.size(1),
    newLength: args.size(2),
    flags: args.int(3),
    newAddress: args.addr(4),
  };
  const plan = remap(task.mm, request, task.memoryLimits());
  if (isErrno(plan)) return plan;
  const first = plan.orders[0];
  if (first === undefined || first.kind !== "remap" || first.newAddress === first.address) return runPlan(task, plan);
  return task.performOrders(plan.orders, (failedIndex, result) => {
    if (failedIndex < 0) return plan.value;
    const copied = result === -EFAULT || result === -EINVAL ? moveByCopy(task, plan, first) : null;
    if (copied !== null) return copied;
    plan.undo();
    return result;
  });
}

/**
 * Hosts before Linux 6.17 move one of *their* mappings at a time, and what is one mapping here may be several there. Private anonymous memory can then be moved by
 * copying. Null if this mapping can't.
 */
function moveByCopy(task: Task, plan: MemoryPlan, move: Order & { kind: "remap" }): Result | null {
  const moved = task.mm.vmas.find(move.newAddress);
  if (moved === undefined || moved.isShared || moved.backing.file !== null) return null;
  const flagsOfCopy = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  const prot = PROT_READ | PROT_WRITE;
  const map: Order = {
    kind: "map",
    address: move.newAddress,
    length: move.newLength,
    prot,
    flags: flagsOfCopy,
    fd: -1,
    offset: 0,
  };
  return task.performOrders([map], (failedIndex, result) => {
    if (failedIndex >= 0) {
      plan.undo();
      return result;
    }
    copyWithin(task, move.address, move.newAddress, Math.min(move.length, move.newLength));
    const rest: Order[] = [{ kind: "unmap", address: move.address, length: move.length }];
    if (moved.prot !== prot) {
      rest.push({ kind: "protect", address: move.newAddress, length: move.newLength, prot: moved.prot });
    }
    return task.performOrders(rest, (restFailed, restResult) => (restFailed >= 0 ? restResult : plan.value));
  });
}

function copyWithin(task: Task, from: number, to: number, length: number): void {
  const buffer = new Uint8Array(Math.min(COPY_STEP_BYTES, length));
  const space = task.mm.space;
  for (let done = 0; done < length; ) {
    const step = Math.min(buffer.length, length - done);
    const got = space.forceRead(from + done, buffer, 0, step);
    if (got > 0) space.forceWrite(to + done, buffer, 0, got);
    // Pages that can't be read (PROT_NONE) hold nothing that could be missed beyond zeros.
    done += got > 0 ? got : PAGE_SIZE;
  }
}

/** madvise(2). */
export function sysMadvise(task: Task, args: SyscallArgs): Result {
  const address = args.addr(0);
  const length = args.size(1);
  if (length > Number.MAX_SAFE_INTEGER - PAGE_SIZE) return -EINVAL;
  const advice = args.int(2);
  if (advice === MADV_REMOVE) return removePages(task, address, pageUp(length));
  return runPlan(task, advise(task.mm, address, length, advice));
}

/** MADV_REMOVE: a hole in the object behind a shared writable mapping. Shared anonymous memory has no file here and is zeroed instead. */
function removePages(task: Task, address: number, length: number): Result {
  const { mm } = task;
  const end = address + length;
  if (!isPageAligned(address)) return -EINVAL;
  if (length === 0) return 0;
  if (end > mm.layout.highest || !mm.vmas.covers(address, end)) return -ENOMEM;
  for (const vma of mm.vmas.slices(address, end)) {
    if (vma.locked) return -EINVAL;
    if (!vma.isWritableShared) return vma.isShared ? -EACCES : -EINVAL;
    const { description } = vma.backing;
    if (description === null) {
      zeroRange(task, vma.start, vma.length);
      continue;
    }
    const hole = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
    const failed = description.allocate(task.vfsContext, hole, vma.offset, vma.length);
    if (failed < 0) return failed;
  }
  return 0;
}

function zeroRange(task: Task, start: number, length: number): void {
  const zeros = new Uint8Array(Math.min(COPY_STEP_BYTES, length));
  for (let done = 0; done < length; done += zeros.length) {
    task.mm.space.forceWrite(start + done, zeros, 0, Math.min(zeros.length, length - done));
  }
}

/** msync(2): shared mappings are the file's own pages, so there is nothing to carry over; MS_SYNC also asks the file to be written back. */
export function sysMsync(task: Task, args: SyscallArgs): Result {
  const address = args.addr(0);
  const end = address + pageUp(args.size(1));
  const how = args.int(2);
  if ((how & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) !== 0 || !isPageAligned(address)) return -EINVAL;
  if ((how & MS_ASYNC) !== 0 && (how & MS_SYNC) !== 0) return -EINVAL;
  if (end > task.mm.layout.highest) return -ENOMEM;
  if (end === address) return 0;
  for (const vma of task.mm.vmas.slices(address, end)) {
    if ((how & MS_INVALIDATE) !== 0 && vma.locked) return -EBUSY;
    if ((how & MS_SYNC) === 0 || !vma.isShared || vma.backing.description === null) continue;
    const failed = vma.backing.description.sync(false);
    if (failed < 0 && failed !== -EINVAL) return failed;
  }
  return task.mm.vmas.covers(address, end) ? 0 : -ENOMEM;
}

/** mincore(2): every mapped page counts as resident. */
export function sysMincore(task: Task, args: SyscallArgs): Result {
  const address = args.addr(0);
  const length = args.size(1);
  if (!isPageAligned(address)) return -EINVAL;
  const end = address + pageUp(length);
  if (end > task.mm.layout.highest || !task.mm.vmas.covers(address, end)) return -ENOMEM;
  const pages = (end - address) / PAGE_SIZE;
  const step = new Uint8Array(Math.min(pages, COPY_STEP_BYTES)).fill(1);
  for (let done = 0; done < pages; done += step.length) {
    const failed = task.memory.copyOut(args.addr(2) + done, step, 0, Math.min(step.length, pages - done));
    if (failed < 0) return failed;
  }
  return 0;
}

function setLocked(task: Task, address: number, rawLength: number, locked: boolean): Result {
  const start = address - (address % PAGE_SIZE);
  const end = pageUp(address + rawLength);
  if (end < start || end > Number.MAX_SAFE_INTEGER) return -EINVAL;
  if (end === start) return 0;
  const mm = task.mm;
  if (end > mm.layout.highest) return -ENOMEM;
  let change = 0;
  for (const vma of mm.vmas.slices(start, end)) if (vma.locked !== locked && !isFixture(vma)) change += vma.length;
  if (locked) {
    const limit = task.memoryLimits().locked;
    if (limit === 0) return -EPERM;
    if (mm.lockedBytes + change > limit) return -ENOMEM;
  }
  if (!mm.vmas.covers(start, end)) return -ENOMEM;
  mm.lockedBytes += locked ? change : -change;
  mm.vmas.update(start, end, (vma) => {
    if (!isFixture(vma)) vma.locked = locked;
  });
  return 0;
}

/** mlock(2): accounted and limited; the host decides what stays resident. */
export function sysMlock(task: Task, args: SyscallArgs): Result {
  return setLocked(task, args.addr(0), args.size(1), true);
}

/** mlock2(2). */
export function sysMlock2(task: Task, args: SyscallArgs): Result {
  return (args.int(2) & ~1) !== 0 ? -EINVAL : setLocked(task, args.addr(0), args.size(1), true);
}

/** munlock(2). */
export function sysMunlock(task: Task, args: SyscallArgs): Result {
  return setLocked(task, args.addr(0), args.size(1), false);
}

/** mlockall(2). */
export function sysMlockall(task: Task, args: SyscallArgs): Result {
  const how = args.int(0);
  if ((how & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)) !== 0 || how === 0 || how === MCL_ONFAULT) return -EINVAL;
  const mm = task.mm;
  const limit = task.memoryLimits().locked;
  if (limit === 0) return -EPERM;
  if ((how & MCL_CURRENT) !== 0 && mm.vmas.totalBytes > limit) return -ENOMEM;
  mm.lockFuture = (how & MCL_FUTURE) !== 0;
  if ((how & MCL_CURRENT) !== 0) setAllLocked(task, true);
  return 0;
}

/** munlockall(2). */
export function sysMunlockall(task: Task): Result {
  task.mm.lockFuture = false;
  setAllLocked(task, false);
  return 0;
}

function setAllLocked(task: Task, locked: boolean): void {
  const mm = task.mm;
  mm.vmas.update(mm.layout.lowest, mm.layout.highest, (vma) => {
    if (!isFixture(vma)) vma.locked = locked;
  });
  mm.lockedBytes = locked ? mm.vmas.totalBytes : 0;
}

/** get_mempolicy(2): one node, default policy. */
export function sysGetMempolicy(task: Task, args: SyscallArgs): Result {
  const modeAddress = args.addr(0);
  const maskAddress = args.addr(1);
  const maskBits = args.size(2);
  if (args.int(4) !== 0 && args.int(4) !== 4 && args.int(4) !== 1 && args.int(4) !== 2) return -EINVAL;
  if (modeAddress !== 0 && task.memory.copyOutU32(modeAddress, 0) < 0) return -EFAULT;
  if (maskAddress === 0) return 0;
  if (maskBits < 1 || maskBits > 1 << 16) return -EINVAL;
  const bytes = Math.ceil(maskBits / 64) * 8;
  TaskMemory.scratch.fill(0, 0, bytes);
  TaskMemory.scratch[0] = args.int(4) === 4 ? 1 : 0;
  return task.memory.copyOutScratch(maskAddress, 0, bytes);
}

/** set_mempolicy(2) and mbind(2): one node, so every valid policy is the default one. */
function acceptPolicy(mode: number): Result {
  const MODE_FLAGS = 0xe000;
  return (mode & ~MODE_FLAGS) > 6 || mode < 0 ? -EINVAL : 0;
}

export const memoryRows: Record<number, Row> = {
  9: supported("mmap", sysMmap, [addr, size, flags(PROT_BITS), flags(MAP_BITS), fd, offset]),
  10: supported("mprotect", sysMprotect, [addr, size, flags(PROT_BITS)]),
  11: supported("munmap", sysMunmap, [addr, size]),
  12: supported("brk", sysBrk, [addr]),
  25: partial(
    "mremap",
    sysMremap,
    [addr, size, size, flags(MREMAP_BITS), addr],
    "MREMAP_DONTUNMAP is refused with EINVAL",
  ),
  26: supported("msync", sysMsync, [addr, size, hex]),
  27: partial("mincore", sysMincore, [addr, size, addr], "every mapped page counts as resident"),
  28: partial(
    "madvise",
    sysMadvise,
    [addr, size, int],
    "DONTNEED, FREE, REMOVE, DONTFORK and WIPEONFORK act, hints are accepted; POPULATE_* and guard pages are EINVAL",
  ),
  149: partial("mlock", sysMlock, [addr, size], "accounted against RLIMIT_MEMLOCK; the host may still page"),
  150: supported("munlock", sysMunlock, [addr, size]),
  151: partial("mlockall", sysMlockall, [hex], "accounted against RLIMIT_MEMLOCK; the host may still page"),
  152: supported("munlockall", sysMunlockall, []),
  216: unsupported("remap_file_pages", -ENOSYS, "deprecated; mmap(2) does the same"),
  237: partial(
    "mbind",
    (_task, args) => acceptPolicy(args.int(2)),
    [addr, size, int, addr, size, hex],
    "there is one memory node",
  ),
  238: partial(
    "set_mempolicy",
    (_task, args) => acceptPolicy(args.int(0)),
    [int, addr, size],
    "there is one memory node",
  ),
  239: partial("get_mempolicy", sysGetMempolicy, [addr, addr, size, addr, hex], "there is one memory node"),
  323: unsupported("userfaultfd", -EPERM, "as for an unprivileged user with vm.unprivileged_userfaultfd=0"),
  325: partial("mlock2", sysMlock2, [addr, size, hex], "accounted against RLIMIT_MEMLOCK; the host may still page"),
  329: unsupported("pkey_mprotect", -EINVAL, "no protection keys, as on a processor without them"),
  330: unsupported("pkey_alloc", -ENOSPC, "no protection keys, as on a processor without them"),
  331: unsupported("pkey_free", -EINVAL, "no protection keys, as on a processor without them"),
};
