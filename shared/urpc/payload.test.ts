import fc from "fast-check";
import { expect, test } from "vitest";
import { decodePayload, encodePayload, isPlainMsgpack } from "./payload.ts";

const plain = fc.jsonValue({ maxDepth: 6 });

test("values come back as they were", () => {
  fc.assert(
    fc.property(plain, (value) => {
      // Maps have no key __proto__: msgpackr renames it.
      fc.pre(!JSON.stringify(value).includes("__proto__"));
      expect(decodePayload(encodePayload(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test("big numbers, infinities and byte strings survive", () => {
  const value = {
    position: 2 ** 53 - 1,
    soft: Number.POSITIVE_INFINITY,
    bytes: Buffer.from([1, 2, 255]),
    name: "\xff\x80",
  };
  const decoded = decodePayload(encodePayload(value)) as typeof value;
  expect(decoded).toEqual({ ...value, bytes: expect.anything() });
  expect([...decoded.bytes]).toEqual([1, 2, 255]);
});

test("arbitrary bytes are decoded or refused, and what is decoded is plain", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const value = decodePayload(bytes);
      if (isPlainMsgpack(bytes)) expect(value).not.toBe(undefined);
      else expect(value).toBe(undefined);
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ["nothing", []],
  ["two values", [0xc0, 0xc0]],
  ["an extension (RegExp)", [0xd6, 0x78, 0x92, 0xa1, 0x61, 0xa0]],
  ["an array longer than the bytes", [0xdd, 0xff, 0xff, 0xff, 0xff]],
  ["a map longer than the bytes", [0xdf, 0xff, 0xff, 0xff, 0xff]],
  ["a string longer than the bytes", [0xdb, 0xff, 0xff, 0xff, 0xff, 0x61]],
  ["a key that is no string", [0x81, 0x90, 0x01]],
  ["nesting without end", Array(100).fill(0x91)],
  ["a reserved byte", [0xc1]],
])("%s is refused", (_what, bytes) => {
  expect(decodePayload(Uint8Array.from(bytes))).toBe(undefined);
});

test("__proto__ as a key pollutes nothing", () => {
  const bytes = Buffer.concat([
    Buffer.from([0x81, 0xa9]),
    Buffer.from("__proto__"),
    Buffer.from([0x81, 0xa1, 0x78, 0x01]),
  ]);
  const value = decodePayload(bytes) as Record<string, unknown>;
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  expect(value.x).toBe(undefined);
});
