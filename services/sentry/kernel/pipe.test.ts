import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EAGAIN, EBUSY, EPERM, EPIPE } from "../../../shared/abi/errno.ts";
import { O_DIRECT } from "../../../shared/abi/fcntl.ts";
import { POLLERR, POLLHUP, POLLIN, POLLOUT } from "../../../shared/abi/poll.ts";
import { DEFAULT_PIPE_CAPACITY, Pipe } from "./pipe.ts";

function open(): Pipe {
  const pipe = new Pipe();
  pipe.addReader();
  pipe.addWriter();
  return pipe;
}

function bytes(length: number, from = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (from + i) & 0xff);
}

describe("Pipe", () => {
  test("is a queue of bytes, whatever the sizes", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 9000 }))), (steps) => {
        const pipe = open();
        const memory = new Uint8Array(9000);
        let written = 0;
        let read = 0;
        for (const [writes, size] of steps) {
          if (writes) {
            const n = pipe.write(bytes(size, written), 0, size, 0);
            if (n > 0) written += n;
            else expect(n).toBe(-EAGAIN);
          } else {
            const n = pipe.read(memory, 0, size);
            if (n === -EAGAIN) {
              expect(read).toBe(written);
              continue;
            }
            expect(memory.subarray(0, n)).toEqual(bytes(n, read));
            read += n;
          }
          expect(pipe.length).toBe(written - read);
          expect(pipe.length).toBeLessThanOrEqual(DEFAULT_PIPE_CAPACITY);
        }
      }),
    );
  });

  test("a write of up to PIPE_BUF is whole or not at all; a larger one is cut", () => {
    const pipe = open();
    expect(pipe.write(bytes(65000), 0, 65000, 0)).toBe(65000);
    expect(pipe.write(bytes(4096), 0, 4096, 0)).toBe(-EAGAIN);
    expect(pipe.write(bytes(5000), 0, 5000, 0)).toBe(536);
    expect(pipe.write(bytes(5000), 0, 5000, 0)).toBe(-EAGAIN);
  });

  test("packets keep their bounds; what is not read of one is lost", () => {
    const pipe = open();
    const memory = new Uint8Array(10000);
    expect(pipe.write(bytes(10), 0, 10, O_DIRECT)).toBe(10);
    expect(pipe.write(bytes(5000), 0, 5000, O_DIRECT)).toBe(5000);
    expect(pipe.read(memory, 0, 4)).toBe(4);
    expect(pipe.read(memory, 0, 10000)).toBe(4096);
    expect(pipe.read(memory, 0, 10000)).toBe(904);
    expect(pipe.length).toBe(0);
  });

  test("ends: no writer is the end of file, no reader is EPIPE", () => {
    const pipe = open();
    pipe.write(bytes(3), 0, 3, 0);
    expect(pipe.readiness(true, false) & POLLHUP).toBe(0);
    pipe.removeWriter();
    expect(pipe.readiness(true, false)).toBe(POLLIN | 0x40 | POLLHUP);
    const memory = new Uint8Array(8);
    expect(pipe.read(memory, 0, 8)).toBe(3);
    expect(pipe.read(memory, 0, 8)).toBe(0);
    pipe.addWriter();
    pipe.removeReader();
    expect(pipe.write(bytes(1), 0, 1, 0)).toBe(-EPIPE);
    expect(pipe.write(bytes(1), 0, 0, 0)).toBe(0);
    expect(pipe.readiness(false, true) & POLLERR).toBe(POLLERR);
  });

  test("capacity", () => {
    const pipe = open();
    expect(pipe.setCapacity(100, false)).toBe(4096);
    pipe.write(bytes(4096), 0, 4096, 0);
    expect(pipe.readiness(false, true) & POLLOUT).toBe(0);
    expect(pipe.setCapacity(100_000, false)).toBe(131072);
    expect(pipe.setCapacity(2 << 20, false)).toBe(-EPERM);
    expect(pipe.setCapacity(2 << 20, true)).toBe(2 << 20);
    pipe.write(bytes(100), 0, 100, 0);
    expect(pipe.setCapacity(4096, false)).toBe(-EBUSY);
  });

  test("peek takes nothing", () => {
    const pipe = open();
    const memory = new Uint8Array(8);
    pipe.write(bytes(4), 0, 4, 0);
    expect(pipe.peek(memory, 0, 8, 1)).toBe(3);
    expect(memory.subarray(0, 3)).toEqual(bytes(3, 1));
    expect(pipe.length).toBe(4);
  });
});
