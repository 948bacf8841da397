/** Every message, both ways: what is written comes back, and arbitrary bytes are survived. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ATTR_BYTES, Attr } from "./attr.ts";
import { DataSpan, type Message, Reader, Writer } from "./codec.ts";
import { EXCHANGES, messageName } from "./exchanges.ts";
import { type Header, readFields, readHeader, writeMessage } from "./frame.ts";
import { MAX_MSIZE, MIN_MSIZE } from "./limits.ts";
import { Rlerror } from "./messages_session.ts";

const MESSAGES: [string, new () => Message][] = [
  ...EXCHANGES.flatMap((e): [string, new () => Message][] => [
    [e.name, e.request],
    [`R${e.name.slice(1)}`, e.reply],
  ]),
  ["Rlerror", Rlerror],
];

/** Gives every field of a message a value of its own. */
function fill(message: object, random: () => number): void {
  const record = message as Record<string, unknown>;
  for (const [name, value] of Object.entries(record)) {
    if (name === "count") record[name] = 2;
    else if (typeof value === "number") record[name] = random() % 200;
    else if (typeof value === "string") record[name] = `${name}${random() % 100}`;
    else if (value instanceof DataSpan) value.set(new Uint8Array([1, 2, 3, random() % 256]), 0, 4);
    else if (Array.isArray(value) && value.length === 0) {
      for (let i = 0; i < 3; i++) value.push(name === "names" ? `n${random() % 100}` : random() % 1000);
    } else if (Array.isArray(value)) {
      for (let i = 0; i < 2; i++) {
        if (typeof value[i] === "number") value[i] = random() % 100;
        else fill(value[i], random);
      }
    } else if (typeof value === "object" && value !== null) fill(value, random);
  }
}

function bytesOf(message: Message, capacity = MIN_MSIZE): Uint8Array {
  const memory = new Uint8Array(capacity);
  const writer = new Writer();
  writer.reset(memory, 0, capacity);
  message.fields(writer);
  expect(writer.failed).toBe(false);
  return memory.slice(0, writer.position);
}

describe.each(MESSAGES)("%s", (_name, type) => {
  test("what is written comes back", () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      return seed >> 8;
    };
    const message = new type();
    fill(message, random);
    const bytes = bytesOf(message);
    const copy = new type();
    const reader = new Reader();
    reader.reset(bytes, 0, bytes.length);
    expect(readFields(reader, copy)).toBe(0);
    expect([...bytesOf(copy)]).toEqual([...bytes]);
    // One byte less, or one more, is no message.
    reader.reset(bytes, 0, Math.max(bytes.length - 1, 0));
    if (bytes.length > 0) expect(readFields(reader, new type())).toBeLessThan(0);
    reader.reset(new Uint8Array([...bytes, 0]), 0, bytes.length + 1);
    expect(readFields(reader, new type())).toBeLessThan(0);
  });

  test("arbitrary bytes are survived", () => {
    const reader = new Reader();
    const message = new type();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(20), (bytes, start) => {
        reader.reset(bytes, start, Math.max(bytes.length - start, 0));
        const result = readFields(reader, message);
        expect(result).toBeLessThanOrEqual(0);
        expect(reader.position).toBeLessThanOrEqual(Math.max(bytes.length, start));
      }),
      { numRuns: 200 },
    );
  });

  test("the corpus is survived", () => {
    const directory = join(import.meta.dirname, "corpus");
    const files = readdirSync(directory).filter((f) => f.endsWith(".hex"));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const bytes = Buffer.from(readFileSync(join(directory, file), "utf8").replace(/#.*|\s/g, ""), "hex");
      const header: Header = { type: 0, tag: 0 };
      const reader = new Reader();
      expect(readHeader(reader, bytes, 0, bytes.length, header)).toBeLessThanOrEqual(0);
      expect(readFields(reader, new type())).toBeLessThanOrEqual(0);
    }
  });
});

test("an Attr has the length that limits are computed from", () => {
  expect(bytesOf(new Attr()).length).toBe(ATTR_BYTES);
});

test("numbers are used once, and every message has a name", () => {
  expect(new Set(EXCHANGES.map((e) => e.type)).size).toBe(EXCHANGES.length);
  for (const { type, name } of EXCHANGES) {
    expect(type % 2).toBe(0);
    expect(messageName(type)).toBe(name);
    expect(messageName(type + 1)).toBe(`R${name.slice(1)}`);
  }
  expect(messageName(7)).toBe("Rlerror");
  expect(messageName(250)).toBe("type 250");
});

test("a message that doesn't fit is refused whole", () => {
  const memory = new Uint8Array(64);
  const writer = new Writer();
  const exchange = EXCHANGES.find((e) => e.name === "Twalkgetattr") as (typeof EXCHANGES)[number];
  const message = new exchange.request();
  fill(message, () => 3);
  expect(writeMessage(writer, memory, 0, 20, exchange.type, 1, message)).toBeLessThan(0);
  const length = writeMessage(writer, memory, 2, 60, exchange.type, 1, message);
  expect(length).toBeGreaterThan(7);
  const header: Header = { type: 0, tag: 0 };
  expect(readHeader(new Reader(), memory, 2, length, header)).toBe(0);
  expect(header).toEqual({ type: exchange.type, tag: 1 });
  expect(readHeader(new Reader(), memory, 2, length - 1, header)).toBeLessThan(0);
});

test("the smallest message size holds the largest replies that aren't data", () => {
  const walked = new (
    EXCHANGES.find((e) => e.name === "Twalkgetattr") as (typeof EXCHANGES)[number]
  ).reply() as Message & {
    count: number;
    target: string;
  };
  walked.count = 32;
  walked.target = "x".repeat(4096);
  expect(bytesOf(walked, MAX_MSIZE).length + 7).toBeLessThanOrEqual(MIN_MSIZE);
});
