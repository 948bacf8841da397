/**
 * Reading an ELF64 executable's headers, elf(5). Everything in the file is hostile: what is returned has been checked, and nothing else is used.
 */

import {
  ELF_MAGIC,
  ELFCLASS64,
  ELFDATA2LSB,
  Elf64EhdrLayout,
  Elf64PhdrLayout,
  EM_X86_64,
  ET_DYN,
  ET_EXEC,
  PF_R,
  PF_W,
  PF_X,
  PT_GNU_STACK,
  PT_INTERP,
  PT_LOAD,
  PT_PHDR,
} from "../../../shared/abi/elf.ts";
import { EINVAL, EIO, ENOEXEC, ENOMEM, type Errno, isErrno } from "../../../shared/abi/errno.ts";
import { PAGE_SIZE, PROT_EXEC, PROT_READ, PROT_WRITE } from "../../../shared/abi/mman.ts";
import { pageDown, pageUp } from "../mm/page.ts";
import type { FileDescription } from "../vfs/file_description.ts";
import type { VfsContext } from "../vfs/types.ts";

const HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;
/** As Linux: all program headers fit in a page... of 64 KiB. */
const LARGEST_TABLE = 65536;
const LARGEST_ADDRESS = 0x7fff_ffff_f000;

export interface Segment {
  readonly vaddr: number;
  readonly offset: number;
  readonly fileBytes: number;
  readonly memoryBytes: number;
  /** PROT_* */
  readonly prot: number;
}

export interface ElfImage {
  /** Position-independent: the addresses are relative to a load bias. */
  readonly isDynamic: boolean;
  readonly entry: number;
  readonly segments: readonly Segment[];
  /** Page range that all segments span. */
  readonly lowest: number;
  readonly highest: number;
  /** Largest alignment any segment asks for; a power of two, at least a page. */
  readonly alignment: number;
  /** Path of the program interpreter, or "". */
  readonly interpreter: string;
  /** Where the program headers end up in memory (before the bias), or 0. */
  readonly headersAddress: number;
  readonly headerCount: number;
  readonly executableStack: boolean;
}

/** Reads exactly `length` bytes at `position`; fewer is -ENOEXEC. */
export function readExactly(
  file: FileDescription,
  context: VfsContext,
  memory: Uint8Array,
  length: number,
  position: number,
): 0 | Errno {
  let done = 0;
  while (done < length) {
    const got = file.pread(context, memory, done, length - done, position + done);
    if (got < 0) return got;
    if (got === 0) return -ENOEXEC;
    done += got;
  }
  return 0;
}

/** Whether `head` starts like an ELF file. */
export function isElf(head: DataView): boolean {
  return head.byteLength >= 4 && head.getUint32(0, true) === ELF_MAGIC;
}

/** Reads and checks the headers. -ENOEXEC for what isn't an x86-64 program, -EINVAL for a broken interpreter entry, as Linux. */
export function readElf(file: FileDescription, context: VfsContext): ElfImage | Errno {
  const header = new Uint8Array(HEADER_BYTES);
  const failed = readExactly(file, context, header, HEADER_BYTES, 0);
  if (failed < 0) return failed;
  const view = new DataView(header.buffer);
  const type = Elf64EhdrLayout.type.read(view, 0);
  if (!isElf(view) || header[4] !== ELFCLASS64 || header[5] !== ELFDATA2LSB) return -ENOEXEC;
  if (Elf64EhdrLayout.machine.read(view, 0) !== EM_X86_64 || (type !== ET_EXEC && type !== ET_DYN)) return -ENOEXEC;
  const count = Elf64EhdrLayout.phnum.read(view, 0);
  const tableBytes = count * PROGRAM_HEADER_BYTES;
  if (Elf64EhdrLayout.phentsize.read(view, 0) !== PROGRAM_HEADER_BYTES) return -ENOEXEC;
  if (count === 0 || tableBytes > LARGEST_TABLE) return -ENOEXEC;
  const tableOffset = Elf64EhdrLayout.phoff.read(view, 0);
  const table = new Uint8Array(tableBytes);
  const unread = readExactly(file, context, table, tableBytes, tableOffset);
  if (unread < 0) return unread;
  return readProgramHeaders(file, context, {
    table: new DataView(table.buffer),
    count,
    tableOffset,
    isDynamic: type === ET_DYN,
    entry: Elf64EhdrLayout.entry.read(view, 0),
  });
}

interface HeaderTable {
  readonly table: DataView;
  readonly count: number;
  readonly tableOffset: number;
  readonly isDynamic: boolean;
  readonly entry: number;
}

function readProgramHeaders(file: FileDescription, context: VfsContext, headers: HeaderTable): ElfImage | Errno {
  const segments: Segment[] = [];
  let interpreter = "";
  let headersAddress = 0;
  let executableStack = false;
  let alignment = PAGE_SIZE;
  for (let i = 0; i < headers.count; i++) {
    const at = i * PROGRAM_HEADER_BYTES;
    switch (Elf64PhdrLayout.type.read(headers.table, at)) {
      case PT_LOAD: {
        const segment = readSegment(headers.table, at);
        if (isErrno(segment)) return segment;
        segments.push(segment);
        alignment = Math.max(alignment, alignmentOf(Elf64PhdrLayout.align.read(headers.table, at)));
        break;
      }
      case PT_INTERP: {
        const path = readInterpreter(file, context, headers.table, at);
        if (isErrno(path)) return path;
        interpreter = path;
        break;
      }
      case PT_PHDR:
        headersAddress = Elf64PhdrLayout.vaddr.read(headers.table, at);
        break;
      case PT_GNU_STACK:
        executableStack = (Elf64PhdrLayout.flags.read(headers.table, at) & PF_X) !== 0;
        break;
    }
  }
  if (segments.length === 0) return -ENOEXEC;
  let lowest = Number.POSITIVE_INFINITY;
  let highest = 0;
  for (const segment of segments) {
    lowest = Math.min(lowest, pageDown(segment.vaddr));
    highest = Math.max(highest, pageUp(segment.vaddr + segment.memoryBytes));
    const inFile = headers.tableOffset - segment.offset;
    if (headersAddress === 0 && inFile >= 0 && inFile < segment.fileBytes) headersAddress = segment.vaddr + inFile;
  }
  return {
    isDynamic: headers.isDynamic,
    entry: headers.entry,
    segments,
    lowest,
    highest,
    alignment,
    interpreter,
    headersAddress,
    headerCount: headers.count,
    executableStack,
  };
}

function readSegment(table: DataView, at: number): Segment | Errno {
  const vaddr = Elf64PhdrLayout.vaddr.read(table, at);
  const offset = Elf64PhdrLayout.offset.read(table, at);
  const fileBytes = Elf64PhdrLayout.filesz.read(table, at);
  const memoryBytes = Elf64PhdrLayout.memsz.read(table, at);
  const flags = Elf64PhdrLayout.flags.read(table, at);
  if (fileBytes > memoryBytes || vaddr > LARGEST_ADDRESS || memoryBytes > LARGEST_ADDRESS - vaddr) return -ENOMEM;
  if (offset > Number.MAX_SAFE_INTEGER - fileBytes || vaddr % PAGE_SIZE !== offset % PAGE_SIZE) return -EINVAL;
  let prot = 0;
  if ((flags & PF_R) !== 0) prot |= PROT_READ;
  if ((flags & PF_W) !== 0) prot |= PROT_WRITE;
  if ((flags & PF_X) !== 0) prot |= PROT_EXEC;
  return { vaddr, offset, fileBytes, memoryBytes, prot };
}

/** A p_align that is no power of two, or absurd, is ignored as Linux does. */
function alignmentOf(align: number): number {
  return align > PAGE_SIZE && align <= 1 << 30 && Number.isInteger(Math.log2(align)) ? align : PAGE_SIZE;
}

function readInterpreter(file: FileDescription, context: VfsContext, table: DataView, at: number): string | Errno {
  const length = Elf64PhdrLayout.filesz.read(table, at);
  if (length < 2 || length > 4096) return -ENOEXEC;
  const bytes = new Uint8Array(length);
  const failed = readExactly(file, context, bytes, length, Elf64PhdrLayout.offset.read(table, at));
  if (failed < 0) return failed === -ENOEXEC ? -EIO : failed;
  if (bytes[length - 1] !== 0) return -ENOEXEC;
  const text = Buffer.from(bytes.buffer).toString("latin1");
  return text.slice(0, text.indexOf("\0"));
}
