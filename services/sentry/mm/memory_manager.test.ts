import { describe, expect, test } from "vitest";
import { EEXIST, EINVAL, ENOMEM, isErrno } from "../../../shared/abi/errno.ts";
import {
  MADV_DONTNEED,
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_FIXED_NOREPLACE,
  MAP_PRIVATE,
  MAP_SHARED,
  MREMAP_MAYMOVE,
  PROT_READ,
  PROT_WRITE,
} from "../../../shared/abi/mman.ts";
import type { Platform } from "../platform/platform.ts";
import { advise } from "./advice.ts";
import { MemoryManager, type MemoryPlan, NO_LIMITS } from "./memory_manager.ts";
import { remap } from "./remap.ts";
import { ANONYMOUS } from "./vma.ts";

const platform = {
  lowestAddress: 0x10000,
  highestAddress: 0x7fff_0000_0000,
  reservedRanges: [{ address: 0x2060_0000, length: 0x20000 }],
  vdsoRanges: [{ address: 0x7ffe_0000_0000, length: 0x2000, name: "[vdso]" }],
} as unknown as Platform;

const RW = PROT_READ | PROT_WRITE;
const PRIVATE = MAP_PRIVATE | MAP_ANONYMOUS;

function create(): MemoryManager {
  return MemoryManager.create(platform, 8 << 20, () => 12345);
}

function map(mm: MemoryManager, address: number, length: number, flags = PRIVATE, limits = NO_LIMITS): MemoryPlan {
  const plan = mm.map({ address, length, prot: RW, flags, backing: ANONYMOUS, offset: 0 }, limits);
  if (isErrno(plan)) throw new Error(`errno ${plan}`);
  return plan as MemoryPlan;
}

describe("MemoryManager", () => {
  test("orders the new range alone, although the VMA set joins it with its neighbours", () => {
    const mm = create();
    const first = map(mm, 0, 0x2000).value;
    const plan = map(mm, first - 0x3000, 0x3000, PRIVATE | MAP_FIXED);
    expect(plan.orders).toMatchObject([{ kind: "map", address: first - 0x3000, length: 0x3000 }]);
    expect(mm.vmas.find(first)?.start).toBe(first - 0x3000);
  });

  test("places mappings downwards from below the stack and reuses gaps", () => {
    const mm = create();
    const a = map(mm, 0, 0x1000).value;
    const b = map(mm, 0, 0x1000).value;
    expect(a).toBe(mm.layout.mmapBase - 0x1000);
    expect(b).toBe(a - 0x1000);
    mm.unmap(a, 0x1000);
    expect(map(mm, 0, 0x1000).value).toBe(a);
  });

  test("keeps the platform's ranges out of reach", () => {
    const mm = create();
    const over = { address: 0x2060_0000, length: 0x1000, prot: RW, backing: ANONYMOUS, offset: 0 };
    expect(mm.map({ ...over, flags: PRIVATE | MAP_FIXED }, NO_LIMITS)).toBe(-ENOMEM);
    expect(mm.unmap(0x7ffe_0000_0000, 0x1000)).toBe(-EINVAL);
    expect(mm.visibleVmas().map((vma) => vma.name)).toEqual(["[vdso]"]);
    expect(mm.faultCode(0x2060_0000)).toBe(1);
  });

  test("MAP_FIXED_NOREPLACE refuses what is taken; undo frees what the host refused", () => {
    const mm = create();
    const plan = map(mm, 0x10_0000, 0x1000, PRIVATE | MAP_FIXED);
    const again = { address: 0x10_0000, length: 1, prot: RW, backing: ANONYMOUS, offset: 0 };
    expect(mm.map({ ...again, flags: PRIVATE | MAP_FIXED_NOREPLACE }, NO_LIMITS)).toBe(-EEXIST);
    plan.undo();
    expect(mm.vmas.find(0x10_0000)).toBeUndefined();
  });

  test("RLIMIT_AS counts what would be mapped, less what is replaced", () => {
    const mm = create();
    const limits = { ...NO_LIMITS, addressSpace: 0x3000 };
    const at = map(mm, 0x10_0000, 0x2000, PRIVATE | MAP_FIXED, limits).value;
    expect(
      mm.map({ address: 0, length: 0x2000, prot: RW, flags: PRIVATE, backing: ANONYMOUS, offset: 0 }, limits),
    ).toBe(-ENOMEM);
    map(mm, at, 0x3000, PRIVATE | MAP_FIXED, limits);
  });

  test("the heap grows and shrinks by whole pages and stops at other mappings", () => {
    const mm = create();
    mm.brkStart = mm.brk = 0x40_0000;
    expect(mm.setBreak(0x40_0010, NO_LIMITS)).toMatchObject({ value: 0x40_0010, orders: [{ length: 0x1000 }] });
    expect(mm.setBreak(0x40_0020, NO_LIMITS).orders).toEqual([]);
    map(mm, 0x40_3000, 0x1000, PRIVATE | MAP_FIXED);
    expect(mm.setBreak(0x40_4000, NO_LIMITS).value).toBe(0x40_0020);
    expect(mm.setBreak(0x40_0000, NO_LIMITS)).toMatchObject({ value: 0x40_0000, orders: [{ kind: "unmap" }] });
  });

  test("mremap() grows in place when it can and moves when it may", () => {
    const mm = create();
    const at = map(mm, 0x100_0000, 0x2000, PRIVATE | MAP_FIXED).value;
    const request = { address: at, oldLength: 0x2000, newLength: 0x4000, flags: 0, newAddress: 0 };
    expect(remap(mm, request, NO_LIMITS)).toMatchObject({
      value: at,
      orders: [{ kind: "map", address: at + 0x2000, length: 0x2000 }],
    });
    map(mm, at + 0x4000, 0x1000, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED);
    const more = { ...request, oldLength: 0x4000, newLength: 0x8000 };
    expect(remap(mm, more, NO_LIMITS)).toBe(-ENOMEM);
    const moved = remap(mm, { ...more, flags: MREMAP_MAYMOVE }, NO_LIMITS) as MemoryPlan;
    expect(moved.value).not.toBe(at);
    expect(mm.vmas.find(at)).toBeUndefined();
    expect(mm.vmas.find(moved.value)?.length).toBe(0x8000);
    moved.undo();
    expect(mm.vmas.find(at)?.length).toBe(0x4000);
    expect(mm.vmas.find(moved.value)).toBeUndefined();
  });

  test("MADV_DONTNEED discards private pages only, and reports holes after doing the rest", () => {
    const mm = create();
    map(mm, 0x100_0000, 0x1000, PRIVATE | MAP_FIXED);
    map(mm, 0x100_1000, 0x1000, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED);
    expect(advise(mm, 0x100_0000, 0x3000, MADV_DONTNEED)).toMatchObject({
      value: -ENOMEM,
      orders: [{ kind: "discard", address: 0x100_0000, length: 0x1000 }],
    });
  });

  test("futexes on shared memory are keyed by the object, on private memory by the address space", () => {
    const mm = create();
    const shared = map(mm, 0, 0x1000, MAP_SHARED | MAP_ANONYMOUS).value;
    const own = map(mm, 0, 0x1000).value;
    const child = mm.fork();
    expect(child.futexKey(shared + 8)).toEqual(mm.futexKey(shared + 8));
    expect(child.futexKey(shared + 8)?.object).toBe(mm.futexKey(shared + 8)?.object);
    expect(child.futexKey(own)?.object).toBe(child);
    expect(mm.futexKey(own)?.object).toBe(mm);
  });
});
