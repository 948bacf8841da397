/** Who one is: set*id(2), setgroups(2), capget(2), capset(2); credentials(7), capabilities(7). */
import * as c from "../../../shared/abi/capability.ts";
import { EFAULT, EINVAL, EPERM, type Errno, ESRCH } from "../../../shared/abi/errno.ts";
import { NGROUPS_MAX } from "../../../shared/abi/limits.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import type { Task } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import { type CapabilitySet, type CredentialFields, type Credentials, NO_CAPABILITIES } from "../vfs/credentials.ts";
import { addr, int, type RowTable, size, supported, uint } from "./row.ts";

const { CapDataLayout, CapHeaderLayout, CAP_SETGID, CAP_SETPCAP, CAP_SETUID } = c;
/** -1: leave as it is, or no id at all. */
const NO_ID = 0xffff_ffff;
const SECBIT_NO_SETUID_FIXUP = 4;
const SECBIT_KEEP_CAPS = 0x10;

/** Installs new credentials. Changes of identity make the process undumpable and forget PR_SET_PDEATHSIG, as on Linux. */
function commit(task: Task, credentials: Credentials): Result {
  const old = task.credentials;
  if (old.euid !== credentials.euid || old.egid !== credentials.egid || old.fsuid !== credentials.fsuid) {
    task.threadGroup.dumpable = 0;
    task.parentDeathSignal = 0;
  }
  task.credentials = credentials;
  return 0;
}

/** Effects of a change of user ids on capabilities, capabilities(7). */
function withUserIds(task: Task, changes: Partial<CredentialFields>): Credentials {
  const old = task.credentials;
  const next = old.with(changes);
  if ((old.securebits & SECBIT_NO_SETUID_FIXUP) !== 0) return next;
  const hadRoot = old.ruid === 0 || old.euid === 0 || old.suid === 0;
  const hasRoot = next.ruid === 0 || next.euid === 0 || next.suid === 0;
  const fixes: { -readonly [K in keyof CredentialFields]?: CredentialFields[K] } = {};
  if (hadRoot && !hasRoot) {
    if ((old.securebits & SECBIT_KEEP_CAPS) === 0) {
      fixes.permitted = NO_CAPABILITIES;
      fixes.effective = NO_CAPABILITIES;
    }
    fixes.ambient = NO_CAPABILITIES;
  }
  if (old.euid === 0 && next.euid !== 0) fixes.effective = NO_CAPABILITIES;
  if (old.euid !== 0 && next.euid === 0) fixes.effective = fixes.permitted ?? next.permitted;
  return next.with(fixes);
}

/** getuid(2) and its kin. */
export function sysGetuid(task: Task): Result {
  return task.credentials.ruid;
}
export function sysGeteuid(task: Task): Result {
  return task.credentials.euid;
}
export function sysGetgid(task: Task): Result {
  return task.credentials.rgid;
}
export function sysGetegid(task: Task): Result {
  return task.credentials.egid;
}

/** setuid(2). */
export function sysSetuid(task: Task, args: SyscallArgs): Result {
  const uid = args.uint(0);
  const old = task.credentials;
  if (uid === NO_ID) return -EINVAL;
  if (old.has(CAP_SETUID)) return commit(task, withUserIds(task, { ruid: uid, euid: uid, suid: uid, fsuid: uid }));
  if (uid !== old.ruid && uid !== old.suid) return -EPERM;
  return commit(task, withUserIds(task, { euid: uid, fsuid: uid }));
}

/** setgid(2). */
export function sysSetgid(task: Task, args: SyscallArgs): Result {
  const gid = args.uint(0);
  const old = task.credentials;
  if (gid === NO_ID) return -EINVAL;
  if (old.has(CAP_SETGID)) return commit(task, old.with({ rgid: gid, egid: gid, sgid: gid, fsgid: gid }));
  if (gid !== old.rgid && gid !== old.sgid) return -EPERM;
  return commit(task, old.with({ egid: gid, fsgid: gid }));
}

/** setreuid(2). */
export function sysSetreuid(task: Task, args: SyscallArgs): Result {
  const ruid = args.uint(0);
  const euid = args.uint(1);
  const old = task.credentials;
  if (!old.has(CAP_SETUID)) {
    if (ruid !== NO_ID && ruid !== old.ruid && ruid !== old.euid) return -EPERM;
    if (euid !== NO_ID && euid !== old.ruid && euid !== old.euid && euid !== old.suid) return -EPERM;
  }
  const newReal = ruid === NO_ID ? old.ruid : ruid;
  const newEffective = euid === NO_ID ? old.euid : euid;
  const setsSaved = ruid !== NO_ID || (euid !== NO_ID && euid !== old.ruid);
  const suid = setsSaved ? newEffective : old.suid;
  return commit(task, withUserIds(task, { ruid: newReal, euid: newEffective, suid, fsuid: newEffective }));
}

/** setregid(2). */
export function sysSetregid(task: Task, args: SyscallArgs): Result {
  const rgid = args.uint(0);
  const egid = args.uint(1);
  const old = task.credentials;
  if (!old.has(CAP_SETGID)) {
    if (rgid !== NO_ID && rgid !== old.rgid && rgid !== old.egid) return -EPERM;
    if (egid !== NO_ID && egid !== old.rgid && egid !== old.egid && egid !== old.sgid) return -EPERM;
  }
  const newReal = rgid === NO_ID ? old.rgid : rgid;
  const newEffective = egid === NO_ID ? old.egid : egid;
  const setsSaved = rgid !== NO_ID || (egid !== NO_ID && egid !== old.rgid);
  const sgid = setsSaved ? newEffective : old.sgid;
  return commit(task, old.with({ rgid: newReal, egid: newEffective, sgid, fsgid: newEffective }));
}

function isOneOf(id: number, a: number, b: number, third: number): boolean {
  return id === NO_ID || id === a || id === b || id === third;
}

/** setresuid(2). */
export function sysSetresuid(task: Task, args: SyscallArgs): Result {
  const old = task.credentials;
  const ids = [args.uint(0), args.uint(1), args.uint(2)];
  const allowed = old.has(CAP_SETUID) || ids.every((id) => isOneOf(id, old.ruid, old.euid, old.suid));
  if (!allowed) return -EPERM;
  const ruid = ids[0] === NO_ID ? old.ruid : ids[0];
  const euid = ids[1] === NO_ID ? old.euid : ids[1];
  const suid = ids[2] === NO_ID ? old.suid : ids[2];
  return commit(task, withUserIds(task, { ruid, euid, suid, fsuid: euid }));
}

/** setresgid(2). */
export function sysSetresgid(task: Task, args: SyscallArgs): Result {
  const old = task.credentials;
  const ids = [args.uint(0), args.uint(1), args.uint(2)];
  const allowed = old.has(CAP_SETGID) || ids.every((id) => isOneOf(id, old.rgid, old.egid, old.sgid));
  if (!allowed) return -EPERM;
  const rgid = ids[0] === NO_ID ? old.rgid : ids[0];
  const egid = ids[1] === NO_ID ? old.egid : ids[1];
  const sgid = ids[2] === NO_ID ? old.sgid : ids[2];
  return commit(task, old.with({ rgid, egid, sgid, fsgid: egid }));
}

function storeThree(task: Task, args: SyscallArgs, a: number, b: number, third: number): Result {
  if (task.memory.copyOutU32(args.addr(0), a) < 0) return -EFAULT;
  if (task.memory.copyOutU32(args.addr(1), b) < 0) return -EFAULT;
  return task.memory.copyOutU32(args.addr(2), third);
}

/** getresuid(2). */
export function sysGetresuid(task: Task, args: SyscallArgs): Result {
  const { ruid, euid, suid } = task.credentials;
  return storeThree(task, args, ruid, euid, suid);
}

/** getresgid(2). */
export function sysGetresgid(task: Task, args: SyscallArgs): Result {
  const { rgid, egid, sgid } = task.credentials;
  return storeThree(task, args, rgid, egid, sgid);
}

/** setfsuid(2): returns the old one, also when it changes nothing. */
export function sysSetfsuid(task: Task, args: SyscallArgs): Result {
  const uid = args.uint(0);
  const old = task.credentials;
  const allowed = old.has(CAP_SETUID) || uid === old.ruid || uid === old.euid || uid === old.suid || uid === old.fsuid;
  if (uid !== NO_ID && allowed) commit(task, old.with({ fsuid: uid }));
  return old.fsuid;
}

/** setfsgid(2). */
export function sysSetfsgid(task: Task, args: SyscallArgs): Result {
  const gid = args.uint(0);
  const old = task.credentials;
  const allowed = old.has(CAP_SETGID) || gid === old.rgid || gid === old.egid || gid === old.sgid || gid === old.fsgid;
  if (gid !== NO_ID && allowed) commit(task, old.with({ fsgid: gid }));
  return old.fsgid;
}

/** getgroups(2). */
export function sysGetgroups(task: Task, args: SyscallArgs): Result {
  const room = args.int(0);
  const { groups } = task.credentials;
  if (room < 0) return -EINVAL;
  if (room === 0) return groups.length;
  if (room < groups.length) return -EINVAL;
  const bytes = new Uint8Array(groups.length * 4);
  const view = new DataView(bytes.buffer);
  groups.forEach((gid, i) => {
    view.setUint32(i * 4, gid, true);
  });
  const copied = task.memory.copyOut(args.addr(1), bytes, 0, bytes.length);
  return copied < 0 ? copied : groups.length;
}

/** setgroups(2). */
export function sysSetgroups(task: Task, args: SyscallArgs): Result {
  const count = args.uint(0);
  if (!task.credentials.has(CAP_SETGID)) return -EPERM;
  if (count > NGROUPS_MAX) return -EINVAL;
  const bytes = new Uint8Array(count * 4);
  const copied = task.memory.copyIn(args.addr(1), bytes, 0, bytes.length);
  if (copied < 0) return copied;
  const view = new DataView(bytes.buffer);
  const groups = Array.from({ length: count }, (_, i) => view.getUint32(i * 4, true));
  return commit(task, task.credentials.with({ groups: groups.sort((a, b) => a - b) }));
}

/** How many CapData structs follow a header of that version; -EINVAL, with our version written back, for an unknown one. */
function capDataCount(task: Task, headerAddr: number): { pid: number; count: number } | Errno {
  const copied = task.memory.copyInScratch(headerAddr, 0, CapHeaderLayout.byteLength);
  if (copied < 0) return copied;
  const version = CapHeaderLayout.version.read(TaskMemory.scratchView, 0);
  const pid = CapHeaderLayout.pid.read(TaskMemory.scratchView, 0);
  if (version === c._LINUX_CAPABILITY_VERSION_1) return { pid, count: 1 };
  if (version === c._LINUX_CAPABILITY_VERSION_2 || version === c._LINUX_CAPABILITY_VERSION_3) return { pid, count: 2 };
  const stored = task.memory.copyOutU32(headerAddr, c._LINUX_CAPABILITY_VERSION_3);
  return stored < 0 ? stored : -EINVAL;
}

/** capget(2). */
export function sysCapget(task: Task, args: SyscallArgs): Result {
  const dataAddr = args.addr(1);
  const header = capDataCount(task, args.addr(0));
  // With NULL data the call asks for the version only.
  if (typeof header === "number") return header === -EINVAL && dataAddr === 0 ? 0 : header;
  if (header.pid < 0) return -EINVAL;
  const target = header.pid === 0 ? task : task.kernel.findTask(header.pid);
  if (target === undefined) return -ESRCH;
  if (dataAddr === 0) return 0;
  const { effective, permitted, inheritable } = target.credentials;
  const view = TaskMemory.scratchView;
  for (let i = 0; i < header.count; i++) {
    const at = i * CapDataLayout.byteLength;
    CapDataLayout.effective.write(view, at, i === 0 ? effective.low : effective.high);
    CapDataLayout.permitted.write(view, at, i === 0 ? permitted.low : permitted.high);
    CapDataLayout.inheritable.write(view, at, i === 0 ? inheritable.low : inheritable.high);
  }
  return task.memory.copyOutScratch(dataAddr, 0, header.count * CapDataLayout.byteLength);
}

const VALID_HIGH = 0x1ff;

/** capset(2). */
export function sysCapset(task: Task, args: SyscallArgs): Result {
  const header = capDataCount(task, args.addr(0));
  if (typeof header === "number") return header;
  if (header.pid !== 0 && header.pid !== task.tid) return -EPERM;
  const copied = task.memory.copyInScratch(args.addr(1), 0, header.count * CapDataLayout.byteLength);
  if (copied < 0) return copied;
  const view = TaskMemory.scratchView;
  const read = (field: { read(view: DataView, base: number): number }): CapabilitySet => ({
    low: field.read(view, 0),
    high: header.count === 1 ? 0 : field.read(view, CapDataLayout.byteLength) & VALID_HIGH,
  });
  const effective = read(CapDataLayout.effective);
  const permitted = read(CapDataLayout.permitted);
  const inheritable = read(CapDataLayout.inheritable);
  const old = task.credentials;
  const mayRaise = old.has(CAP_SETPCAP) ? union(old.inheritable, old.bounding) : union(old.inheritable, old.permitted);
  if (!isSubset(inheritable, mayRaise) || !isSubset(inheritable, union(old.inheritable, old.bounding))) return -EPERM;
  if (!isSubset(permitted, old.permitted) || !isSubset(effective, permitted)) return -EPERM;
  const ambient = intersection(old.ambient, intersection(permitted, inheritable));
  return commit(task, old.with({ effective, permitted, inheritable, ambient }));
}

export function union(a: CapabilitySet, b: CapabilitySet): CapabilitySet {
  return { low: (a.low | b.low) >>> 0, high: (a.high | b.high) >>> 0 };
}

export function intersection(a: CapabilitySet, b: CapabilitySet): CapabilitySet {
  return { low: (a.low & b.low) >>> 0, high: (a.high & b.high) >>> 0 };
}

function isSubset(a: CapabilitySet, b: CapabilitySet): boolean {
  return ((a.low & ~b.low) | (a.high & ~b.high)) === 0;
}

export const credentialRows: RowTable = {
  102: supported("getuid", sysGetuid, []),
  104: supported("getgid", sysGetgid, []),
  105: supported("setuid", sysSetuid, [int]),
  106: supported("setgid", sysSetgid, [int]),
  107: supported("geteuid", sysGeteuid, []),
  108: supported("getegid", sysGetegid, []),
  113: supported("setreuid", sysSetreuid, [int, int]),
  114: supported("setregid", sysSetregid, [int, int]),
  115: supported("getgroups", sysGetgroups, [int, addr]),
  116: supported("setgroups", sysSetgroups, [size, addr]),
  117: supported("setresuid", sysSetresuid, [int, int, int]),
  118: supported("getresuid", sysGetresuid, [addr, addr, addr]),
  119: supported("setresgid", sysSetresgid, [int, int, int]),
  120: supported("getresgid", sysGetresgid, [addr, addr, addr]),
  122: supported("setfsuid", sysSetfsuid, [uint]),
  123: supported("setfsgid", sysSetfsgid, [uint]),
  125: supported("capget", sysCapget, [addr, addr]),
  126: supported("capset", sysCapset, [addr, addr]),
};
