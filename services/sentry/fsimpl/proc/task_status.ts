/** /proc/[pid]/{stat,status,statm,limits,io}: numbers of a task, proc_pid_stat(5) and its siblings. */
import { SIG_IGN, SIGRTMAX } from "../../../../shared/abi/signal.ts";
import { STATE_EXITED, STATE_IN_KERNEL, STATE_RUNNING, STATE_STOPPED, type Task } from "../../kernel/task.ts";
import type { ThreadGroup } from "../../kernel/thread_group.ts";
import type { MemoryManager } from "../../mm/memory_manager.ts";
import type { CapabilitySet } from "../../vfs/credentials.ts";

const PAGE_KB = 4;
const TICK_NS = 1e7;

/** The letter and word that ps shows. */
export function stateOf(task: Task): { letter: string; word: string } {
  if (task.state === STATE_EXITED) return { letter: "Z", word: "Z (zombie)" };
  if (task.state === STATE_STOPPED) return { letter: "T", word: "T (stopped)" };
  if (task.state === STATE_RUNNING || task.state === STATE_IN_KERNEL) return { letter: "R", word: "R (running)" };
  return { letter: "S", word: "S (sleeping)" };
}

/** Bytes of the address space by kind, as status and statm show them. */
export interface MemoryUse {
  readonly total: number;
  readonly resident: number;
  readonly data: number;
  readonly stack: number;
  readonly text: number;
  readonly library: number;
  readonly shared: number;
}

const NO_MEMORY: MemoryUse = { total: 0, resident: 0, data: 0, stack: 0, text: 0, library: 0, shared: 0 };

export function memoryUse(task: Task): MemoryUse {
  if (task.state === STATE_EXITED) return NO_MEMORY;
  return measure(task.mm);
}

function measure(mm: MemoryManager): MemoryUse {
  let data = 0;
  let stack = 0;
  let executable = 0;
  let shared = 0;
  for (const vma of mm.visibleVmas()) {
    if (vma.name === "[stack]") stack += vma.length;
    else if (!vma.isShared && (vma.prot & 2) !== 0) data += vma.length;
    if ((vma.prot & 4) !== 0 && vma.backing.file !== null) executable += vma.length;
    if (vma.isShared) shared += vma.length;
  }
  const text = Math.max(0, mm.codeEnd - mm.codeStart);
  return {
    total: mm.vmas.totalBytes,
    resident: Math.min(mm.space.residentBytes(), mm.vmas.totalBytes),
    data,
    stack,
    text,
    library: Math.max(0, executable - text),
    shared,
  };
}

function pages(bytes: number): number {
  return Math.floor(bytes / 4096);
}

/** The status line; `whole` sums the threads for /proc/[pid]/stat. */
export function renderStat(task: Task, whole: boolean): string {
  const group = task.threadGroup;
  const use = memoryUse(task);
  const mm = task.state === STATE_EXITED ? null : task.mm;
  const cpuTicks = Math.floor((whole ? group.cpuTimeNs() : task.cpuTimeNs()) / TICK_NS);
  const childTicks = Math.floor(group.childrenUsage.cpuTimeNs / TICK_NS);
  const foreground = group.terminal?.foreground?.id ?? -1;
  const startTicks = Math.floor((task.startNs - task.kernel.timekeeper.bootMonotonicNs) / TICK_NS);
  const [pendingLow, blockedLow, ignoredLow, caughtLow] = lowMasks(task);
  const fields = [
    task.tid,
    `(${task.name})`,
    stateOf(task).letter,
    group.parent?.pid ?? 0,
    group.processGroup.id,
    group.session.id,
    group.terminal?.device ?? 0,
    foreground,
    0x400000,
    0,
    0,
    0,
    0,
    cpuTicks,
    0,
    childTicks,
    0,
    task.schedulerPriority > 0 ? -1 - task.schedulerPriority : 20 + task.nice,
    task.nice,
    group.tasks.size,
    0,
    startTicks,
    use.total,
    pages(use.resident),
    "18446744073709551615",
    mm?.codeStart ?? 0,
    mm?.codeEnd ?? 0,
    mm?.stackStart ?? 0,
    0,
    0,
    pendingLow,
    blockedLow,
    ignoredLow,
    caughtLow,
    0,
    0,
    0,
    group.exitSignal,
    0,
    task.schedulerPriority,
    task.schedulerPolicy,
    0,
    0,
    0,
    mm?.dataStart ?? 0,
    mm?.dataEnd ?? 0,
    mm?.brkStart ?? 0,
    mm?.argStart ?? 0,
    mm?.argEnd ?? 0,
    mm?.envStart ?? 0,
    mm?.envEnd ?? 0,
    task.state === STATE_EXITED ? group.exitStatus : 0,
  ];
  return `${fields.join(" ")}\n`;
}

/** The 32-bit masks that stat still shows. */
function lowMasks(task: Task): [number, number, number, number] {
  const { ignored, caught } = actionMasks(task.threadGroup);
  const cut = (low: number): number => (low & 0x7fff_ffff) >>> 0;
  return [cut(task.pending.low), cut(task.signalMask.low), cut(ignored.low), cut(caught.low)];
}

interface Mask {
  low: number;
  high: number;
}

function actionMasks(group: ThreadGroup): { ignored: Mask; caught: Mask } {
  const ignored: Mask = { low: 0, high: 0 };
  const caught: Mask = { low: 0, high: 0 };
  for (let signal = 1; signal <= SIGRTMAX; signal++) {
    const { handler } = group.actions.get(signal);
    if (handler === 0) continue;
    const mask = handler === SIG_IGN ? ignored : caught;
    if (signal <= 32) mask.low |= 1 << (signal - 1);
    else mask.high |= 1 << (signal - 33);
  }
  return { ignored, caught };
}

function hex64({ low, high }: { readonly low: number; readonly high: number }): string {
  const part = (word: number): string => (word >>> 0).toString(16).padStart(8, "0");
  return part(high) + part(low);
}

function kilobytes(bytes: number): string {
  return `${String(Math.floor(bytes / 1024)).padStart(8)} kB`;
}

/** /proc/[pid]/statm, in pages. */
export function renderStatm(task: Task): string {
  const use = memoryUse(task);
  const counts = [use.total, use.resident, use.shared, use.text, 0, use.data + use.stack, 0];
  return `${counts.map(pages).join(" ")}\n`;
}

/** /proc/[pid]/status. */
export function renderStatus(task: Task): string {
  const group = task.threadGroup;
  const { credentials } = task;
  const { ignored, caught } = actionMasks(group);
  const capability = (set: CapabilitySet): string => hex64(set);
  const lines: [string, string | number][] = [
    ["Name", task.name.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")],
    ["Umask", `0${task.fs.umask.toString(8).padStart(3, "0")}`],
    ["State", stateOf(task).word],
    ["Tgid", group.pid],
    ["Ngid", 0],
    ["Pid", task.tid],
    ["PPid", group.parent?.pid ?? 0],
    ["TracerPid", 0],
    ["Uid", [credentials.ruid, credentials.euid, credentials.suid, credentials.fsuid].join("\t")],
    ["Gid", [credentials.rgid, credentials.egid, credentials.sgid, credentials.fsgid].join("\t")],
    ["FDSize", fdTableSize(task)],
    ["Groups", `${credentials.groups.join(" ")} `],
    ["NStgid", group.pid],
    ["NSpid", task.tid],
    ["NSpgid", group.processGroup.id],
    ["NSsid", group.session.id],
    ["Kthread", 0],
    ...memoryLines(task),
    ["CoreDumping", 0],
    ["THP_enabled", group.noThp ? 0 : 1],
    ["Threads", group.tasks.size],
    ["SigQ", `${group.pending.count}/${group.limits.soft[11]}`],
    ["SigPnd", hex64(task.pending)],
    ["ShdPnd", hex64(group.pending)],
    ["SigBlk", hex64(task.signalMask)],
    ["SigIgn", hex64(ignored)],
    ["SigCgt", hex64(caught)],
    ["CapInh", capability(credentials.inheritable)],
    ["CapPrm", capability(credentials.permitted)],
    ["CapEff", capability(credentials.effective)],
    ["CapBnd", capability(credentials.bounding)],
    ["CapAmb", capability(credentials.ambient)],
    ["NoNewPrivs", credentials.noNewPrivileges ? 1 : 0],
    ["Seccomp", 0],
    ["Seccomp_filters", 0],
    ["Cpus_allowed", processorMask(task)],
    ["Cpus_allowed_list", processorRanges(task)],
    ["Mems_allowed", "00000001"],
    ["Mems_allowed_list", "0"],
    ["voluntary_ctxt_switches", task.voluntarySwitches],
    ["nonvoluntary_ctxt_switches", 0],
  ];
  return lines.map(([name, value]) => `${name}:\t${value}\n`).join("");
}

function mayRunOn(task: Task, cpu: number): boolean {
  return task.affinity === null || ((task.affinity[cpu >> 3] >> (cpu & 7)) & 1) === 1;
}

/** Words of 32 processors in hexadecimal, the highest first. */
function processorMask(task: Task): string {
  const words: string[] = [];
  for (let first = 0; first < task.kernel.cpuCount; first += 32) {
    let word = 0;
    const end = Math.min(first + 32, task.kernel.cpuCount);
    for (let cpu = first; cpu < end; cpu++) if (mayRunOn(task, cpu)) word += 2 ** (cpu - first);
    words.unshift(word.toString(16).padStart(Math.ceil((end - first) / 4), "0"));
  }
  return words.join(",");
}

function processorRanges(task: Task): string {
  const ranges: string[] = [];
  for (let cpu = 0; cpu < task.kernel.cpuCount; cpu++) {
    if (!mayRunOn(task, cpu)) continue;
    const first = cpu;
    while (cpu + 1 < task.kernel.cpuCount && mayRunOn(task, cpu + 1)) cpu++;
    ranges.push(first === cpu ? String(first) : `${first}-${cpu}`);
  }
  return ranges.join(",");
}

function fdTableSize(task: Task): number {
  if (task.state === STATE_EXITED) return 0;
  return Math.max(64, 2 ** Math.ceil(Math.log2(task.fdTable.highest + 2)));
}

function memoryLines(task: Task): [string, string][] {
  if (task.state === STATE_EXITED) return [];
  const use = memoryUse(task);
  const { mm } = task;
  return [
    ["VmPeak", kilobytes(Math.max(mm.peakBytes, use.total))],
    ["VmSize", kilobytes(use.total)],
    ["VmLck", kilobytes(mm.lockedBytes)],
    ["VmPin", kilobytes(0)],
    ["VmHWM", kilobytes(use.resident)],
    ["VmRSS", kilobytes(use.resident)],
    ["RssAnon", kilobytes(use.resident)],
    ["RssFile", kilobytes(0)],
    ["RssShmem", kilobytes(0)],
    ["VmData", kilobytes(use.data)],
    ["VmStk", kilobytes(use.stack)],
    ["VmExe", kilobytes(use.text)],
    ["VmLib", kilobytes(use.library)],
    ["VmPTE", kilobytes(pages(use.resident) * PAGE_KB * 2)],
    ["VmSwap", kilobytes(0)],
    ["HugetlbPages", kilobytes(0)],
  ];
}

const LIMIT_ROWS = [
  [0, "Max cpu time", "seconds"],
  [1, "Max file size", "bytes"],
  [2, "Max data size", "bytes"],
  [3, "Max stack size", "bytes"],
  [4, "Max core file size", "bytes"],
  [5, "Max resident set", "bytes"],
  [6, "Max processes", "processes"],
  [7, "Max open files", "files"],
  [8, "Max locked memory", "bytes"],
  [9, "Max address space", "bytes"],
  [10, "Max file locks", "locks"],
  [11, "Max pending signals", "signals"],
  [12, "Max msgqueue size", "bytes"],
  [13, "Max nice priority", ""],
  [14, "Max realtime priority", ""],
  [15, "Max realtime timeout", "us"],
] as const;

/** /proc/[pid]/limits. */
export function renderLimits(group: ThreadGroup): string {
  const row = (name: string, soft: string, hard: string, unit: string): string =>
    `${name.padEnd(26)}${soft.padEnd(21)}${hard.padEnd(21)}${unit.padEnd(10)}\n`;
  const number = (value: number): string => (value === Number.POSITIVE_INFINITY ? "unlimited" : String(value));
  const rows = LIMIT_ROWS.map(([resource, name, unit]) =>
    row(name, number(group.limits.soft[resource]), number(group.limits.hard[resource]), unit),
  );
  return row("Limit", "Soft Limit", "Hard Limit", "Units") + rows.join("");
}
