import fc from "fast-check";
import { expect, test } from "vitest";
import { DataSpan, Reader, Writer } from "./codec.ts";

function roundTrip(write: (w: Writer) => void, capacity = 64): Reader {
  const memory = new Uint8Array(capacity + 2);
  const writer = new Writer();
  writer.reset(memory, 1, capacity);
  write(writer);
  expect(writer.failed).toBe(false);
  const reader = new Reader();
  reader.reset(memory, 1, writer.position - 1);
  return reader;
}

test("numbers and strings come back", () => {
  fc.assert(
    fc.property(
      fc.maxSafeNat(),
      fc.maxSafeInteger(),
      fc.stringMatching(/^[\x01-\xff]{0,20}$/),
      (unsigned, signed, text) => {
        const reader = roundTrip((w) => {
          w.u8(7);
          w.u53(unsigned);
          w.i64(signed);
          w.string(text, 20);
          w.u16(65535);
          w.u32(0xffffffff);
        });
        expect(reader.u8(0)).toBe(7);
        expect(reader.u53(0)).toBe(unsigned);
        expect(reader.i64(0)).toBe(signed);
        expect(reader.string("", 20)).toBe(text);
        expect(reader.u16(0)).toBe(65535);
        expect(reader.u32(0)).toBe(0xffffffff);
        expect(reader.finished()).toBe(true);
      },
    ),
  );
});

test.each(["", ".", "..", "a/b", "a\0b", "x".repeat(256)])("the name %j passes neither way", (name) => {
  const memory = new Uint8Array(400);
  const writer = new Writer();
  writer.reset(memory, 0, 400);
  writer.name(name);
  expect(writer.failed).toBe(true);
  writer.reset(memory, 0, 400);
  writer.string(name, 300);
  const reader = new Reader();
  reader.reset(memory, 0, writer.position);
  expect(reader.name("")).toBe("");
  expect(reader.finished()).toBe(false);
});

test("what isn't exact in a double is refused", () => {
  const memory = new Uint8Array(8).fill(0xff);
  const reader = new Reader();
  reader.reset(memory, 0, 8);
  expect(reader.u53(0)).toBe(0);
  expect(reader.failed).toBe(true);
  reader.reset(memory, 0, 8);
  expect(reader.i64(0)).toBe(-1);
  memory[7] = 0x80;
  reader.reset(memory, 0, 8);
  expect(reader.i64(0)).toBe(0);
  expect(reader.failed).toBe(true);
});

test("a range outside the memory can be neither read nor written", () => {
  const memory = new Uint8Array(4);
  for (const [start, length] of [
    [-1, 2],
    [0, 5],
    [4, 1],
    [1, -1],
  ]) {
    const reader = new Reader();
    reader.reset(memory, start, length);
    expect(reader.u8(0)).toBe(0);
    expect(reader.failed).toBe(true);
    const writer = new Writer();
    writer.reset(memory, start, length);
    writer.u8(1);
    expect(writer.failed).toBe(true);
  }
  expect([...memory]).toEqual([0, 0, 0, 0]);
});

test("data in place is not copied, other data is", () => {
  const memory = new Uint8Array(16);
  const writer = new Writer();
  const span = new DataSpan();
  memory.set([1, 2, 3], 4);
  span.set(memory, 4, 3);
  writer.reset(memory, 0, 16);
  writer.data(span, 16);
  expect([...memory.subarray(0, 7)]).toEqual([3, 0, 0, 0, 1, 2, 3]);
  span.set(new Uint8Array([9, 8, 7]), 1, 2);
  writer.reset(memory, 0, 16);
  writer.data(span, 16);
  expect([...memory.subarray(0, 6)]).toEqual([2, 0, 0, 0, 8, 7]);
});
