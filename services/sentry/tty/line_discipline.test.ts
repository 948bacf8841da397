import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SIGINT, SIGQUIT, SIGTSTP } from "../../../shared/abi/signal.ts";
import * as t from "../../../shared/abi/termios.ts";
import { INPUT_BYTES } from "./input_buffer.ts";
import { LineDiscipline, type TerminalEvents } from "./line_discipline.ts";
import { OutputProcessor } from "./output_processor.ts";
import { Termios } from "./termios.ts";

/** A line discipline whose keyboard and screen are strings. */
class Keyboard implements TerminalEvents {
  readonly termios = new Termios();
  readonly output = new OutputProcessor(this.termios);
  readonly discipline = new LineDiscipline(this.termios, this.output, this);
  readonly signals: number[] = [];
  isStoppedByProgram = false;

  sendSignal(signal: number): void {
    this.signals.push(signal);
  }
  startOutput(): void {
    this.output.isStopped = false;
  }
  stopOutput(): void {
    this.output.isStopped = true;
  }
  flushOutput(): void {
    this.output.flush();
  }
  onInputFlushed(): void {}

  set(change: { iflag?: number; oflag?: number; lflag?: number; cc?: readonly (readonly [number, number])[] }): this {
    const { termios } = this;
    const old = termios.lflag;
    termios.iflag = change.iflag ?? termios.iflag;
    termios.oflag = change.oflag ?? termios.oflag;
    termios.lflag = change.lflag ?? termios.lflag;
    for (const [index, character] of change.cc ?? []) termios.cc[index] = character;
    this.discipline.onSettingsChanged(old);
    return this;
  }

  /** Types `keys`; returns how many bytes were taken. */
  type(keys: string): number {
    const bytes = Buffer.from(keys, "latin1");
    const count = this.discipline.receive(bytes, 0, bytes.length);
    this.output.flushEchoes();
    return count;
  }

  /** What one read(2) gives; null if it would wait. */
  read(length = 8192): string | null {
    const { input } = this.discipline;
    if (!this.discipline.isReadable(false)) return null;
    const bytes = Buffer.alloc(length);
    const count = this.termios.isCanonical ? input.takeLine(bytes, 0, length) : input.takeBytes(bytes, 0, length);
    return bytes.toString("latin1", 0, count);
  }

  print(text: string): number {
    const bytes = Buffer.from(text, "latin1");
    return this.output.write(bytes, 0, bytes.length);
  }

  /** What has come to the screen since the last look. */
  screen(): string {
    const { ring } = this.output;
    const bytes = Buffer.alloc(ring.length);
    ring.copyOut(bytes, 0, bytes.length, 0);
    ring.consume(bytes.length);
    return bytes.toString("latin1");
  }
}

const COOKED = new Termios();
const without = (flags: number): number => COOKED.lflag & ~flags;

describe("a line being typed", () => {
  test.each([
    ["is read when it is ended", "abc\r", "abc\n", "abc\r\n"],
    ["loses its last character to erase", "abd\x7fc\n", "abc\n", "abd\b \bc\r\n"],
    ["ignores erase at its beginning", "\x7fa\n", "a\n", "a\r\n"],
    ["loses everything to kill", "wrong\x15ok\n", "ok\n", `wrong${"\b \b".repeat(5)}ok\r\n`],
    ["loses a word to werase", "one two  \x17x\n", "one x\n", `one two  ${"\b \b".repeat(5)}x\r\n`],
    ["shows control characters as two", "a\x01\x7f\n", "a\n", "a^A\b \b\b \b\r\n"],
    ["takes a character literally", "a\x16\x03\n", "a\x03\n", "a^\b^C\r\n"],
    ["takes an erase literally", "\x16\x7f\n", "\x7f\n", "^\b^?\r\n"],
    ["is shown again by reprint", "ab\x12c\n", "abc\n", "ab^R\r\nabc\r\n"],
    ["may be ended by end of file", "abc\x04", "abc", "abc"],
    ["goes back over a tab", "a\t\x7fb\n", "ab\n", "a\t\b\b\b\b\b\b\bb\r\n"],
    ["goes back over a second tab", "a\tbc\t\x7f\n", "a\tbc\n", "a\tbc\t\b\b\b\b\b\b\r\n"],
  ])("%s", (_what, keys, line, screen) => {
    const keyboard = new Keyboard();
    keyboard.type(keys);
    expect(keyboard.screen()).toBe(screen);
    expect(keyboard.read()).toBe(line);
    expect(keyboard.read()).toBeNull();
  });

  test("can't be read before its end", () => {
    const keyboard = new Keyboard();
    keyboard.type("abc");
    expect(keyboard.read()).toBeNull();
    expect(keyboard.discipline.readableBytes).toBe(0);
    keyboard.type("\n");
    expect(keyboard.discipline.readableBytes).toBe(4);
  });

  test("is read in pieces, and one line at a time", () => {
    const keyboard = new Keyboard();
    keyboard.type("abcdef\nsecond\n");
    expect(keyboard.read(4)).toBe("abcd");
    expect(keyboard.read(4)).toBe("ef\n");
    expect(keyboard.read()).toBe("second\n");
  });

  test("end of file alone is an empty read, and isn't met twice", () => {
    const keyboard = new Keyboard();
    keyboard.type("\x04");
    expect(keyboard.read()).toBe("");
    expect(keyboard.read()).toBeNull();
    keyboard.type("abc\x04");
    expect(keyboard.read(3)).toBe("abc");
    expect(keyboard.read()).toBeNull();
  });

  test("starts where the prompt ends, for tabs", () => {
    const keyboard = new Keyboard();
    keyboard.print("$ ");
    keyboard.type("\t\x7f");
    expect(keyboard.screen()).toBe("$ \t\b\b\b\b\b\b");
  });

  test("erases a multibyte character as a whole", () => {
    const keyboard = new Keyboard().set({ iflag: COOKED.iflag | t.IUTF8 });
    keyboard.type("a\xc3\xa9\x7f\n");
    expect(keyboard.screen()).toBe("a\xc3\xa9\b \b\r\n");
    expect(keyboard.read()).toBe("a\n");
  });

  test("that is too long keeps its end", () => {
    const keyboard = new Keyboard().set({ lflag: without(t.ECHO) });
    expect(keyboard.type("x".repeat(5000))).toBe(5000);
    keyboard.type("\n");
    const line = keyboard.read() as string;
    expect(line).toHaveLength(INPUT_BYTES);
    expect(line.endsWith("x\n")).toBe(true);
  });

  test("waits when whole lines fill the buffer", () => {
    const keyboard = new Keyboard().set({ lflag: without(t.ECHO) });
    expect(keyboard.type("1234567\n".repeat(600))).toBe(INPUT_BYTES - 1);
    expect(keyboard.discipline.hasRoom).toBe(false);
    keyboard.read();
    expect(keyboard.discipline.hasRoom).toBe(true);
  });
});

describe("echo", () => {
  test.each([
    ["nothing without ECHO", without(t.ECHO), "ab\x7f\n", ""],
    ["the newline alone with ECHONL", without(t.ECHO) | t.ECHONL, "ab\n", "\r\n"],
    ["control characters as they are without ECHOCTL", without(t.ECHOCTL), "\x01\n", "\x01\r\n"],
    ["the erase character without ECHOE", without(t.ECHOE), "a\x7f\n", "a^?\r\n"],
    ["the kill character and a new line without ECHOKE", without(t.ECHOKE), "ab\x15\n", "ab^U\r\n\r\n"],
    ["the kill character alone without ECHOK", without(t.ECHOK), "ab\x15\n", "ab^U\r\n"],
    ["what is erased between \\ and / with ECHOPRT", COOKED.lflag | t.ECHOPRT, "abc\x7f\x7fd\n", "abc\\cb/d\r\n"],
  ])("shows %s", (_what, lflag, keys, screen) => {
    const keyboard = new Keyboard().set({ lflag });
    keyboard.type(keys);
    expect(keyboard.screen()).toBe(screen);
  });

  test("waits while output is stopped, and comes before what is printed then", () => {
    const keyboard = new Keyboard();
    keyboard.type("\x13ab");
    expect(keyboard.screen()).toBe("");
    expect(keyboard.print("cd")).toBe(0);
    keyboard.type("\x11");
    keyboard.print("cd");
    expect(keyboard.screen()).toBe("abcd");
  });

  test("is lost when nobody reads the screen, and never grows without bound", () => {
    const keyboard = new Keyboard();
    keyboard.set({ lflag: without(t.ICANON) });
    for (let i = 0; i < 100; i++) {
      keyboard.type("x".repeat(4000));
      keyboard.read();
    }
    expect(keyboard.screen().length).toBeLessThan(20_000);
  });
});

describe("signals", () => {
  test.each([
    ["^C", "\x03", SIGINT],
    ["^\\", "\x1c", SIGQUIT],
    ["^Z", "\x1a", SIGTSTP],
  ])("%s drops the line and is shown", (name, key, signal) => {
    const keyboard = new Keyboard();
    keyboard.type("whole\npart");
    keyboard.type(key);
    expect(keyboard.signals).toEqual([signal]);
    expect(keyboard.screen()).toBe(`whole\r\npart${name}`);
    expect(keyboard.read()).toBeNull();
  });

  test("drop echoes that came with them", () => {
    const keyboard = new Keyboard();
    keyboard.type("part\x03");
    expect(keyboard.screen()).toBe("^C");
  });

  test("keep the line with NOFLSH", () => {
    const keyboard = new Keyboard().set({ lflag: COOKED.lflag | t.NOFLSH });
    keyboard.type("ab\x03c\n");
    expect(keyboard.signals).toEqual([SIGINT]);
    expect(keyboard.read()).toBe("abc\n");
  });

  test("are characters without ISIG, and so is a key that is switched off", () => {
    const keyboard = new Keyboard().set({ lflag: without(t.ISIG) });
    keyboard.type("\x03\n");
    expect(keyboard.read()).toBe("\x03\n");
    keyboard.set({ lflag: COOKED.lflag, cc: [[t.VINTR, 0]] });
    keyboard.type("\x03\x00\n");
    expect(keyboard.read()).toBe("\x03\x00\n");
    expect(keyboard.signals).toEqual([]);
  });

  test("end a stop by ^S", () => {
    const keyboard = new Keyboard();
    keyboard.type("\x13\x03");
    expect(keyboard.output.isStopped).toBe(false);
  });
});

describe("input flags", () => {
  test.each([
    ["ICRNL", t.ICRNL, "a\rb\n", "a\nb\n"],
    ["none", 0, "a\rb\n", "a\rb\n"],
    ["IGNCR", t.IGNCR | t.ICRNL, "a\rb\n", "ab\n"],
    ["INLCR", t.INLCR, "a\nb\r", "a\rb\r"],
    ["ISTRIP", t.ISTRIP, "\xe1\n", "a\n"],
    ["IUCLC", t.IUCLC, "AbC\n", "abc\n"],
    ["PARMRK", t.PARMRK, "\xff\n", "\xff\xff\n"],
  ])("%s", (_name, iflag, keys, expected) => {
    const keyboard = new Keyboard().set({ iflag, lflag: without(t.ICANON | t.ECHO | t.ISIG) });
    keyboard.type(keys);
    expect(keyboard.read()).toBe(expected);
  });

  test("IXANY: any key starts output again", () => {
    const keyboard = new Keyboard().set({ iflag: COOKED.iflag | t.IXANY });
    keyboard.type("\x13");
    expect(keyboard.output.isStopped).toBe(true);
    keyboard.type("x");
    expect(keyboard.output.isStopped).toBe(false);
    expect(keyboard.screen()).toBe("x");
  });
});

describe("output flags", () => {
  test.each([
    ["ONLCR", t.OPOST | t.ONLCR, "a\nb", "a\r\nb"],
    ["nothing without OPOST", t.ONLCR, "a\nb", "a\nb"],
    ["OCRNL", t.OPOST | t.OCRNL, "a\rb", "a\nb"],
    ["ONOCR", t.OPOST | t.ONOCR, "\ra\r\r", "a\r"],
    ["XTABS", t.OPOST | t.XTABS, "ab\tc\t", "ab      c       "],
    ["OLCUC", t.OPOST | t.OLCUC, "ab1\n", "AB1\n"],
    ["ONLRET", t.OPOST | t.ONLRET | t.XTABS, "abc\n\t", `abc\n${" ".repeat(8)}`],
  ])("%s", (_name, oflag, text, screen) => {
    const keyboard = new Keyboard().set({ oflag });
    expect(keyboard.print(text)).toBe(text.length);
    expect(keyboard.screen()).toBe(screen);
  });

  test("a byte that becomes two is taken whole or not at all", () => {
    const keyboard = new Keyboard();
    let taken = 0;
    for (let n = 1; n > 0; taken += n) n = keyboard.print("\n");
    const screen = keyboard.screen();
    expect(screen).toBe("\r\n".repeat(taken));
    expect(keyboard.print("x")).toBe(1);
  });
});

describe("switching line editing", () => {
  test("off: the unfinished line can be read", () => {
    const keyboard = new Keyboard();
    keyboard.type("abc");
    keyboard.set({ lflag: without(t.ICANON) });
    expect(keyboard.read()).toBe("abc");
  });

  test("on: what is there is a line", () => {
    const keyboard = new Keyboard().set({ lflag: without(t.ICANON) });
    keyboard.type("abc");
    keyboard.set({ lflag: COOKED.lflag });
    expect(keyboard.read()).toBe("abc");
    keyboard.type("d\n");
    expect(keyboard.read()).toBe("d\n");
  });
});

test("raw: every byte arrives as it is, in order, whatever the sizes", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.uint8Array({ maxLength: 3000 }), fc.integer({ min: 1, max: 5000 })), { maxLength: 20 }),
      (steps) => {
        const keyboard = new Keyboard().set({ iflag: 0, lflag: 0 });
        let sent = "";
        let got = "";
        for (const [bytes, size] of steps) {
          const taken = keyboard.discipline.receive(bytes, 0, bytes.length);
          sent += Buffer.from(bytes).toString("latin1", 0, taken);
          got += keyboard.read(size) ?? "";
        }
        for (let rest = keyboard.read(); rest !== null; rest = keyboard.read()) got += rest;
        expect(got).toBe(sent);
      },
    ),
    { numRuns: 50 },
  );
});

test("cooked: any keys at all leave it working", () => {
  const flags = fc.integer({ min: 0, max: 0o377777 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(flags, flags, flags, fc.uint8Array({ maxLength: 200 })), { maxLength: 10 }),
      (steps) => {
        const keyboard = new Keyboard();
        for (const [iflag, oflag, lflag, bytes] of steps) {
          keyboard.set({ iflag, oflag, lflag });
          keyboard.type(Buffer.from(bytes).toString("latin1"));
          const { head, tail, lineHead } = keyboard.discipline.input;
          expect(head - tail).toBeLessThanOrEqual(INPUT_BYTES);
          if (keyboard.termios.isCanonical) expect(lineHead >= tail && lineHead <= head).toBe(true);
          keyboard.read(7);
          keyboard.screen();
        }
        keyboard.startOutput();
        keyboard.set({ iflag: COOKED.iflag, oflag: COOKED.oflag, lflag: COOKED.lflag });
        keyboard.discipline.reset();
        keyboard.type("ok\n");
        expect(keyboard.read()).toBe("ok\n");
      },
    ),
    { numRuns: 200 },
  );
});
