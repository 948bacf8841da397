import { describe, expect, test } from "vitest";
import { EAGAIN, EINVAL } from "../../../shared/abi/errno.ts";
import { POLLERR, POLLIN, POLLOUT } from "../../../shared/abi/poll.ts";
import type { VfsContext } from "../vfs/types.ts";
import { EventFile } from "./eventfd.ts";

const context = {} as VfsContext;
const memory = new Uint8Array(16);
const view = new DataView(memory.buffer);

function write(file: EventFile, value: bigint): number {
  view.setBigUint64(0, value, true);
  return file.write(context, memory, 0, 8);
}

function read(file: EventFile): bigint | number {
  const n = file.read(context, memory, 0, 8);
  return n === 8 ? view.getBigUint64(0, true) : n;
}

describe("eventfd", () => {
  test("adds, and a read takes all", () => {
    const file = new EventFile(3, false, 0);
    expect(write(file, 5n)).toBe(8);
    expect(read(file)).toBe(8n);
    expect(read(file)).toBe(-EAGAIN);
  });

  test("a semaphore gives one at a time, over the border of the halves", () => {
    const file = new EventFile(0, true, 0);
    write(file, 0x1_0000_0000n);
    expect(read(file)).toBe(1n);
    expect(file.countHex).toBe("ffffffff");
  });

  test("counts to 2^64-2 and no further", () => {
    const file = new EventFile(0, false, 0);
    expect(write(file, 0xffff_ffff_ffff_ffffn)).toBe(-EINVAL);
    expect(write(file, 0xffff_ffff_ffff_fffen)).toBe(8);
    expect(file.readiness() & POLLOUT).toBe(0);
    expect(write(file, 1n)).toBe(-EAGAIN);
    expect(write(file, 0n)).toBe(8);
    file.signal();
    expect(file.readiness() & POLLERR).toBe(POLLERR);
    expect(read(file)).toBe(0xffff_ffff_ffff_ffffn);
    expect(file.readiness() & (POLLIN | POLLOUT)).toBe(POLLOUT);
  });

  test("short buffers", () => {
    const file = new EventFile(1, false, 0);
    expect(file.read(context, memory, 0, 7)).toBe(-EINVAL);
    expect(file.write(context, memory, 0, 7)).toBe(-EINVAL);
  });
});
