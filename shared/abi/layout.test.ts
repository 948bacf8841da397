import fc from "fast-check";
import { expect, test } from "vitest";
import { Bytes, I64, pad, struct, U8, U16BE, U32, U53 } from "./layout.ts";

const SAMPLE = struct(
  32,
  { small: new U8(1), size: new U53(3), offset: new I64(11), name: new Bytes(20, 12) },
  pad(0, 1),
  pad(2, 1),
  pad(19, 1),
);

test("a hole, an overlap and a wrong size are refused at load", () => {
  expect(() => struct(8, { a: new U32(4) })).toThrow(/hole from 0 to 4/);
  expect(() => struct(8, { a: new U53(0), b: new U32(4) })).toThrow(/overlaps/);
  expect(() => struct(12, { a: new U53(0) })).toThrow(/end at 8/);
  expect(() => struct(1, { zero: new U8(0) })).toThrow(/may not be called/);
});

test("64-bit fields are exact at any alignment", () => {
  const view = new DataView(new ArrayBuffer(40));
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.maxSafeInteger(), fc.nat(8), (unsigned, signed, base) => {
      SAMPLE.size.write(view, base, unsigned);
      SAMPLE.offset.write(view, base, signed);
      expect(SAMPLE.size.read(view, base)).toBe(unsigned);
      expect(SAMPLE.offset.read(view, base)).toBe(signed);
      expect(view.getBigUint64(base + 3, true)).toBe(BigInt(unsigned));
      expect(view.getBigInt64(base + 11, true)).toBe(BigInt(signed));
    }),
  );
});

test("all ones reads as 2^64 and is written back as all ones", () => {
  const view = new DataView(new ArrayBuffer(8));
  const field = new U53(0);
  view.setBigUint64(0, 0xffff_ffff_ffff_ffffn, true);
  const value = field.read(view, 0);
  expect(value).toBe(2 ** 64);
  field.write(view, 0, 0);
  field.write(view, 0, value);
  expect(view.getBigUint64(0, true)).toBe(0xffff_ffff_ffff_ffffn);
  field.write(view, 0, -1);
  expect(view.getBigUint64(0, true)).toBe(0xffff_ffff_ffff_ffffn);
});

test("strings are cut before the NUL and leave nothing behind", () => {
  const bytes = new Uint8Array(40).fill(0xaa);
  const view = new DataView(bytes.buffer);
  SAMPLE.name.writeCString(view, 0, "a name that is too long");
  expect(SAMPLE.name.readCString(view, 0)).toBe("a name that");
  SAMPLE.name.writeCString(view, 0, "\xe9");
  expect([...bytes.subarray(20, 32)]).toEqual([0xe9, ...new Array(11).fill(0)]);
  SAMPLE.zero(view, 0);
  expect(bytes.subarray(0, 33).every((b, i) => b === (i < 32 ? 0 : 0xaa))).toBe(true);
});

test("network order", () => {
  const view = new DataView(new ArrayBuffer(2));
  new U16BE(0).write(view, 0, 80);
  expect([view.getUint8(0), view.getUint8(1)]).toEqual([0, 80]);
});
