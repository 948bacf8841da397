import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { WINDOW_TAIL_BYTES } from "../platform.ts";
import * as layout from "./layout.ts";

const header = readFileSync(path.join(import.meta.dirname, "../../../../native/stub/layout.h"), "utf8");

test("the numbers are those of the stub's header", () => {
  const inHeader = new Map<string, number>();
  for (const [, name, value] of header.matchAll(/^#define (\w+) (0x[0-9a-fA-F]+|\d+)$/gm))
    inHeader.set(name, Number(value));
  for (const [name, value] of Object.entries(layout)) expect([name, inHeader.get(name)]).toEqual([name, value]);
  for (const name of inHeader.keys()) {
    if (!name.startsWith("IMAGE_")) expect(layout).toHaveProperty(name);
  }
});

test("pieces and lists don't overlap", () => {
  expect(layout.TEXT_OFFSET + layout.TEXT_SIZE).toBeLessThanOrEqual(layout.SHARED_OFFSET);
  expect(layout.SHARED_PLANS + layout.PLAN_COUNT * layout.PLAN_SIZE).toBeLessThanOrEqual(layout.SHARED_SIZE);
  expect(layout.SHARED_OFFSET + layout.SHARED_SIZE).toBeLessThanOrEqual(layout.THUNKS_OFFSET);
  expect(layout.SLOTS_OFFSET + layout.SLOTS_SIZE).toBeLessThanOrEqual(layout.AREAS_OFFSET);
  expect(layout.AREAS_OFFSET + layout.AREAS_SIZE).toBe(layout.IMAGE_SPAN);
  expect(layout.MAX_THREADS * layout.SLOT_SIZE).toBe(layout.SLOTS_SIZE);
  expect(layout.MAX_THREADS * layout.AREA_SIZE).toBe(layout.AREAS_SIZE);
  expect(layout.CHUNK_SLOTS * layout.SLOT_SIZE).toBe(layout.CHUNK_SIZE);
  expect(layout.SLOT_REGISTERS + 23 * 8).toBe(layout.SLOT_FS_BASE);
  expect(layout.SLOT_PREFETCHES + layout.MAX_PREFETCHES * layout.PREFETCH_SIZE).toBe(layout.SLOT_COPY_OUTS);
  expect(layout.SLOT_COPY_OUTS + layout.MAX_COPY_OUTS * layout.COPY_OUT_SIZE).toBe(layout.SLOT_OPS);
  expect(layout.SLOT_OPS + layout.MAX_OPS * layout.OP_SIZE).toBe(layout.SLOT_HEADER_SIZE);
});

test("the window's tail is the border's", () => {
  expect(layout.WINDOW_TAIL).toBe(WINDOW_TAIL_BYTES);
});
