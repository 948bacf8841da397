import { expect, test } from "vitest";
import { branchesInto, Sites, shapeOf } from "./rewriting.ts";

const NOP = 0x90;

/** `before` ends at the `syscall`, `behind` starts after it. */
function site(before: number[], behind: number[]): Uint8Array {
  const code = new Uint8Array(16).fill(NOP);
  code.set(before, 6 - before.length);
  code.set([0x0f, 0x05], 6);
  code.set(behind, 8);
  return code;
}

const MOVE_39 = [0xb8, 39, 0, 0, 0];
const COMPARE = [0x48, 0x3d, 0x00, 0xf0, 0xff, 0xff];

test.each([
  ["mov $39,%eax; syscall", site(MOVE_39, []), 39, "number"],
  ["the same with another number in rax", site(MOVE_39, []), 40, null],
  ["mov $39,%r8d; syscall", site([0x41, ...MOVE_39], []), 39, null],
  ["syscall; cmp $-4096,%rax", site([0x31, 0xc0], COMPARE), 0, "compare"],
  ["both, where the first is the safer", site(MOVE_39, COMPARE), 39, "number"],
  ["a syscall and nothing known", site([0x89, 0xd0], [0xc3]), 39, null],
])("%s", (_what, code, number, shape) => {
  expect(shapeOf(code, number)).toBe(shape);
});

test("something else than a system call has no shape", () => {
  expect(shapeOf(new Uint8Array(16).fill(NOP), 0)).toBe(null);
});

test.each([
  ["a short jump there", [0xeb, 0x10], 0x1012, true],
  ["a short jump elsewhere", [0xeb, 0x20], 0x1012, false],
  ["a short jump back", [0x74, 0xf0], 0x0ff2, true],
  ["a near jump", [0xe9, 0x00, 0x10, 0x00, 0x00], 0x2005, true],
  ["a near conditional jump back", [0x0f, 0x85, 0xfa, 0xef, 0xff, 0xff], 0x0000, true],
  ["a call", [0xe8, 0x0b, 0x00, 0x00, 0x00], 0x1010, true],
])("branches into the interior: %s", (_what, bytes, target, found) => {
  const code = new Uint8Array(16).fill(NOP);
  code.set(bytes, 0);
  expect(branchesInto(code, code.length, 0x1000, target, target + 3)).toBe(found);
});

test("a copy of a process keeps its own account of sites", () => {
  const parent = new Sites(null);
  parent.starts.add(0x1000);
  parent.inner.set(0x2000, 0x9000);
  const child = new Sites(parent);
  child.forget(0x1000, 0x1000);
  expect([parent.starts.has(0x1000), child.starts.has(0x1000)]).toEqual([true, false]);
  expect(child.inner.get(0x2000)).toBe(0x9000);
});

test("calls from millions of places are not all remembered", () => {
  const sites = new Sites(null);
  for (let i = 0; i < 120_000; i++) sites.count(0x1000 + 2 * i, 1);
  expect(sites.hits.size).toBeLessThanOrEqual(50_000);
});
