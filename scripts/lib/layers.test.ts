import { expect, test } from "vitest";
import { importsOf, violation } from "./layers.ts";

function check(from: string, specifier: string, isType = false): string | null {
  return violation({ from, specifier, isType, line: 1 });
}

test("every form of import is found, with its line", () => {
  const source = `/* import */
import { a } from "./a.ts";
import type { B } from "./b.ts";
import {
  c,
  type D,
} from "../c.ts";
import "./e.ts";
export { f } from "./f.ts";
export type * from "./g.ts";
const text = 'import { x } from y';
export const h = "h";
const i = await import("./i.ts");
`;
  expect(importsOf("x.ts", source).map(({ specifier, line, isType }) => [specifier, line, isType])).toEqual([
    ["./a.ts", 2, false],
    ["./b.ts", 3, true],
    ["../c.ts", 7, false],
    ["./e.ts", 8, false],
    ["./f.ts", 9, false],
    ["./g.ts", 10, true],
    ["./i.ts", 13, false],
  ]);
});

test.each([
  ["services/sentry/syscalls/sys_pipe.ts", "../kernel/pipe.ts"],
  ["services/sentry/kernel/task.ts", "../vfs/mount.ts"],
  ["services/sentry/vfs/mount.ts", "../mm/vma.ts"],
  ["services/sentry/boot/boot.ts", "../fsimpl/proc/proc.ts"],
  ["services/sentry/main.ts", "./boot/boot.ts"],
  ["services/gofer/hostfs/open_native.ts", "../../../native/host.ts"],
  ["services/gofer/server/server.ts", "../../../shared/p9/messages.ts"],
  ["shared/urpc/socket_native.ts", "../../native/host.ts"],
  ["services/sentry/vfs/mount.test.ts", "../kernel/task.ts"],
  ["test/bench/bench.ts", "../../services/sentry/vfs/mount.ts"],
  ["services/gofer/hostfs/x_native.ts", "koffi"],
])("%s may import %s", (from, specifier) => {
  expect(check(from, specifier)).toBeNull();
});

test.each([
  ["services/sentry/kernel/task.ts", "../syscalls/table.ts", /kernel lies below syscalls/],
  ["services/sentry/kernel/task.ts", "../fsimpl/tmpfs/tmpfs.ts", /kernel lies below fsimpl/],
  ["services/sentry/vfs/mount.ts", "../kernel/task.ts", /vfs lies below kernel/],
  ["services/sentry/nowhere/a.ts", "../vfs/mount.ts", /no place/],
  ["services/sentry/kernel/task.ts", "../../gofer/server/server.ts", /don't know each other/],
  ["shared/abi/stat.ts", "../log/log.ts", /imports nothing/],
  ["shared/abi/stat.ts", "node:fs", /imports nothing/],
  ["shared/log/log.ts", "../../services/gofer/main.ts", /may import native only/],
  ["services/gofer/server/server.ts", "../../../native/host.ts", /_native/],
  ["services/gofer/server/server.ts", "koffi", /_native/],
  ["services/sentry/kernel/task.ts", "node-ipc", /control socket/],
  ["services/sentry/kernel/task.ts", "../../../test/lib.ts", /may import/],
])("%s may not import %s", (from, specifier, why) => {
  expect(check(from, specifier)).toMatch(why);
});

test("a type of the native façade is no import at run time", () => {
  expect(check("services/gofer/server/server.ts", "../../../native/host.ts", true)).toBeNull();
});
