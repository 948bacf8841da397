import { expect, test } from "vitest";
import { isKernelAtLeast, missingForSystrap } from "./platform_support_native.ts";

test.each([
  ["6.18.44-generic", true],
  ["5.19", true],
  ["5.18.99", false],
  ["4.99.0", false],
])("%s is new enough: %s", (version, is) => {
  expect(isKernelAtLeast(version, [5, 19])).toBe(is);
});

test("what is missing here is told in words", () => {
  expect(missingForSystrap()).toEqual(expect.any(Array));
});
