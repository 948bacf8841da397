import { describe, expect, test } from "vitest";
import { SYSCALL_NAMES } from "../../../shared/abi/syscall_numbers.ts";
import { type Row, supported } from "./row.ts";
import { merge, SYSCALL_TABLE } from "./table.ts";

const rows = SYSCALL_TABLE.filter((row): row is Row => row !== undefined);

describe("the system call table", () => {
  test("has a row of its own for every number of Linux", () => {
    const absent = SYSCALL_NAMES.filter(
      (name, nr) => name !== undefined && (SYSCALL_TABLE[nr]?.note ?? "not implemented") === "not implemented",
    );
    expect(absent).toEqual([]);
  });

  test("says of every call that isn't complete what is missing", () => {
    const unexplained = rows.filter(({ level, note }) => level !== "full" && note === "");
    expect(unexplained.map(({ name }) => name)).toEqual([]);
  });

  test("names buffer lengths that are there", () => {
    for (const { name, arguments: args } of rows) {
      expect(args.length, name).toBeLessThanOrEqual(6);
      for (const argument of args) {
        if ("lengthArgument" in argument) expect(args[argument.lengthArgument], name).toBeDefined();
        if ("countArgument" in argument) expect(args[argument.countArgument], name).toBeDefined();
      }
    }
  });

  test("refuses two rows for one number, and a name that isn't that number's", () => {
    const row = supported("read", () => 0, []);
    expect(() => merge([{ 0: row }, { 0: row }])).toThrow("two rows");
    expect(() => merge([{ 1: row }])).toThrow("is write");
  });
});
