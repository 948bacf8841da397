/** `do` on a real terminal: raw mode, window size and its changes, the terminal given back. */

import { closeSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HostTerminal } from "../tty/host_terminal.ts";
import { FakePackage, within } from "./fake_package.ts";

let pack: FakePackage;

beforeAll(() => {
  pack = new FakePackage();
});

afterAll(() => pack.remove());

test("keys go in raw, the screen comes out, the size follows, the terminal comes back", async () => {
  const terminal = new HostTerminal(33, 111);
  const before = terminal.settings();
  const child = terminal.spawn(...pack.command("do", "screen"));
  const ended = new Promise((resolve) => child.on("close", resolve));
  await within(5000, "the size", () => terminal.shown.includes("33x111 terminal,terminal,terminal"));
  expect(terminal.settings()).not.toBe(before);
  terminal.type("a\r\x1a");
  await within(1000, `keys: ${terminal.shown}`, () => terminal.shown.includes("<610d1a>"));
  terminal.resize(44, 99);
  await within(1000, "the new size", () => terminal.shown.includes("[44x99]"));
  terminal.type("\x03");
  expect(await ended).toBe(5);
  expect(terminal.shown).toContain("<03>last words");
  expect(terminal.settings()).toBe(before);
  closeSync(terminal.master);
  expect(pack.leftovers()).toEqual([]);
});
