import { describe, expect, test } from "vitest";
import { EBADF, EINVAL, EMFILE } from "../../../shared/abi/errno.ts";
import { FDTable, ReservedPair } from "./fd_table.ts";
import { FakeFile } from "./testing/fake_file.ts";

function filled(count: number, limit = 1024): { table: FDTable; files: FakeFile[] } {
  const table = new FDTable(limit);
  const files = Array.from({ length: count }, () => new FakeFile());
  for (const file of files) table.install(file, false);
  return { table, files };
}

describe("FDTable", () => {
  test("gives the lowest free descriptor, over word borders", () => {
    const { table } = filled(70);
    table.close(3);
    table.close(65);
    expect(table.install(new FakeFile(), false)).toBe(3);
    expect(table.install(new FakeFile(), false)).toBe(65);
    expect(table.install(new FakeFile(), false)).toBe(70);
    expect(table.usedCount).toBe(71);
  });

  test("honours a minimum and the limit", () => {
    const { table } = filled(3, 40);
    expect(table.duplicate(0, true, 20)).toBe(20);
    expect(table.isCloseOnExec(20)).toBe(true);
    expect(table.duplicate(0, false, 20)).toBe(21);
    expect(table.duplicate(0, false, 40)).toBe(-EMFILE);
    expect(table.install(new FakeFile(), false)).toBe(3);
  });

  test("a full table takes nothing and holds nothing", () => {
    const { table } = filled(4, 4);
    const file = new FakeFile();
    expect(table.install(file, false)).toBe(-EMFILE);
    expect(file.references).toBe(1);
    expect(table.reservePair()).toBe(-EMFILE);
    expect(table.usedCount).toBe(4);
  });

  test("room for one descriptor only reserves no pair", () => {
    const { table } = filled(3, 4);
    expect(table.reservePair()).toBe(-EMFILE);
    expect(table.usedCount).toBe(3);
  });

  test("a reserved pair is taken but names nothing", () => {
    const { table } = filled(1);
    const pair = table.reservePair();
    if (!(pair instanceof ReservedPair)) throw new Error("no pair");
    expect([pair.first, pair.second]).toEqual([1, 2]);
    expect(table.get(1)).toBeUndefined();
    expect(table.close(1)).toBe(-EBADF);
    expect(table.install(new FakeFile(), false)).toBe(3);
    pair.release();
    expect(table.usedCount).toBe(2);
    expect(table.install(new FakeFile(), false)).toBe(1);
  });

  test("installAt closes what was there", () => {
    const { table, files } = filled(2);
    const file = new FakeFile();
    expect(table.installAt(1, file, true)).toBe(1);
    expect(files[1].releases).toBe(1);
    expect(table.get(1)).toBe(file);
    expect(table.isCloseOnExec(1)).toBe(true);
    expect(table.installAt(100, new FakeFile(), false)).toBe(100);
    expect(table.installAt(-1, file, false)).toBe(-EBADF);
    expect(table.installAt(1024, file, false)).toBe(-EBADF);
  });

  test("duplicates share one file until the last goes", () => {
    const { table, files } = filled(1);
    expect(table.duplicate(0, false)).toBe(1);
    table.close(0);
    expect(files[0].releases).toBe(0);
    table.close(1);
    expect(files[0].releases).toBe(1);
    expect(table.usedCount).toBe(0);
  });

  test("closeOnExec closes the marked only", () => {
    const { table } = filled(80);
    table.setCloseOnExec(0, true);
    table.setCloseOnExec(31, true);
    table.setCloseOnExec(64, true);
    table.closeOnExec();
    expect(table.usedCount).toBe(77);
    for (const fd of [0, 31, 64]) expect(table.get(fd)).toBeUndefined();
  });

  test("closeRange closes or marks", () => {
    const { table } = filled(10);
    expect(table.closeRange(8, 3, false)).toBe(-EINVAL);
    expect(table.closeRange(3, 5, true)).toBe(0);
    expect([2, 3, 5, 6].map((fd) => table.isCloseOnExec(fd))).toEqual([false, true, true, false]);
    expect(table.closeRange(5, 0x7fffffff, false)).toBe(0);
    expect(table.usedCount).toBe(5);
  });

  test("fork copies descriptors and marks, and is independent", () => {
    const { table, files } = filled(3);
    table.setCloseOnExec(1, true);
    table.close(0);
    const child = table.fork();
    expect(child.usedCount).toBe(2);
    expect(child.isCloseOnExec(1)).toBe(true);
    expect(files[1].references).toBe(2);
    child.close(1);
    expect(table.get(1)).toBe(files[1]);
    child.dropReference();
    expect(files[2].references).toBe(1);
    expect(child.usedCount).toBe(0);
  });

  test("a shared table closes with its last user", () => {
    const { table, files } = filled(1);
    table.takeReference();
    expect(table.isShared).toBe(true);
    table.dropReference();
    expect(files[0].releases).toBe(0);
    table.dropReference();
    expect(files[0].releases).toBe(1);
  });
});
