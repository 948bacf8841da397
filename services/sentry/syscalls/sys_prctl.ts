/** prctl(2), arch_prctl(2), personality(2), seccomp(2). */
import { CAP_LAST_CAP, CAP_SETPCAP, CAP_SYS_RESOURCE } from "../../../shared/abi/capability.ts";
import { EFAULT, EINVAL, EPERM } from "../../../shared/abi/errno.ts";
import { TASK_COMM_LEN } from "../../../shared/abi/limits.ts";
import * as p from "../../../shared/abi/prctl.ts";
import { SIGRTMAX } from "../../../shared/abi/signal.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import type { Task } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import { type CapabilitySet, NO_CAPABILITIES } from "../vfs/credentials.ts";
import { addr, hex, oneOf, partial, type RowTable, unsupported } from "./row.ts";
import { intersection, union } from "./sys_credentials.ts";

const PR_TSC_ENABLE = 1;
const SECBIT_KEEP_CAPS = 0x10;
const SECBITS_MASK = 0xff;
const SECBIT_NO_CAP_AMBIENT_RAISE = 0x40;

/** prctl(2). */
export function sysPrctl(task: Task, args: SyscallArgs): Result {
  const value = args.addr(1);
  switch (args.int(0)) {
    case p.PR_SET_PDEATHSIG:
      if (value > SIGRTMAX) return -EINVAL;
      task.parentDeathSignal = value;
      return 0;
    case p.PR_GET_PDEATHSIG:
      return task.memory.copyOutU32(value, task.parentDeathSignal);
    case p.PR_SET_NAME:
      return setName(task, value);
    case p.PR_GET_NAME:
      return getName(task, value);
    case p.PR_GET_DUMPABLE:
      return task.threadGroup.dumpable;
    case p.PR_SET_DUMPABLE:
      if (value > 1) return -EINVAL;
      task.threadGroup.dumpable = value;
      return 0;
    case p.PR_GET_KEEPCAPS:
      return (task.credentials.securebits & SECBIT_KEEP_CAPS) === 0 ? 0 : 1;
    case p.PR_SET_KEEPCAPS:
      if (value > 1) return -EINVAL;
      return setSecurebits(task, (task.credentials.securebits & ~SECBIT_KEEP_CAPS) | (value * SECBIT_KEEP_CAPS));
    case p.PR_GET_SECUREBITS:
      return task.credentials.securebits;
    case p.PR_SET_SECUREBITS:
      if (!task.credentials.has(CAP_SETPCAP)) return -EPERM;
      return value > SECBITS_MASK ? -EPERM : setSecurebits(task, value);
    case p.PR_CAPBSET_READ:
      return value > CAP_LAST_CAP ? -EINVAL : hasCapability(task.credentials.bounding, value);
    case p.PR_CAPBSET_DROP:
      return dropBounding(task, value);
    case p.PR_CAP_AMBIENT:
      return changeAmbient(task, value, args);
    case p.PR_SET_NO_NEW_PRIVS:
      if (value !== 1 || args.addr(2) !== 0 || args.addr(3) !== 0 || args.addr(4) !== 0) return -EINVAL;
      task.credentials = task.credentials.with({ noNewPrivileges: true });
      return 0;
    case p.PR_GET_NO_NEW_PRIVS:
      if (value !== 0 || args.addr(2) !== 0 || args.addr(3) !== 0 || args.addr(4) !== 0) return -EINVAL;
      return task.credentials.noNewPrivileges ? 1 : 0;
    case p.PR_SET_CHILD_SUBREAPER:
      task.threadGroup.isChildSubreaper = value !== 0;
      return 0;
    case p.PR_GET_CHILD_SUBREAPER:
      return task.memory.copyOutU32(value, task.threadGroup.isChildSubreaper ? 1 : 0);
    case p.PR_SET_TIMERSLACK:
      task.timerSlackNs = value === 0 ? 50_000 : value;
      return 0;
    case p.PR_GET_TIMERSLACK:
      return task.timerSlackNs;
    case p.PR_GET_TIMING:
      return p.PR_TIMING_STATISTICAL;
    case p.PR_SET_TIMING:
      return value === p.PR_TIMING_STATISTICAL ? 0 : -EINVAL;
    case p.PR_GET_TSC:
      return task.memory.copyOutU32(value, PR_TSC_ENABLE);
    case p.PR_SET_TSC:
      return value === PR_TSC_ENABLE ? 0 : -EINVAL;
    case p.PR_GET_TID_ADDRESS:
      return task.memory.copyOutU64(value, task.clearChildTid);
    case p.PR_SET_THP_DISABLE:
      task.threadGroup.noThp = value !== 0;
      return 0;
    case p.PR_GET_THP_DISABLE:
      return task.threadGroup.noThp ? 1 : 0;
    case p.PR_GET_SECCOMP:
      return 0;
    case p.PR_SET_MM:
      return setMemoryMap(task, value, args);
    case p.PR_SET_VMA:
      return value === p.PR_SET_VMA_ANON_NAME ? 0 : -EINVAL;
    case p.PR_SET_PTRACER:
      return 0;
    case p.PR_MCE_KILL:
      return value === p.PR_MCE_KILL_CLEAR || value === p.PR_MCE_KILL_SET ? 0 : -EINVAL;
    case p.PR_MCE_KILL_GET:
      return p.PR_MCE_KILL_DEFAULT;
    case p.PR_GET_SPECULATION_CTRL:
      return p.PR_SPEC_NOT_AFFECTED;
    default:
      return -EINVAL;
  }
}

function setName(task: Task, address: number): Result {
  const { scratch } = TaskMemory;
  scratch.fill(0, 0, TASK_COMM_LEN);
  // The name may end right before an unmapped page.
  let length = 0;
  for (; length < TASK_COMM_LEN - 1; length++) {
    if (task.thread.space.read(address + length, scratch, length, 1) !== 1) return -EFAULT;
    if (scratch[length] === 0) break;
  }
  task.name = Buffer.from(scratch.buffer, 0, length).toString("latin1");
  return 0;
}

function getName(task: Task, address: number): Result {
  const { scratch } = TaskMemory;
  scratch.fill(0, 0, TASK_COMM_LEN);
  for (let i = 0; i < task.name.length && i < TASK_COMM_LEN - 1; i++) scratch[i] = task.name.charCodeAt(i);
  return task.memory.copyOutScratch(address, 0, TASK_COMM_LEN);
}

function setSecurebits(task: Task, securebits: number): Result {
  task.credentials = task.credentials.with({ securebits });
  return 0;
}

function singleCapability(capability: number): CapabilitySet {
  return capability < 32 ? { low: (1 << capability) >>> 0, high: 0 } : { low: 0, high: (1 << (capability - 32)) >>> 0 };
}

function hasCapability(set: CapabilitySet, capability: number): number {
  const one = intersection(set, singleCapability(capability));
  return one.low === 0 && one.high === 0 ? 0 : 1;
}

function without(set: CapabilitySet, capability: number): CapabilitySet {
  const one = singleCapability(capability);
  return { low: (set.low & ~one.low) >>> 0, high: (set.high & ~one.high) >>> 0 };
}

function dropBounding(task: Task, capability: number): Result {
  if (!task.credentials.has(CAP_SETPCAP)) return -EPERM;
  if (capability > CAP_LAST_CAP) return -EINVAL;
  task.credentials = task.credentials.with({ bounding: without(task.credentials.bounding, capability) });
  return 0;
}

function changeAmbient(task: Task, what: number, args: SyscallArgs): Result {
  const capability = args.addr(2);
  const old = task.credentials;
  if (args.addr(3) !== 0 || args.addr(4) !== 0) return -EINVAL;
  if (what === p.PR_CAP_AMBIENT_CLEAR_ALL) {
    if (capability !== 0) return -EINVAL;
    task.credentials = old.with({ ambient: NO_CAPABILITIES });
    return 0;
  }
  if (capability > CAP_LAST_CAP) return -EINVAL;
  switch (what) {
    case p.PR_CAP_AMBIENT_IS_SET:
      return hasCapability(old.ambient, capability);
    case p.PR_CAP_AMBIENT_RAISE: {
      const both = intersection(old.permitted, old.inheritable);
      if (hasCapability(both, capability) === 0 || (old.securebits & SECBIT_NO_CAP_AMBIENT_RAISE) !== 0) return -EPERM;
      task.credentials = old.with({ ambient: union(old.ambient, singleCapability(capability)) });
      return 0;
    }
    case p.PR_CAP_AMBIENT_LOWER:
      task.credentials = old.with({ ambient: without(old.ambient, capability) });
      return 0;
    default:
      return -EINVAL;
  }
}

/** PR_SET_MM: what setproctitle()-like programs move. */
function setMemoryMap(task: Task, what: number, args: SyscallArgs): Result {
  if (!task.credentials.has(CAP_SYS_RESOURCE)) return -EPERM;
  const address = args.addr(2);
  const { mm } = task;
  switch (what) {
    case p.PR_SET_MM_START_CODE:
      mm.codeStart = address;
      return 0;
    case p.PR_SET_MM_END_CODE:
      mm.codeEnd = address;
      return 0;
    case p.PR_SET_MM_START_DATA:
      mm.dataStart = address;
      return 0;
    case p.PR_SET_MM_END_DATA:
      mm.dataEnd = address;
      return 0;
    case p.PR_SET_MM_START_STACK:
      mm.stackStart = address;
      return 0;
    case p.PR_SET_MM_ARG_START:
      mm.argStart = address;
      return 0;
    case p.PR_SET_MM_ARG_END:
      mm.argEnd = address;
      return 0;
    case p.PR_SET_MM_ENV_START:
      mm.envStart = address;
      return 0;
    case p.PR_SET_MM_ENV_END:
      mm.envEnd = address;
      return 0;
    default:
      return -EINVAL;
  }
}

/** arch_prctl(2). The gs base belongs to the platform: setting it answers EINVAL. */
export function sysArchPrctl(task: Task, args: SyscallArgs): Result {
  const value = args.addr(1);
  switch (args.int(0)) {
    case p.ARCH_SET_FS:
      if (value >= 0x8000_0000_0000) return -EPERM;
      task.thread.setFsBase(value);
      return 0;
    case p.ARCH_GET_FS:
      return task.memory.copyOutU64(value, task.thread.getFsBase());
    case p.ARCH_GET_GS:
      return task.memory.copyOutU64(value, 0);
    case p.ARCH_GET_CPUID:
      return 1;
    default:
      return -EINVAL;
  }
}

/** personality(2): remembered. 0xffffffff asks only. */
export function sysPersonality(task: Task, args: SyscallArgs): Result {
  const old = task.personality;
  const wanted = args.uint(0);
  if (wanted !== 0xffff_ffff) task.personality = wanted;
  return old;
}

const OPTION = oneOf([
  [p.PR_SET_PDEATHSIG, "PR_SET_PDEATHSIG"],
  [p.PR_SET_NAME, "PR_SET_NAME"],
  [p.PR_GET_NAME, "PR_GET_NAME"],
  [p.PR_SET_DUMPABLE, "PR_SET_DUMPABLE"],
  [p.PR_GET_DUMPABLE, "PR_GET_DUMPABLE"],
  [p.PR_CAPBSET_READ, "PR_CAPBSET_READ"],
  [p.PR_SET_NO_NEW_PRIVS, "PR_SET_NO_NEW_PRIVS"],
  [p.PR_SET_CHILD_SUBREAPER, "PR_SET_CHILD_SUBREAPER"],
  [p.PR_SET_VMA, "PR_SET_VMA"],
]);
const ARCH_OPTION = oneOf([
  [p.ARCH_SET_FS, "ARCH_SET_FS"],
  [p.ARCH_GET_FS, "ARCH_GET_FS"],
  [p.ARCH_SET_GS, "ARCH_SET_GS"],
  [p.ARCH_GET_GS, "ARCH_GET_GS"],
]);

export const prctlRows: RowTable = {
  101: unsupported("ptrace", -EPERM, "EPERM: no process can be traced"),
  135: partial(
    "personality",
    sysPersonality,
    [hex],
    "remembered; only ADDR_NO_RANDOMIZE-like flags would have an effect and have none",
  ),
  157: partial(
    "prctl",
    sysPrctl,
    [OPTION, addr, addr, addr, addr],
    "no seccomp, no PR_SET_MM_MAP, no speculation control",
  ),
  158: partial(
    "arch_prctl",
    sysArchPrctl,
    [ARCH_OPTION, addr],
    "EINVAL for ARCH_SET_GS: the platform uses the gs base",
  ),
  317: unsupported("seccomp", -EINVAL, "EINVAL, as a Linux without CONFIG_SECCOMP_FILTER"),
};
