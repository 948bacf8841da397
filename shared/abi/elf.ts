/**
 * ELF64 files and the auxiliary vector; include/uapi/linux/elf.h, auxvec.h.
 */

import { Bytes, I64, struct, U8, U16, U32, U53 } from "./layout.ts";

// Identification.
export const EI_NIDENT = 0x10;
export const EI_CLASS = 4;
export const EI_DATA = 5;
export const EI_VERSION = 6;
export const EI_OSABI = 7;
export const ELFCLASS32 = 1;
export const ELFCLASS64 = 2;
export const ELFDATA2LSB = 1;
export const ELFDATA2MSB = 2;
export const EV_CURRENT = 1;
export const ELFOSABI_NONE = 0;
export const ELFOSABI_LINUX = 3;

// The first four bytes, read as a little-endian word.
export const ELF_MAGIC = 0x464c457f;

// Object types and machines.
export const ET_NONE = 0;
export const ET_REL = 1;
export const ET_EXEC = 2;
export const ET_DYN = 3;
export const ET_CORE = 4;
export const EM_386 = 3;
export const EM_X86_64 = 62;
export const EM_AARCH64 = 183;

// Segments.
export const PT_NULL = 0;
export const PT_LOAD = 1;
export const PT_DYNAMIC = 2;
export const PT_INTERP = 3;
export const PT_NOTE = 4;
export const PT_SHLIB = 5;
export const PT_PHDR = 6;
export const PT_TLS = 7;
export const PT_GNU_EH_FRAME = 0x6474e550;
export const PT_GNU_STACK = 0x6474e551;
export const PT_GNU_RELRO = 0x6474e552;
export const PT_GNU_PROPERTY = 0x6474e553;

export const PF_X = 1;
export const PF_W = 2;
export const PF_R = 4;
export const PN_XNUM = 65535;

// Sections, symbols and dynamic entries (for reading the vDSO).
export const SHT_NULL = 0;
export const SHT_PROGBITS = 1;
export const SHT_SYMTAB = 2;
export const SHT_STRTAB = 3;
export const SHT_DYNSYM = 0xb;
export const DT_NULL = 0;
export const DT_HASH = 4;
export const DT_STRTAB = 5;
export const DT_SYMTAB = 6;
export const DT_STRSZ = 0xa;
export const DT_SYMENT = 0xb;
export const DT_VERSYM = 0x6ffffff0;
export const DT_VERDEF = 0x6ffffffc;
export const DT_GNU_HASH = 0x6ffffef5;
export const STT_NOTYPE = 0;
export const STT_FUNC = 2;
export const STB_GLOBAL = 1;
export const STB_WEAK = 2;
export const SHN_UNDEF = 0;

// Auxiliary vector.
export const AT_NULL = 0;
export const AT_IGNORE = 1;
export const AT_EXECFD = 2;
export const AT_PHDR = 3;
export const AT_PHENT = 4;
export const AT_PHNUM = 5;
export const AT_PAGESZ = 6;
export const AT_BASE = 7;
export const AT_FLAGS = 8;
export const AT_ENTRY = 9;
export const AT_NOTELF = 10;
export const AT_UID = 11;
export const AT_EUID = 12;
export const AT_GID = 13;
export const AT_EGID = 14;
export const AT_PLATFORM = 15;
export const AT_HWCAP = 16;
export const AT_CLKTCK = 17;
export const AT_FPUCW = 18;
export const AT_DCACHEBSIZE = 19;
export const AT_ICACHEBSIZE = 20;
export const AT_UCACHEBSIZE = 21;
export const AT_IGNOREPPC = 22;
export const AT_SECURE = 23;
export const AT_BASE_PLATFORM = 24;
export const AT_RANDOM = 25;
export const AT_HWCAP2 = 26;
export const AT_RSEQ_FEATURE_SIZE = 27;
export const AT_RSEQ_ALIGN = 28;
export const AT_EXECFN = 31;
export const AT_SYSINFO = 32;
export const AT_SYSINFO_EHDR = 33;
export const AT_MINSIGSTKSZ = 51;

// Core notes.
export const NT_PRSTATUS = 1;
export const NT_PRFPREG = 2;
export const NT_PRPSINFO = 3;
export const NT_AUXV = 6;
export const NT_X86_XSTATE = 0x202;

/** Elf64_Ehdr. */
export const Elf64EhdrLayout = struct(64, {
  ident: new Bytes(0, 16),
  type: new U16(16),
  machine: new U16(18),
  version: new U32(20),
  entry: new U53(24),
  phoff: new U53(32),
  shoff: new U53(40),
  flags: new U32(48),
  ehsize: new U16(52),
  phentsize: new U16(54),
  phnum: new U16(56),
  shentsize: new U16(58),
  shnum: new U16(60),
  shstrndx: new U16(62),
});

/** Elf64_Phdr. */
export const Elf64PhdrLayout = struct(56, {
  type: new U32(0),
  flags: new U32(4),
  offset: new U53(8),
  vaddr: new U53(16),
  paddr: new U53(24),
  filesz: new U53(32),
  memsz: new U53(40),
  align: new U53(48),
});

/** Elf64_Shdr. */
export const Elf64ShdrLayout = struct(64, {
  name: new U32(0),
  type: new U32(4),
  flags: new U53(8),
  addr: new U53(16),
  offset: new U53(24),
  size: new U53(32),
  link: new U32(40),
  info: new U32(44),
  addralign: new U53(48),
  entsize: new U53(56),
});

/** Elf64_Sym. */
export const Elf64SymLayout = struct(24, {
  name: new U32(0),
  info: new U8(4),
  other: new U8(5),
  shndx: new U16(6),
  value: new U53(8),
  size: new U53(16),
});

/** Elf64_Dyn. */
export const Elf64DynLayout = struct(16, { tag: new I64(0), val: new U53(8) });
