/** `do` on a real terminal: raw mode, window size and its changes, the terminal given back. */

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, writeSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { syscall } from "../../native/host.ts";
import { TCGETS, TIOCGPTN, TIOCSPTLCK, TIOCSWINSZ } from "../../shared/abi/ioctl.ts";
import { SYS_ioctl } from "../../shared/abi/syscall_numbers.ts";
import { FakePackage, within } from "./fake_package.ts";

let pack: FakePackage;

beforeAll(() => {
  pack = new FakePackage();
});

afterAll(() => pack.remove());

/** A pseudo terminal of the host, with `setsid`'s child as the session on its slave. */
class Terminal {
  readonly master: number = openSync("/dev/ptmx", "r+");
  readonly slave: string;
  shown = "";

  constructor(rows: number, columns: number) {
    const number = new Int32Array(1);
    syscall(SYS_ioctl, this.master, TIOCSPTLCK, number);
    syscall(SYS_ioctl, this.master, TIOCGPTN, number);
    this.slave = `/dev/pts/${number[0]}`;
    this.resize(rows, columns);
  }

  resize(rows: number, columns: number): void {
    syscall(SYS_ioctl, this.master, TIOCSWINSZ, new Uint16Array([rows, columns, 0, 0]));
  }

  /** Bytes of struct termios, as the line discipline has it. */
  settings(): string {
    const termios = Buffer.alloc(36);
    syscall(SYS_ioctl, this.master, TCGETS, termios);
    return termios.toString("hex");
  }

  spawn(file: string, args: string[]): ChildProcess {
    // setsid and opening the terminal make it the controlling one.
    const script = `exec 0<>${this.slave} 1>&0 2>&0; exec "$@"`;
    const child = spawn("setsid", ["sh", "-c", script, "sh", file, ...args], { stdio: "ignore" });
    const screen = spawn("cat", { stdio: [this.master, "pipe", "ignore"] });
    screen.stdout!.on("data", (text) => (this.shown += text));
    child.on("close", () => screen.kill());
    return child;
  }

  type(keys: string): void {
    writeSync(this.master, keys);
  }
}

test("keys go in raw, the screen comes out, the size follows, the terminal comes back", async () => {
  const terminal = new Terminal(33, 111);
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
