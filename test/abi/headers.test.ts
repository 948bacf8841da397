/**
 * shared/abi against the host's own headers: every constant and every struct is compiled into a C program that prints
 * its value, size and offsets.
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Field } from "../../shared/abi/layout.ts";
import { SYSCALL_NAMES } from "../../shared/abi/syscall_numbers.ts";
import { CONSTANT_SOURCES, isNamedOutsideHeaders } from "./constants.ts";
import { STRUCT_SOURCES } from "./structs.ts";

let directory = "";
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "abi-"));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Compiles and runs a program that prints each C expression as a 64-bit number, unsigned where its type is. */
function evaluate(name: string, headers: readonly string[], expressions: readonly string[]): number[] {
  const source = join(directory, `${name}.c`);
  const program = join(directory, name);
  const lines = [
    "#define _GNU_SOURCE",
    "#include <stddef.h>",
    // <asm/signal.h> says SIGRTMAX in terms of a name that it keeps to the kernel.
    "#define _NSIG 64",
    ...headers.map((h) => `#include <${h}>`),
    "int printf(const char *, ...);",
    "int main(void) {",
    ...expressions.map((e) => `  printf((typeof(${e}))-1 < 0 ? "%lld\\n" : "%llu\\n", (long long)(${e}));`),
    "  return 0;",
    "}",
  ];
  writeFileSync(source, `${lines.join("\n")}\n`);
  execFileSync("gcc", ["-w", "-o", program, source], { stdio: ["ignore", "ignore", "inherit"] });
  const output = execFileSync(program, { encoding: "utf8" });
  return output.trim().split("\n").map(Number);
}

/** The macros that headers define. */
function macros(name: string, headers: readonly string[]): Set<string> {
  const source = join(directory, `${name}_macros.c`);
  writeFileSync(source, ["#define _GNU_SOURCE", ...headers.map((h) => `#include <${h}>`)].join("\n"));
  const output = execFileSync("gcc", ["-E", "-dM", source], { encoding: "utf8", maxBuffer: 1 << 24 });
  return new Set(output.split("\n").map((line) => line.split(" ")[1]));
}

function constantsOf(module: object): [string, number][] {
  return Object.entries(module).filter(([name, value]) => typeof value === "number" && /^[A-Z_]/.test(name));
}

describe("constants", () => {
  test.each(CONSTANT_SOURCES.map((s) => [s.name, s] as const))("%s.ts has the headers' numbers", (name, source) => {
    const defined = macros(name, source.headers);
    const checked: [string, number][] = [];
    for (const [constant, value] of constantsOf(source.module)) {
      // What only newer headers have is still checked where they are installed.
      if (!isNamedOutsideHeaders(name, constant) || defined.has(constant)) checked.push([constant, value]);
    }
    expect(checked.length).toBeGreaterThan(0);
    const values = evaluate(
      name,
      source.headers,
      checked.map(([constant]) => constant),
    );
    expect(Object.fromEntries(checked)).toEqual(Object.fromEntries(checked.map(([c], i) => [c, values[i]])));
  });

  test("system call names are the headers' names, and newer than they are at most", () => {
    const numbers = [...macros("unistd", ["asm/unistd_64.h"])].filter((m) => m?.startsWith("__NR_"));
    const values = evaluate("unistd", ["asm/unistd_64.h"], numbers);
    for (const [i, macro] of numbers.entries())
      expect(`${values[i]} __NR_${SYSCALL_NAMES[values[i]]}`).toBe(`${values[i]} ${macro}`);
    const newest = Math.max(...values);
    const older = SYSCALL_NAMES.filter((name, nr) => name !== undefined && nr <= newest);
    expect(older.length).toBe(numbers.length);
  });
});

describe("structs", () => {
  test.each(STRUCT_SOURCES.map((s) => [s.ctype, s] as const))(
    "%s has the headers' size and offsets",
    (_ctype, source) => {
      const members = Object.entries(source.members);
      const values = evaluate("layout", source.headers, [
        source.sizeof ?? `sizeof(${source.ctype})`,
        ...members.flatMap(([, m]) => [`offsetof(${source.ctype}, ${m})`, `sizeof(((${source.ctype} *)0)->${m})`]),
      ]);
      const wanted: Record<string, number | number[]> = { byteLength: values[0] };
      const actual: Record<string, number | number[]> = { byteLength: source.layout.byteLength };
      for (const [i, [field]] of members.entries()) {
        wanted[field] = halfOf(field, values[1 + 2 * i], values[2 + 2 * i]);
      }
      for (const [name, field] of Object.entries<unknown>({ ...source.layout })) {
        if (field instanceof Field) actual[name] = [field.offset, field.byteLength];
      }
      expect(actual).toEqual(wanted);
    },
  );

  test("every layout is checked", () => {
    const layouts = CONSTANT_SOURCES.flatMap((s) =>
      Object.entries(s.module).filter(([name]) => name.endsWith("Layout")),
    );
    const checked = new Set<unknown>(STRUCT_SOURCES.map((s) => s.layout));
    expect(layouts.filter(([, layout]) => !checked.has(layout)).map(([name]) => name)).toEqual([]);
  });
});

/** Where a member lies; fields called ...Lo and ...Hi are the halves of a 64-bit member. */
function halfOf(field: string, offset: number, byteLength: number): [number, number] {
  if (field.endsWith("Lo")) return [offset, byteLength / 2];
  if (field.endsWith("Hi")) return [offset + byteLength / 2, byteLength / 2];
  return [offset, byteLength];
}
