/**
 * execve(2)'s middle part: from an open file to a decided address space. Follows `#!` lines, reads the ELF program and its interpreter, and plans their
 * mappings and the initial stack into an empty MemoryManager. Nothing here touches the caller's own memory, so any failure leaves it unharmed.
 */

import {
  AT_BASE,
  AT_CLKTCK,
  AT_EGID,
  AT_ENTRY,
  AT_EUID,
  AT_FLAGS,
  AT_GID,
  AT_HWCAP,
  AT_HWCAP2,
  AT_MINSIGSTKSZ,
  AT_PAGESZ,
  AT_PHDR,
  AT_PHENT,
  AT_PHNUM,
  AT_SECURE,
  AT_SYSINFO_EHDR,
  AT_UID,
} from "../../../shared/abi/elf.ts";
import { EINVAL, ELIBBAD, ELOOP, ENOEXEC, ENOMEM, type Errno, isErrno } from "../../../shared/abi/errno.ts";
import {
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_FIXED_NOREPLACE,
  MAP_GROWSDOWN,
  MAP_PRIVATE,
  PAGE_SIZE,
  PROT_EXEC,
  PROT_READ,
  PROT_WRITE,
} from "../../../shared/abi/mman.ts";
import { type MapRequest, type MemoryManager, NO_LIMITS } from "../mm/memory_manager.ts";
import { pageDown, pageUp } from "../mm/page.ts";
import { ANONYMOUS, type Backing } from "../mm/vma.ts";
import type { Order } from "../platform/platform.ts";
import type { FileDescription } from "../vfs/file_description.ts";
import type { VfsContext } from "../vfs/types.ts";
import { type ElfImage, readElf, type Segment } from "./elf.ts";
import { buildInitialStack } from "./initial_stack.ts";
import { parseScriptLine, SCRIPT_HEAD_BYTES } from "./script.ts";

/** Scripts that are interpreted by scripts, at most; Linux's limit. */
const DEEPEST_SCRIPT = 5;

/** What the host's own auxiliary vector says of the processor. */
export interface HostAuxiliary {
  readonly hwcap: number;
  readonly hwcap2: number;
  readonly minimumSignalStack: number;
}

export interface LoadRequest {
  /** As execve(2) got it: AT_EXECFN, and argv[1] of a script's interpreter. */
  readonly path: string;
  /** Opened for execution; the loader takes its own references. */
  readonly file: FileDescription;
  readonly argv: readonly string[];
  readonly envp: readonly string[];
  readonly context: VfsContext;
  /** AT_SECURE: the program gains privileges by being run. */
  readonly isSecure: boolean;
  /** RLIMIT_STACK, bytes. */
  readonly stackLimit: number;
  /** 16 random bytes for AT_RANDOM. */
  readonly random: Uint8Array;
  readonly host: HostAuxiliary;
  /** Opens a regular file for execution by path, with all of execve's checks; the caller owns the reference. */
  openExecutable(path: string): FileDescription | Errno;
}

export interface MemoryWrite {
  readonly address: number;
  readonly bytes: Uint8Array;
}

export interface LoadedImage {
  readonly entry: number;
  readonly stackPointer: number;
  /** To be run by the new address space's first thread, then `writes` are copied in. */
  readonly orders: readonly Order[];
  readonly writes: readonly MemoryWrite[];
  /** The program that runs (a script's interpreter), for /proc/[pid]/exe; its reference belongs to the caller. */
  readonly executable: FileDescription;
  /** Executable file mappings, for the platform's rewriting. */
  readonly executableMappings: readonly { address: number; length: number; contentKey: string }[];
}

/** Plans the program `request` into `memory`, which is empty. */
export function loadExecutable(request: LoadRequest, memory: MemoryManager): LoadedImage | Errno {
  const program = followScripts(request);
  if (isErrno(program)) return program;
  const image = loadProgram(request, program, memory);
  if (isErrno(image)) program.file.dropReference();
  return image;
}

interface Program {
  readonly file: FileDescription;
  readonly argv: readonly string[];
}

/** Replaces scripts by their interpreters until a binary is found. */
function followScripts(request: LoadRequest): Program | Errno {
  let file = request.file;
  let argv: readonly string[] = request.argv.length === 0 ? [""] : request.argv;
  let name = request.path;
  file.takeReference();
  const head = new Uint8Array(SCRIPT_HEAD_BYTES);
  for (let depth = 0; ; depth++) {
    const got = file.pread(request.context, head, 0, SCRIPT_HEAD_BYTES, 0);
    const line = got < 0 ? got : parseScriptLine(Buffer.from(head.buffer, 0, got).toString("latin1"));
    if (line === null) return { file, argv };
    file.dropReference();
    if (isErrno(line)) return line;
    if (depth === DEEPEST_SCRIPT) return -ELOOP;
    argv = [line.interpreter, ...(line.argument === undefined ? [] : [line.argument]), name, ...argv.slice(1)];
    name = line.interpreter;
    const next = request.openExecutable(line.interpreter);
    if (isErrno(next)) return next;
    file = next;
  }
}

/** Collects what the planned mappings cost. */
class ImageBuilder {
  readonly orders: Order[] = [];
  readonly writes: MemoryWrite[] = [];
  readonly executableMappings: { address: number; length: number; contentKey: string }[] = [];
  readonly #memory: MemoryManager;

  constructor(memory: MemoryManager) {
    this.#memory = memory;
  }

  map(request: MapRequest): 0 | Errno {
    const plan = this.#memory.map(request, NO_LIMITS);
    if (isErrno(plan)) return plan;
    this.orders.push(...plan.orders);
    return 0;
  }

  /** Maps all segments of `elf` at `bias`. */
  mapSegments(elf: ElfImage, file: FileDescription, bias: number): 0 | Errno {
    const mappable = file.mappable(false, false);
    if (isErrno(mappable)) return mappable === -EINVAL ? -ENOEXEC : mappable;
    const backing: Backing = { file: mappable, description: file, shared: null };
    for (const segment of elf.segments) {
      const failed = this.#mapSegment(segment, backing, bias);
      if (failed < 0) return failed;
    }
    return 0;
  }

  #mapSegment(segment: Segment, backing: Backing, bias: number): 0 | Errno {
    const start = bias + segment.vaddr;
    const fileEnd = start + segment.fileBytes;
    const memoryEnd = start + segment.memoryBytes;
    const mapStart = pageDown(start);
    const mappedEnd = segment.fileBytes > 0 ? pageUp(fileEnd) : mapStart;
    if (mappedEnd > mapStart) {
      const length = mappedEnd - mapStart;
      const failed = this.map({
        address: mapStart,
        length,
        prot: segment.prot,
        flags: MAP_PRIVATE | MAP_FIXED,
        backing,
        offset: pageDown(segment.offset),
      });
      if (failed < 0) return failed;
      if ((segment.prot & PROT_EXEC) !== 0 && backing.file !== null) {
        this.executableMappings.push({
          address: mapStart,
          length,
          contentKey: keyAt(backing.file.contentKey, pageDown(segment.offset)),
        });
      }
    }
    if (memoryEnd <= fileEnd) return 0;
    // The whole rest of the last file page is zero (the dynamic loader allocates from behind its bss), unless the program can't write there anyway.
    if (mappedEnd > fileEnd && (segment.prot & PROT_WRITE) !== 0) {
      this.writes.push({ address: fileEnd, bytes: new Uint8Array(mappedEnd - fileEnd) });
    }
    const bssEnd = pageUp(memoryEnd);
    if (bssEnd <= mappedEnd) return 0;
    return this.map({
      address: mappedEnd,
      length: bssEnd - mappedEnd,
      prot: segment.prot,
      flags: MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
      backing: ANONYMOUS,
      offset: 0,
    });
  }
}

function loadProgram(request: LoadRequest, program: Program, memory: MemoryManager): LoadedImage | Errno {
  const elf = readElf(program.file, request.context);
  if (isErrno(elf)) return elf;
  const builder = new ImageBuilder(memory);
  const bias = chooseBias(elf, memory);
  if (bias < 0) return bias;
  const spanned = checkSpan(elf, bias, memory);
  if (spanned < 0) return spanned;
  const failed = builder.mapSegments(elf, program.file, bias);
  if (failed < 0) return failed;
  placeHeap(elf, bias, memory);

  let entry = bias + elf.entry;
  let base = 0;
  if (elf.interpreter !== "") {
    const loaded = loadInterpreter(request, elf.interpreter, memory, builder);
    if (isErrno(loaded)) return loaded;
    entry = loaded.entry;
    base = loaded.base;
  }
  const stackFailed = builder.map({
    address: memory.layout.stackTop - memory.layout.stackBytes,
    length: memory.layout.stackBytes,
    prot: PROT_READ | PROT_WRITE | (elf.executableStack ? PROT_EXEC : 0),
    flags: MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_GROWSDOWN,
    backing: ANONYMOUS,
    offset: 0,
    name: "[stack]",
  });
  if (stackFailed < 0) return stackFailed;
  const stack = buildInitialStack({
    top: memory.layout.stackTop,
    stackBytes: request.stackLimit,
    argv: program.argv,
    envp: request.envp,
    execFileName: request.path,
    random: request.random,
    auxv: auxiliaryVector(request, elf, bias, base, memory),
  });
  if (isErrno(stack)) return stack;
  memory.stackStart = stack.stackPointer;
  memory.argStart = stack.argStart;
  memory.argEnd = stack.argEnd;
  memory.envStart = stack.envStart;
  memory.envEnd = stack.envEnd;
  memory.auxv = stack.auxv;
  builder.writes.push({ address: stack.stackPointer, bytes: stack.bytes });
  return {
    entry,
    stackPointer: stack.stackPointer,
    orders: builder.orders,
    writes: builder.writes,
    executable: program.file,
    executableMappings: builder.executableMappings,
  };
}

/** What to add to the file's addresses. A program without an interpreter (a loader run by hand) goes where libraries go, as on Linux. */
function chooseBias(elf: ElfImage, memory: MemoryManager): number {
  if (!elf.isDynamic) return 0;
  if (elf.interpreter === "") return findBias(elf, memory);
  const base = memory.layout.pieBase - (memory.layout.pieBase % elf.alignment);
  return base - elf.lowest;
}

function findBias(elf: ElfImage, memory: MemoryManager): number {
  const span = elf.highest - elf.lowest;
  const gap = memory.vmas.findGapBelow(span + elf.alignment - PAGE_SIZE, memory.layout.lowest, memory.layout.mmapBase);
  if (gap < 0) return -ENOMEM;
  const aligned = gap + ((elf.alignment - (gap % elf.alignment)) % elf.alignment);
  return aligned - elf.lowest;
}

function checkSpan(elf: ElfImage, bias: number, memory: MemoryManager): 0 | Errno {
  const start = bias + elf.lowest;
  const end = bias + elf.highest;
  // What findBias has chosen ends at mmapBase at the latest, which chance may put above the limit for programs that choose for themselves.
  const limit = Math.max(memory.layout.programLimit, memory.layout.mmapBase);
  if (start < memory.layout.lowest || end > limit) return -ENOMEM;
  const probe = memory.map(
    {
      address: start,
      length: end - start,
      prot: 0,
      flags: MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE,
      backing: ANONYMOUS,
      offset: 0,
    },
    NO_LIMITS,
  );
  if (isErrno(probe)) return -ENOMEM;
  // Only the VMA set was asked: without the order the host never knows of it.
  probe.undo();
  return 0;
}

function placeHeap(elf: ElfImage, bias: number, memory: MemoryManager): void {
  memory.brkStart = bias + elf.highest + memory.layout.brkGap;
  memory.brk = memory.brkStart;
  for (const segment of elf.segments) {
    const start = bias + segment.vaddr;
    if ((segment.prot & PROT_EXEC) !== 0) {
      memory.codeStart = memory.codeStart === 0 ? start : Math.min(memory.codeStart, start);
      memory.codeEnd = Math.max(memory.codeEnd, start + segment.fileBytes);
    }
    if ((segment.prot & PROT_WRITE) !== 0) {
      memory.dataStart = start;
      memory.dataEnd = Math.max(memory.dataEnd, start + segment.fileBytes);
    }
  }
}

function loadInterpreter(
  request: LoadRequest,
  path: string,
  memory: MemoryManager,
  builder: ImageBuilder,
): { entry: number; base: number } | Errno {
  const file = request.openExecutable(path);
  if (isErrno(file)) return file;
  const result = mapInterpreter(request, file, memory, builder);
  // Its mappings hold their own references.
  file.dropReference();
  return result;
}

function mapInterpreter(
  request: LoadRequest,
  file: FileDescription,
  memory: MemoryManager,
  builder: ImageBuilder,
): { entry: number; base: number } | Errno {
  const elf = readElf(file, request.context);
  if (isErrno(elf)) return elf === -ENOEXEC ? -ELIBBAD : elf;
  const bias = elf.isDynamic ? findBias(elf, memory) : 0;
  if (bias < 0) return bias;
  const spanned = checkSpan(elf, bias, memory);
  if (spanned < 0) return spanned;
  const failed = builder.mapSegments(elf, file, bias);
  if (failed < 0) return failed;
  return { entry: bias + elf.entry, base: bias };
}

function auxiliaryVector(
  request: LoadRequest,
  elf: ElfImage,
  bias: number,
  base: number,
  memory: MemoryManager,
): [number, number][] {
  const { credentials } = request.context;
  const vector: [number, number][] = [
    [AT_MINSIGSTKSZ, request.host.minimumSignalStack],
    [AT_HWCAP, request.host.hwcap],
    [AT_PAGESZ, PAGE_SIZE],
    [AT_CLKTCK, 100],
    [AT_PHDR, elf.headersAddress === 0 ? 0 : bias + elf.headersAddress],
    [AT_PHENT, 56],
    [AT_PHNUM, elf.headerCount],
    [AT_BASE, base],
    [AT_FLAGS, 0],
    [AT_ENTRY, bias + elf.entry],
    [AT_UID, credentials.ruid],
    [AT_EUID, credentials.euid],
    [AT_GID, credentials.rgid],
    [AT_EGID, credentials.egid],
    [AT_SECURE, request.isSecure ? 1 : 0],
    [AT_HWCAP2, request.host.hwcap2],
  ];
  const vdso = memory.platform.vdsoAddress;
  if (vdso !== 0) vector.unshift([AT_SYSINFO_EHDR, vdso]);
  return vector;
}

/** The identity of what a mapping shows; "" when the file may change. */
function keyAt(contentKey: string, offset: number): string {
  return contentKey === "" ? "" : `${contentKey}:${offset}`;
}
