/**
 * Where an address space puts things, chosen at random once per execve (address space layout randomisation), below and around what the platform
 * keeps for itself. As on Linux: the stack on top, mmap(2) downwards below it, position-independent programs at two thirds.
 */
import { PAGE_SIZE } from "../../../shared/abi/mman.ts";
import type { Platform } from "../platform/platform.ts";
import { pageDown } from "./page.ts";

const GIB = 1 << 30;
const STACK_GAP = 0x100_0000;
/** A stack without limit still gets a bounded mapping: pages are only used when touched. */
const LARGEST_STACK = 64 << 20;
const DEFAULT_STACK = 8 << 20;

export class AddressLayout {
  readonly lowest: number;
  readonly highest: number;
  /** Where mmap(2) starts to look, downwards. */
  readonly mmapBase: number;
  /** Where it looks upwards when nothing is free below. */
  readonly legacyTop: number;
  readonly stackTop: number;
  readonly stackBytes: number;
  /** Load address of position-independent programs. */
  readonly pieBase: number;
  /** Random pages between the end of the program and the heap. */
  readonly brkGap: number;

  constructor(fields: {
    lowest: number;
    highest: number;
    mmapBase: number;
    stackTop: number;
    stackBytes: number;
    pieBase: number;
    brkGap: number;
  }) {
    this.lowest = fields.lowest;
    this.highest = fields.highest;
    this.mmapBase = fields.mmapBase;
    this.legacyTop = fields.mmapBase;
    this.stackTop = fields.stackTop;
    this.stackBytes = fields.stackBytes;
    this.pieBase = fields.pieBase;
    this.brkGap = fields.brkGap;
  }

  static choose(platform: Platform, stackLimitBytes: number, random32: () => number): AddressLayout {
    const pages = (bits: number): number => (random32() & ((1 << bits) - 1)) * PAGE_SIZE;
    const wanted = stackLimitBytes === Number.POSITIVE_INFINITY ? LARGEST_STACK : stackLimitBytes;
    const stackBytes = pageDown(Math.min(Math.max(wanted, 128 << 10), LARGEST_STACK)) || DEFAULT_STACK;
    const stackTop = lowestAbove(platform, pageDown(platform.highestAddress - PAGE_SIZE - pages(22)), stackBytes);
    const mmapBase = pageDown(stackTop - stackBytes - STACK_GAP - pages(28));
    return new AddressLayout({
      lowest: platform.lowestAddress,
      highest: platform.highestAddress,
      mmapBase,
      stackTop,
      stackBytes,
      pieBase: 0x5555_5555_0000 + pages(28),
      brkGap: pages(13),
    });
  }

  /** Bytes free above which a program must not be loaded. */
  get programLimit(): number {
    return this.highest - GIB;
  }
}

/** The highest place at or below `top` where a stack of `bytes` meets none of the platform's ranges. */
function lowestAbove(platform: Platform, top: number, bytes: number): number {
  let candidate = top;
  const ranges = [...platform.reservedRanges, ...platform.vdsoRanges].sort((a, b) => b.address - a.address);
  for (const range of ranges) {
    if (range.address < candidate && range.address + range.length > candidate - bytes - STACK_GAP) {
      candidate = pageDown(range.address - PAGE_SIZE);
    }
  }
  return candidate;
}
