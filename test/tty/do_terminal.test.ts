/** Real programs on the sandbox's terminal, as somebody at the keyboard of `do` meets them. */

import { closeSync } from "node:fs";
import path from "node:path";
import { afterEach, expect, test } from "vitest";
import { HostTerminal } from "./host_terminal.ts";

const RUNSC_MS = path.join(import.meta.dirname, "../../scripts/runsc-ms");
const PATIENCE_MS = 30_000;

/** Somebody who types and waits for what the screen then shows. */
class User {
  readonly terminal = new HostTerminal(30, 100);
  readonly ended: Promise<number | null>;
  readonly #child;
  #seen = 0;

  constructor(...command: string[]) {
    this.#child = this.terminal.spawn(RUNSC_MS, ["do", "--", ...command]);
    this.ended = new Promise((resolve) => this.#child.on("close", resolve));
  }

  /** Waits until `pattern` is on the screen, after whatever was waited for before. */
  async sees(pattern: RegExp): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = pattern.exec(this.terminal.shown.slice(this.#seen));
      if (found !== null) {
        this.#seen += found.index + found[0].length;
        return;
      }
      if (Date.now() > end) throw new Error(`${pattern} isn't in ${this.terminal.shown.slice(this.#seen)}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async types(keys: string, ...patterns: RegExp[]): Promise<void> {
    this.terminal.type(keys);
    for (const pattern of patterns) await this.sees(pattern);
  }

  leave(): void {
    this.#child.kill("SIGKILL");
    closeSync(this.terminal.master);
  }
}

let user: User;

afterEach(() => user.leave());

test("a shell stops, continues, interrupts and resizes its jobs", async () => {
  user = new User("env", "PS1=ready> ", "bash", "--norc", "--noediting", "-i");
  const prompt = /ready> /;
  await user.sees(prompt);
  await user.types("tty; stty size\r", /\/dev\/pts\/\d+/, /30 100/, prompt);
  await user.types("echo run; sleep 60\r", /run\r\n/);
  await user.types("\x03", /\^C/, prompt);
  await user.types("echo status $?\r", /status 130/, prompt);
  await user.types("cat\r", /cat\r\n/);
  await user.types("one line\r", /one line\r\none line\r\n/);
  await user.types("\x1a", /\^Z/, /Stopped +cat/, prompt);
  await user.types("jobs\r", /Stopped +cat/, prompt);
  await user.types("fg\r", /cat\r\n/);
  await user.types("again\x7f\x7f\x7f\x7f\x7fanew\r", /\nanew\r\n/);
  await user.types("\x04", prompt);
  await user.types("cat &\r", /\[1\]/, prompt);
  await user.types("wait\r", /Stopped +cat/, prompt);
  await user.types("kill -KILL %1; wait; echo gone\r", /\ngone\r\n/, prompt);
  user.terminal.resize(44, 123);
  await user.types("sleep 0.3; stty size\r", /44 123/, prompt);
  await user.types("exit 7\r", /exit/);
  expect(await user.ended).toBe(7);
});

test("all output of a program arrives before it is said to have ended", async () => {
  user = new User("seq", "1", "30000");
  expect(await user.ended).toBe(0);
  await user.sees(/\n29999\r\n30000\r\n$/);
  expect(user.terminal.shown.split("\r\n")).toHaveLength(30_001);
});

test("a full-screen program draws, reads keys and puts the screen back", async () => {
  user = new User("env", "TERM=xterm", "python3", "-c", SCREEN);
  await user.sees(/size 30x100/);
  await user.types("\x1bOA", /key up/);
  await user.types("q", /done/);
  expect(await user.ended).toBe(3);
});

const SCREEN = `
import curses, sys
def main(screen):
    rows, columns = screen.getmaxyx()
    screen.addstr(0, 0, f"size {rows}x{columns}")
    while True:
        key = screen.getch()
        if key == ord("q"): return
        screen.addstr(1, 0, "key up" if key == curses.KEY_UP else f"key {key}")
curses.wrapper(main)
print("done")
sys.exit(3)
`;
