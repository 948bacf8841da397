/** The files of /proc that speak of the machine as a whole, proc(5). */
import os from "node:os";
import type { Kernel } from "../../kernel/kernel.ts";
import { STATE_IN_KERNEL, STATE_RUNNING } from "../../kernel/task.ts";
import { OS_NAME, OS_RELEASE, OS_VERSION } from "../../kernel/uts.ts";
import type { FilesystemTypes } from "../../vfs/filesystem_type.ts";
import { PseudoFile, type PseudoHost, type PseudoInode } from "../pseudo/pseudo_inode.ts";

/** What proc can't find out by itself once the sentry is isolated. */
export interface ProcFacts {
  /** The host's /proc/cpuinfo, latin1. */
  readonly hostCpuinfo: string;
  readonly filesystemTypes: FilesystemTypes;
}

const TICKS = 100;

function kilobyteRow(name: string, bytes: number): string {
  return `${`${name}:`.padEnd(16)}${String(Math.floor(bytes / 1024)).padStart(8)} kB\n`;
}

/** /proc/meminfo: the host's free memory, capped to what the sandbox may use. */
export function renderMeminfo(kernel: Kernel): string {
  const total = kernel.totalMemory;
  const free = Math.min(os.freemem(), total);
  const rows: [string, number][] = [
    ["MemTotal", total],
    ["MemFree", free],
    ["MemAvailable", free],
    ["Buffers", 0],
    ["Cached", total - free],
    ["SwapCached", 0],
    ["Active", 0],
    ["Inactive", 0],
    ["Active(anon)", 0],
    ["Inactive(anon)", 0],
    ["Active(file)", 0],
    ["Inactive(file)", 0],
    ["Unevictable", 0],
    ["Mlocked", 0],
    ["SwapTotal", 0],
    ["SwapFree", 0],
    ["Dirty", 0],
    ["Writeback", 0],
    ["AnonPages", total - free],
    ["Mapped", 0],
    ["Shmem", 0],
    ["KReclaimable", 0],
    ["Slab", 0],
    ["SReclaimable", 0],
    ["SUnreclaim", 0],
    ["KernelStack", 0],
    ["PageTables", 0],
    ["CommitLimit", total],
    ["Committed_AS", total - free],
    ["VmallocTotal", 2 ** 45],
    ["VmallocUsed", 0],
  ];
  const huge =
    "HugePages_Total:       0\nHugePages_Free:        0\nHugePages_Rsvd:        0\nHugePages_Surp:        0\n";
  return `${rows.map(([name, bytes]) => kilobyteRow(name, bytes)).join("")}${huge}${kilobyteRow("Hugepagesize", 2 << 20)}`;
}

/** /proc/stat: times are those of all tasks together, spread over the processors. */
export function renderSystemStat(kernel: Kernel): string {
  const uptimeTicks = Math.floor(kernel.timekeeper.uptimeNs() / (1e9 / TICKS));
  let busyNs = 0;
  let running = 0;
  for (const group of kernel.pidNamespace.threadGroups()) busyNs += group.cpuTimeNs();
  for (const task of kernel.pidNamespace.tasks.values()) {
    if (task.state === STATE_RUNNING || task.state === STATE_IN_KERNEL) running++;
  }
  const busyTicks = Math.min(Math.floor(busyNs / (1e9 / TICKS)), uptimeTicks * kernel.cpuCount);
  const row = (name: string, busy: number, idle: number): string => `${name} ${busy} 0 0 ${idle} 0 0 0 0 0 0\n`;
  let text = row("cpu ", busyTicks, uptimeTicks * kernel.cpuCount - busyTicks);
  for (let cpu = 0; cpu < kernel.cpuCount; cpu++) {
    const share = Math.floor(busyTicks / kernel.cpuCount);
    text += row(`cpu${cpu}`, share, uptimeTicks - share);
  }
  text += `intr 0\nctxt 0\nbtime ${kernel.timekeeper.bootTimeSec()}\nprocesses ${kernel.forkCount}\n`;
  return `${text}procs_running ${Math.max(1, running)}\nprocs_blocked 0\nsoftirq 0 0 0 0 0 0 0 0 0 0 0\n`;
}

/** /proc/cpuinfo: the host's processor, as many times as the sandbox has processors. */
export function renderCpuinfo(kernel: Kernel, hostCpuinfo: string): string {
  const blocks = hostCpuinfo.split("\n\n").filter((block) => block.trim() !== "");
  if (blocks.length === 0) return "";
  let text = "";
  for (let cpu = 0; cpu < kernel.cpuCount; cpu++) {
    const block = blocks[cpu] ?? (blocks[0] as string);
    text += `${block.replace(/^processor\t: \d+/m, `processor\t: ${cpu}`).replace(/^microcode\t.*\n/m, "")}\n\n`;
  }
  return text;
}

function renderUptime(kernel: Kernel): string {
  const seconds = kernel.timekeeper.uptimeNs() / 1e9;
  return `${seconds.toFixed(2)} ${(seconds * kernel.cpuCount).toFixed(2)}\n`;
}

/** /proc/loadavg: nothing samples the run queue, so that an idle sandbox sleeps; the counts are exact. */
function renderLoadAverage(kernel: Kernel): string {
  let running = 0;
  for (const task of kernel.pidNamespace.tasks.values()) if (task.state === STATE_RUNNING) running++;
  return `0.00 0.00 0.00 ${Math.max(1, running)}/${kernel.pidNamespace.tasks.size} ${kernel.pidNamespace.lastPid}\n`;
}

function renderFilesystems(types: FilesystemTypes): string {
  return [...types.all()].map((type) => `${type.needsDevice ? "" : "nodev"}\t${type.name}\n`).join("");
}

const DEVICES =
  "Character devices:\n  1 mem\n  5 /dev/tty\n  5 /dev/console\n  5 /dev/ptmx\n 10 misc\n136 pts\n\nBlock devices:\n";

/** The plain files in /proc itself. */
export function systemFiles(
  filesystem: PseudoHost,
  kernel: Kernel,
  facts: ProcFacts,
): Record<string, () => PseudoInode> {
  const file =
    (render: () => string, permissions = 0o444) =>
    () =>
      new PseudoFile(filesystem, render, { permissions });
  return {
    cgroups: file(() => "#subsys_name\thierarchy\tnum_cgroups\tenabled\n"),
    cmdline: file(() => "\n"),
    cpuinfo: file(() => renderCpuinfo(kernel, facts.hostCpuinfo)),
    devices: file(() => DEVICES),
    diskstats: file(() => ""),
    filesystems: file(() => renderFilesystems(facts.filesystemTypes)),
    interrupts: file(
      () => `${"".padEnd(11)}${Array.from({ length: kernel.cpuCount }, (_, i) => `CPU${i}`).join("       ")}\n`,
    ),
    loadavg: file(() => renderLoadAverage(kernel)),
    meminfo: file(() => renderMeminfo(kernel)),
    misc: file(() => ""),
    modules: file(() => ""),
    partitions: file(() => "major minor  #blocks  name\n\n"),
    stat: file(() => renderSystemStat(kernel)),
    swaps: file(() => "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"),
    uptime: file(() => renderUptime(kernel)),
    version: file(() => `${OS_NAME} version ${OS_RELEASE} (runsc-ms@localhost) (TypeScript) ${OS_VERSION}\n`),
    vmstat: file(() => "nr_free_pages 0\npgpgin 0\npgpgout 0\npswpin 0\npswpout 0\npgfault 0\npgmajfault 0\n"),
    zoneinfo: file(() => ""),
  };
}
