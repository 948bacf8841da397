/** /proc/[pid]/{maps,smaps,smaps_rollup,cmdline,environ,auxv,mem}: what lies in a task's address space. */
import { EACCES, EIO, type Errno, ESRCH } from "../../../../shared/abi/errno.ts";
import { O_ACCMODE, O_RDONLY, SEEK_CUR, SEEK_SET } from "../../../../shared/abi/fcntl.ts";
import { MAP_GROWSDOWN, MAP_NORESERVE } from "../../../../shared/abi/mman.ts";
import { S_IFREG } from "../../../../shared/abi/stat.ts";
import { STATE_EXITED, type Task } from "../../kernel/task.ts";
import type { MemoryManager } from "../../mm/memory_manager.ts";
import type { Vma } from "../../mm/vma.ts";
import { majorOf, minorOf } from "../../vfs/device_registry.ts";
import { FileDescription } from "../../vfs/file_description.ts";
import { pathOf } from "../../vfs/path_name.ts";
import type { VfsContext, VfsPath } from "../../vfs/types.ts";
import { type Owner, type PseudoHost, PseudoInode } from "../pseudo/pseudo_inode.ts";

/** The column at which a mapping's name starts. */
const NAME_COLUMN = 73;

function permissions(vma: Vma): string {
  const bit = (mask: number, letter: string): string => ((vma.prot & mask) !== 0 ? letter : "-");
  return bit(1, "r") + bit(2, "w") + bit(4, "x") + (vma.isShared ? "s" : "p");
}

function nameOf(vma: Vma, context: VfsContext): string {
  if (vma.name !== "") return vma.name;
  const { description, shared } = vma.backing;
  if (shared !== null) return "/dev/zero (deleted)";
  if (description === null) return "";
  if (description.path === null) return description.describe();
  return pathOf(description.path, context.root).replaceAll("\n", "\\012");
}

function mapsLine(vma: Vma, context: VfsContext): string {
  const { file, shared } = vma.backing;
  const hex = (value: number, width: number): string => value.toString(16).padStart(width, "0");
  const device = file?.device ?? (shared === null ? 0 : 1);
  const fields =
    `${hex(vma.start, 8)}-${hex(vma.end, 8)} ${permissions(vma)} ${hex(vma.offset, 8)} ` +
    `${hex(majorOf(device), 2)}:${hex(minorOf(device), 2)} ${file?.ino ?? shared?.ino ?? 0} `;
  const name = nameOf(vma, context);
  return name === "" ? `${fields}\n` : `${fields.padEnd(NAME_COLUMN)}${name}\n`;
}

/** /proc/[pid]/maps. */
export function renderMaps(task: Task, context: VfsContext): string {
  if (task.state === STATE_EXITED) return "";
  return task.mm
    .visibleVmas()
    .map((vma) => mapsLine(vma, context))
    .join("");
}

const SMAPS_SIZES = [
  "KernelPageSize",
  "MMUPageSize",
  "Rss",
  "Pss",
  "Pss_Dirty",
  "Shared_Clean",
  "Shared_Dirty",
  "Private_Clean",
  "Private_Dirty",
  "Referenced",
  "Anonymous",
  "KSM",
  "LazyFree",
  "AnonHugePages",
  "ShmemPmdMapped",
  "FilePmdMapped",
  "Shared_Hugetlb",
  "Private_Hugetlb",
  "Swap",
  "SwapPss",
  "Locked",
] as const;

function sizeLine(name: string, kb: number): string {
  return `${`${name}:`.padEnd(16)}${String(kb).padStart(8)} kB\n`;
}

/** Resident bytes can't be told apart by mapping here: they are shared out in proportion to size. */
function sizesOf(residentKb: number, isShared: boolean): (name: string) => number {
  return (name) => {
    switch (name) {
      case "KernelPageSize":
      case "MMUPageSize":
        return 4;
      case "Rss":
      case "Pss":
      case "Referenced":
        return residentKb;
      case "Shared_Dirty":
        return isShared ? residentKb : 0;
      case "Private_Dirty":
      case "Anonymous":
        return isShared ? 0 : residentKb;
      default:
        return 0;
    }
  };
}

function flagsOf(vma: Vma): string {
  const flags: string[] = [];
  if ((vma.prot & 1) !== 0) flags.push("rd");
  if ((vma.prot & 2) !== 0) flags.push("wr");
  if ((vma.prot & 4) !== 0) flags.push("ex");
  if (vma.isShared) flags.push("sh");
  flags.push("mr", "mw", "me");
  if ((vma.flags & MAP_GROWSDOWN) !== 0) flags.push("gd");
  if (vma.locked) flags.push("lo");
  if (vma.dontFork) flags.push("dc");
  if ((vma.flags & MAP_NORESERVE) !== 0) flags.push("nr");
  if (vma.wipeOnFork) flags.push("wf");
  return flags.join(" ");
}

/** /proc/[pid]/smaps. */
export function renderSmaps(task: Task, context: VfsContext): string {
  if (task.state === STATE_EXITED) return "";
  const vmas = task.mm.visibleVmas();
  const share = task.mm.vmas.totalBytes === 0 ? 0 : task.mm.space.residentBytes() / task.mm.vmas.totalBytes;
  return vmas
    .map((vma) => {
      const value = sizesOf(Math.floor((vma.length * Math.min(1, share)) / 4096) * 4, vma.isShared);
      const sizes = SMAPS_SIZES.map((name) => sizeLine(name, value(name))).join("");
      const size = sizeLine("Size", vma.length / 1024);
      return `${mapsLine(vma, context)}${size}${sizes}THPeligible:           0\nVmFlags: ${flagsOf(vma)}\n`;
    })
    .join("");
}

/** /proc/[pid]/smaps_rollup. */
export function renderSmapsRollup(task: Task): string {
  if (task.state === STATE_EXITED) return "";
  const vmas = task.mm.visibleVmas();
  const first = vmas[0]?.start ?? 0;
  const last = vmas.at(-1)?.end ?? 0;
  const value = sizesOf(Math.floor(task.mm.space.residentBytes() / 1024), false);
  const head = `${first.toString(16).padStart(8, "0")}-${last.toString(16)} ---p 00000000 00:00 0 `;
  const sizes = SMAPS_SIZES.slice(2).map((name) => sizeLine(name, value(name)));
  return `${head.padEnd(NAME_COLUMN)}[rollup]\n${sizes.join("")}`;
}

function readRange(mm: MemoryManager, start: number, end: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(0, Math.min(end - start, 1 << 22)));
  const got = mm.space.forceRead(start, bytes, 0, bytes.length);
  return bytes.subarray(0, Math.max(0, got));
}

/** /proc/[pid]/cmdline: the bytes as the program left them; if it has overwritten the final NUL, up to the next one (setproctitle). */
export function renderCommandLine(task: Task): Uint8Array {
  if (task.state === STATE_EXITED) return new Uint8Array(0);
  const { mm } = task;
  const bytes = readRange(mm, mm.argStart, mm.argEnd);
  if (bytes.length === 0 || bytes[bytes.length - 1] === 0) return bytes;
  const longer = readRange(mm, mm.argStart, mm.envEnd);
  const nul = longer.indexOf(0);
  return nul < 0 ? longer : longer.subarray(0, nul + 1);
}

/** /proc/[pid]/environ. */
export function renderEnvironment(task: Task): Uint8Array {
  if (task.state === STATE_EXITED) return new Uint8Array(0);
  return readRange(task.mm, task.mm.envStart, task.mm.envEnd);
}

/** /proc/[pid]/mem: the address space as a file, protections ignored. */
export class TaskMemoryInode extends PseudoInode {
  mode = S_IFREG | 0o600;
  readonly #task: Task;
  readonly #owner: Owner;

  constructor(filesystem: PseudoHost, task: Task, owner: Owner) {
    super(filesystem);
    this.#task = task;
    this.#owner = owner;
  }

  get uid(): number {
    return this.#owner.uid;
  }
  get gid(): number {
    return this.#owner.gid;
  }

  override open(context: VfsContext, path: VfsPath, flags: number): FileDescription | Errno {
    if (this.#task.state === STATE_EXITED) return -ESRCH;
    const mine = context.credentials;
    const theirs = this.#task.credentials;
    const CAP_SYS_PTRACE = 19;
    if (mine.fsuid !== theirs.euid && !mine.has(CAP_SYS_PTRACE)) return -EACCES;
    return new TaskMemoryFile(this, this.#task.mm, path, flags);
  }
}

class TaskMemoryFile extends FileDescription {
  readonly inode: TaskMemoryInode;
  readonly #mm: MemoryManager;

  constructor(inode: TaskMemoryInode, mm: MemoryManager, path: VfsPath, flags: number) {
    super(flags, path);
    this.inode = inode;
    this.#mm = mm;
  }

  override get isSeekable(): boolean {
    return true;
  }

  override read(context: VfsContext, memory: Uint8Array, start: number, length: number): number {
    const got = this.pread(context, memory, start, length, this.offset);
    if (got > 0) this.offset += got;
    return got;
  }

  override write(context: VfsContext, memory: Uint8Array, start: number, length: number): number {
    const put = this.pwrite(context, memory, start, length, this.offset);
    if (put > 0) this.offset += put;
    return put;
  }

  override pread(_context: VfsContext, memory: Uint8Array, start: number, length: number, position: number): number {
    if (this.#mm.users === 0) return 0;
    const reach = this.#reach(position, length);
    const got = reach === 0 ? 0 : this.#mm.space.forceRead(position, memory, start, reach);
    return got > 0 ? got : -EIO;
  }

  override pwrite(_context: VfsContext, memory: Uint8Array, start: number, length: number, position: number): number {
    if ((this.flags & O_ACCMODE) === O_RDONLY || this.#mm.users === 0) return 0;
    const reach = this.#reach(position, length);
    const put = reach === 0 ? 0 : this.#mm.space.forceWrite(position, memory, start, reach);
    return put > 0 ? put : -EIO;
  }

  /** How much of the range is the application's; the platform's own pages are nobody's business. */
  #reach(position: number, length: number): number {
    let reach = 0;
    while (reach < length && this.#mm.isAccessible(position + reach, 1, 0)) {
      const vma = this.#mm.vmas.find(position + reach) as Vma;
      reach = Math.min(length, vma.end - position);
    }
    return reach;
  }

  override seek(_context: VfsContext, offset: number, whence: number): number {
    const target = whence === SEEK_SET ? offset : whence === SEEK_CUR ? this.offset + offset : -1;
    if (target < 0) return -22;
    this.offset = target;
    return target;
  }
}
