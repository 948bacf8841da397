import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { E2BIG, ENODEV, ENOENT, ENOEXEC, isErrno } from "../../../shared/abi/errno.ts";
import { FakePlatform } from "../kernel/testing/fake_platform.ts";
import { MemoryManager } from "../mm/memory_manager.ts";
import { Credentials } from "../vfs/credentials.ts";
import { FileDescription } from "../vfs/file_description.ts";
import type { Inode, VfsContext } from "../vfs/types.ts";
import { readElf } from "./elf.ts";
import { buildInitialStack } from "./initial_stack.ts";
import { loadExecutable } from "./loader.ts";
import { parseScriptLine } from "./script.ts";

class BytesFile extends FileDescription {
  readonly #bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    super(0, null);
    this.#bytes = bytes;
  }
  override get inode(): Inode {
    throw new Error("has no inode");
  }
  override pread(_context: VfsContext, memory: Uint8Array, start: number, length: number, position: number): number {
    const part = this.#bytes.subarray(position, position + length);
    memory.set(part, start);
    return part.length;
  }
}

const context = { credentials: Credentials.root() } as VfsContext;

/** A minimal valid program: one segment that holds everything. */
function smallElf(): Buffer {
  const bytes = Buffer.alloc(0x200);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  bytes.writeUInt16LE(2, 16);
  bytes.writeUInt16LE(62, 18);
  bytes.writeUInt32LE(1, 20);
  bytes.writeUInt32LE(0x400100, 24);
  bytes.writeUInt32LE(64, 32);
  bytes.writeUInt16LE(64, 52);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(1, 56);
  bytes.writeUInt32LE(1, 64);
  bytes.writeUInt32LE(5, 68);
  bytes.writeUInt32LE(0x400000, 80);
  bytes.writeUInt32LE(0x200, 96);
  bytes.writeUInt32LE(0x1200, 104);
  bytes.writeUInt32LE(0x1000, 112);
  return bytes;
}

describe("readElf", () => {
  test("reads a static program", () => {
    const elf = readElf(new BytesFile(smallElf()), context);
    expect(elf).toMatchObject({ isDynamic: false, entry: 0x400100, lowest: 0x400000, highest: 0x402000 });
    expect(elf).toMatchObject({ headersAddress: 0x400040, interpreter: "", executableStack: false });
  });

  test.each([
    ["a truncated header", (b: Buffer) => b.subarray(0, 40)],
    ["another machine", (b: Buffer) => (b.writeUInt16LE(183, 18), b)],
    ["32 bits", (b: Buffer) => (b.writeUInt8(1, 4), b)],
    ["no segments", (b: Buffer) => (b.writeUInt32LE(4, 64), b)],
    ["a table beyond the end", (b: Buffer) => (b.writeUInt32LE(0x1f0, 32), b)],
    ["an object file", (b: Buffer) => (b.writeUInt16LE(1, 16), b)],
  ])("refuses %s with ENOEXEC", (_what, damage) => {
    expect(readElf(new BytesFile(damage(smallElf())), context)).toBe(-ENOEXEC);
  });

  test("answers any bytes with an errno or a checked image", () => {
    const damage = fc.array(fc.tuple(fc.nat(0x1ff), fc.nat(255)), { maxLength: 24 });
    fc.assert(
      fc.property(damage, fc.integer({ min: 0, max: 0x200 }), (writes, length) => {
        const bytes = smallElf();
        for (const [at, value] of writes) if (at >= 16) bytes[at] = value;
        const elf = readElf(new BytesFile(bytes.subarray(0, length)), context);
        if (isErrno(elf)) return;
        for (const segment of elf.segments) {
          expect(segment.fileBytes).toBeLessThanOrEqual(segment.memoryBytes);
          expect(segment.vaddr + segment.memoryBytes).toBeLessThanOrEqual(0x7fff_ffff_f000);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("parseScriptLine", () => {
  test.each([
    ["#!/bin/sh\n", { interpreter: "/bin/sh", argument: undefined }],
    ["#! /usr/bin/env  python3 -u \nprint", { interpreter: "/usr/bin/env", argument: "python3 -u" }],
    ["#!/bin/sh", { interpreter: "/bin/sh", argument: undefined }],
    ["\x7fELF", null],
    ["#!\n", -ENOEXEC],
    ["#!   \t\n", -ENOEXEC],
    [`#!/${"x".repeat(300)}`.slice(0, 256), -ENOEXEC],
  ])("%j", (head, expected) => {
    expect(parseScriptLine(head)).toEqual(expected);
  });
});

describe("buildInitialStack", () => {
  const request = {
    top: 0x7fff_0000_0000,
    stackBytes: 8 << 20,
    argv: ["sh", "-c", "\xe9cho"],
    envp: ["A=1"],
    execFileName: "/bin/sh",
    random: new Uint8Array(16).fill(7),
    auxv: [[6, 4096]] as [number, number][],
  };

  test("is aligned, starts with argc and points at the strings", () => {
    const stack = buildInitialStack(request);
    if (isErrno(stack)) throw new Error(`errno ${stack}`);
    expect(stack.stackPointer % 16).toBe(0);
    expect(stack.stackPointer + stack.bytes.length).toBe(request.top);
    const view = Buffer.from(stack.bytes.buffer, stack.bytes.byteOffset, stack.bytes.length);
    const word = (index: number): number => Number(view.readBigUInt64LE(index * 8));
    const text = (address: number): string => {
      const at = address - stack.stackPointer;
      return view.toString("latin1", at, view.indexOf(0, at));
    };
    expect(word(0)).toBe(3);
    expect([1, 2, 3].map((i) => text(word(i)))).toEqual(request.argv);
    expect(word(4)).toBe(0);
    expect(text(word(5))).toBe("A=1");
    expect(word(6)).toBe(0);
    expect([word(7), word(8)]).toEqual([6, 4096]);
    expect(stack.envStart).toBe(stack.argEnd);
    expect(stack.argEnd - stack.argStart).toBe("sh -c echo ".length);
  });

  test("refuses one string of 128 KiB, and more than a quarter of the stack", () => {
    expect(buildInitialStack({ ...request, argv: ["x".repeat(131072)] })).toBe(-E2BIG);
    expect(buildInitialStack({ ...request, stackBytes: 1 << 20, argv: new Array(30000).fill("12345678") })).toBe(
      -E2BIG,
    );
  });
});

test("an interpreter fits wherever chance puts the mappings' base", () => {
  // The highest stack and base that can come up: both random offsets are 0.
  const memory = MemoryManager.create(new FakePlatform(), 8 << 20, () => 0);
  const interpreter = smallElf();
  // Position independent.
  interpreter.writeUInt16LE(3, 16);
  interpreter.writeUInt32LE(0x100, 24);
  interpreter.writeUInt32LE(0, 80);
  const image = loadExecutable(
    {
      path: "/lib/ld.so",
      file: new BytesFile(interpreter),
      argv: ["ld.so"],
      envp: [],
      context,
      isSecure: false,
      stackLimit: 8 << 20,
      random: new Uint8Array(16),
      host: { hwcap: 0, hwcap2: 0, minimumSignalStack: 2048 },
      openExecutable: () => -ENOENT,
    },
    memory,
  );
  // Its place was found (else ENOMEM); a file of bytes can't be mapped there.
  expect(image).toBe(-ENODEV);
});
