/** System V shared memory: shmget(2), shmat(2), shmdt(2), shmctl(2). */
import { CAP_IPC_LOCK } from "../../../shared/abi/capability.ts";
import { EINVAL, ENOMEM, ENOSYS, EPERM, type Errno, isErrno } from "../../../shared/abi/errno.ts";
import { O_LARGEFILE, O_RDONLY, O_RDWR } from "../../../shared/abi/fcntl.ts";
import {
  IPC_CREAT,
  IPC_EXCL,
  IPC_INFO,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
  SHM_EXEC,
  SHM_HUGETLB,
  SHM_INFO,
  SHM_LOCK,
  SHM_LOCKED,
  SHM_NORESERVE,
  SHM_RDONLY,
  SHM_REMAP,
  SHM_RND,
  SHM_STAT,
  SHM_STAT_ANY,
  SHM_UNLOCK,
  SHMMIN,
  SHMMNI,
  ShmInfoLayout,
  ShmidDsLayout,
  ShminfoLayout,
} from "../../../shared/abi/ipc.ts";
import { MAP_FIXED, MAP_SHARED, PAGE_SIZE, PROT_EXEC, PROT_READ, PROT_WRITE } from "../../../shared/abi/mman.ts";
import { RLIMIT_MEMLOCK } from "../../../shared/abi/resource.ts";
import { IPC_EXECUTE, IPC_READ, IPC_WRITE } from "../kernel/ipc/ipc_object.ts";
import { AttachedFile, type SharedSegment } from "../kernel/ipc/shared_memory.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import type { Task } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import type { MemoryPlan } from "../mm/memory_manager.ts";
import { isPageAligned } from "../mm/page.ts";
import { ownerFrom, writeOwner } from "./ipc_permissions.ts";
import { addr, flags, hex, int, oneOf, partial, type RowTable, size, supported } from "./row.ts";
import { runPlan } from "./sys_memory.ts";

/** SHMMAX and SHMALL of Linux: ULONG_MAX - 2^24, as two halves since a double doesn't hold it. */
const MOST_LOW = 0xfeff_ffff;
const MOST_HIGH = 0xffff_ffff;

/** shmget(2). */
export function sysShmget(task: Task, args: SyscallArgs): Result {
  return shmget(task, args.int(0), args.size(1), args.int(2));
}

function shmget(task: Task, key: number, sizeBytes: number, shmFlags: number): Result {
  const { sharedMemory } = task.ipc;
  const files = task.kernel.anonymousFiles;
  if (files === null) return -ENOSYS;
  const request = { key, flags: shmFlags, sizeBytes, pid: task.threadGroup.pid };
  return sharedMemory.open(
    key,
    shmFlags,
    task.credentials,
    // As Linux's overcommit heuristic: more than there is can't be promised.
    () =>
      sizeBytes > task.kernel.totalMemory && sizeBytes <= Number.MAX_SAFE_INTEGER
        ? -ENOMEM
        : sharedMemory.create(files, task.vfsContext, request),
    (segment) => (segment.sizeBytes < sizeBytes ? -EINVAL : 0),
  );
}

/** shmat(2). */
export function sysShmat(task: Task, args: SyscallArgs): Result {
  return shmat(task, args.int(0), args.addr(1), args.int(2));
}

function shmat(task: Task, id: number, address: number, shmFlags: number): Result {
  const { mm } = task;
  const isFixed = address !== 0;
  if (!isFixed && (shmFlags & SHM_REMAP) !== 0) return -EINVAL;
  if (!isPageAligned(address) && (shmFlags & SHM_RND) === 0) return -EINVAL;
  const start = address - (address % PAGE_SIZE);
  const segment = task.ipc.sharedMemory.get(id);
  if (isErrno(segment)) return segment;

  const isReadOnly = (shmFlags & SHM_RDONLY) !== 0;
  const isExecutable = (shmFlags & SHM_EXEC) !== 0;
  const wanted = IPC_READ | (isReadOnly ? 0 : IPC_WRITE) | (isExecutable ? IPC_EXECUTE : 0);
  const allowed = segment.checkAccess(task.credentials, wanted);
  if (allowed < 0) return allowed;
  const end = start + segment.pages * PAGE_SIZE;
  if (isFixed && (shmFlags & SHM_REMAP) === 0 && mm.vmas.overlaps(start, end)) return -EINVAL;

  const opened = segment.openAttachment(task.vfsContext, (isReadOnly ? O_RDONLY : O_RDWR) | O_LARGEFILE, !isReadOnly);
  if (isErrno(opened)) return opened;
  const plan = mm.map(
    {
      address: start,
      length: segment.sizeBytes,
      prot: PROT_READ | (isReadOnly ? 0 : PROT_WRITE) | (isExecutable ? PROT_EXEC : 0),
      flags: MAP_SHARED | (isFixed ? MAP_FIXED : 0),
      backing: { file: opened.file, description: opened.description, shared: null },
      offset: 0,
    },
    task.memoryLimits(),
  );
  opened.description.dropReference();
  if (!isErrno(plan)) segment.lastPid = task.threadGroup.pid;
  return runPlan(task, plan);
}

/** shmdt(2): takes away what is left of the attachment that began at this address. */
export function sysShmdt(task: Task, args: SyscallArgs): Result {
  const address = args.addr(0);
  const { mm } = task;
  if (!isPageAligned(address)) return -EINVAL;
  const first = mm.vmas.all.find(
    ({ backing, start, offset }) => backing.file instanceof AttachedFile && start - offset === address,
  );
  if (first === undefined) return -EINVAL;
  const file = first.backing.file as AttachedFile;
  const pieces = mm.vmas.all
    .filter(({ backing, start, offset }) => backing.file === file && start - offset === address)
    .map(({ start, length }) => ({ start, length }));
  file.segment.lastPid = task.threadGroup.pid;
  const plans = pieces
    .map(({ start, length }) => mm.unmap(start, length))
    .filter((plan): plan is MemoryPlan => !isErrno(plan));
  return runPlan(task, {
    orders: plans.flatMap(({ orders }) => orders),
    value: 0,
    undo: () => {
      for (const plan of plans) plan.undo();
    },
  });
}

/** shmctl(2). */
export function sysShmctl(task: Task, args: SyscallArgs): Result {
  return shmctl(task, args.int(0), args.int(1), args.addr(2));
}

function shmctl(task: Task, id: number, command: number, address: number): Result {
  if (id < 0) return -EINVAL;
  const { sharedMemory } = task.ipc;
  switch (command) {
    case IPC_INFO:
      return storeLimits(task, address);
    case SHM_INFO:
      return storeUse(task, address);
    case IPC_STAT:
    case SHM_STAT:
    case SHM_STAT_ANY: {
      const segment = command === IPC_STAT ? sharedMemory.get(id) : sharedMemory.at(id);
      if (isErrno(segment)) return segment;
      const allowed = command === SHM_STAT_ANY ? 0 : segment.checkAccess(task.credentials, IPC_READ);
      if (allowed < 0) return allowed;
      const stored = storeStatus(task, address, segment);
      return stored < 0 || command === IPC_STAT ? stored : segment.id;
    }
    case IPC_SET:
    case IPC_RMID:
    case SHM_LOCK:
    case SHM_UNLOCK: {
      const segment = sharedMemory.get(id);
      return isErrno(segment) ? segment : change(task, segment, command, address);
    }
    default:
      return -EINVAL;
  }
}

function change(task: Task, segment: SharedSegment, command: number, address: number): Result {
  if (command === SHM_LOCK || command === SHM_UNLOCK) return lock(task, segment, command === SHM_LOCK);
  const allowed = segment.checkControl(task.credentials);
  if (allowed < 0) return allowed;
  if (command === IPC_RMID) {
    segment.markForRemoval();
    return 0;
  }
  const copied = task.memory.copyInScratch(address, 0, ShmidDsLayout.byteLength);
  if (copied < 0) return copied;
  const owner = ownerFrom(ShmidDsLayout);
  if (isErrno(owner)) return owner;
  segment.setOwner(owner.uid, owner.gid, owner.mode, task.ipc.sharedMemory.nowSec());
  return 0;
}

/** SHM_LOCK, SHM_UNLOCK: remembered and shown; the host decides what stays resident. */
function lock(task: Task, segment: SharedSegment, isLocked: boolean): Result {
  if (!task.credentials.has(CAP_IPC_LOCK)) {
    if (!segment.isOwnedBy(task.credentials)) return -EPERM;
    if (isLocked && task.threadGroup.limits.soft[RLIMIT_MEMLOCK] === 0) return -EPERM;
  }
  segment.mode = isLocked ? segment.mode | SHM_LOCKED : segment.mode & ~SHM_LOCKED;
  return 0;
}

function storeStatus(task: Task, address: number, segment: SharedSegment): 0 | Errno {
  const view = TaskMemory.scratchView;
  const status = ShmidDsLayout;
  writeOwner(status, view, segment);
  status.segsz.write(view, 0, segment.sizeBytes);
  status.atime.write(view, 0, segment.attachSec);
  status.dtime.write(view, 0, segment.detachSec);
  status.ctime.write(view, 0, segment.changeSec);
  status.cpid.write(view, 0, segment.creatorPid);
  status.lpid.write(view, 0, segment.lastPid);
  status.nattch.write(view, 0, segment.attachments);
  return task.memory.copyOutScratch(address, 0, status.byteLength);
}

function storeLimits(task: Task, address: number): Result {
  const view = TaskMemory.scratchView;
  const limits = ShminfoLayout;
  limits.zero(view, 0);
  for (const { offset } of [limits.shmmax, limits.shmall]) {
    view.setUint32(offset, MOST_LOW, true);
    view.setUint32(offset + 4, MOST_HIGH, true);
  }
  limits.shmmin.write(view, 0, SHMMIN);
  limits.shmmni.write(view, 0, SHMMNI);
  limits.shmseg.write(view, 0, SHMMNI);
  const stored = task.memory.copyOutScratch(address, 0, limits.byteLength);
  return stored < 0 ? stored : task.ipc.sharedMemory.highestIndex;
}

function storeUse(task: Task, address: number): Result {
  const { sharedMemory } = task.ipc;
  const view = TaskMemory.scratchView;
  ShmInfoLayout.zero(view, 0);
  ShmInfoLayout.usedIds.write(view, 0, sharedMemory.count);
  ShmInfoLayout.total.write(view, 0, sharedMemory.totalPages);
  ShmInfoLayout.resident.write(view, 0, sharedMemory.totalPages);
  const stored = task.memory.copyOutScratch(address, 0, ShmInfoLayout.byteLength);
  return stored < 0 ? stored : sharedMemory.highestIndex;
}

const GET_FLAGS = [
  [IPC_CREAT, "IPC_CREAT"],
  [IPC_EXCL, "IPC_EXCL"],
  [SHM_HUGETLB, "SHM_HUGETLB"],
  [SHM_NORESERVE, "SHM_NORESERVE"],
] as const;

const ATTACH_FLAGS = [
  [SHM_RDONLY, "SHM_RDONLY"],
  [SHM_RND, "SHM_RND"],
  [SHM_REMAP, "SHM_REMAP"],
  [SHM_EXEC, "SHM_EXEC"],
] as const;

const COMMANDS = [
  [IPC_RMID, "IPC_RMID"],
  [IPC_SET, "IPC_SET"],
  [IPC_STAT, "IPC_STAT"],
  [IPC_INFO, "IPC_INFO"],
  [SHM_LOCK, "SHM_LOCK"],
  [SHM_UNLOCK, "SHM_UNLOCK"],
  [SHM_STAT, "SHM_STAT"],
  [SHM_INFO, "SHM_INFO"],
  [SHM_STAT_ANY, "SHM_STAT_ANY"],
] as const;

export const shmRows: RowTable = {
  29: partial("shmget", sysShmget, [hex, size, flags(GET_FLAGS)], "SHM_HUGETLB gives small pages"),
  30: supported("shmat", sysShmat, [int, addr, flags(ATTACH_FLAGS)]),
  31: partial("shmctl", sysShmctl, [int, oneOf(COMMANDS), addr], "SHM_LOCK is remembered; the host may still page"),
  67: supported("shmdt", sysShmdt, [addr]),
};
