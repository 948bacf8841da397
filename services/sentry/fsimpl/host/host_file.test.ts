import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { syscall } from "../../../../native/host.ts";
import { EAGAIN, EPIPE, ESPIPE } from "../../../../shared/abi/errno.ts";
import { O_RDONLY, O_RDWR, O_WRONLY } from "../../../../shared/abi/fcntl.ts";
import { POLLHUP, POLLIN } from "../../../../shared/abi/poll.ts";
import { SYS_fcntl, SYS_pipe2 } from "../../../../shared/abi/syscall_numbers.ts";
import { Waiter } from "../../../../shared/waiter/wait_queue.ts";
import type { VfsContext } from "../../vfs/types.ts";
import { HostFile } from "./host_file.ts";

const context = {} as VfsContext;
const F_GETFL = 3;
const O_NONBLOCK = 0x800;

function pipe(): [number, number] {
  const fds = new Int32Array(2);
  expect(syscall(SYS_pipe2, fds, 0)).toBe(0);
  return [fds[0], fds[1]];
}

function adopt(fd: number, flags: number): HostFile {
  const file = HostFile.adopt(fd, flags);
  if (typeof file === "number") throw new Error(`errno ${file}`);
  return file;
}

class Promised extends Waiter {
  #tell: (events: number) => void = () => {};
  readonly events = new Promise<number>((resolve) => {
    this.#tell = resolve;
  });
  override onReady(events: number): boolean {
    this.#tell(events);
    return true;
  }
}

describe("HostFile", () => {
  test("reads a pipe without waiting and without changing its flags, and hears when it becomes ready", async () => {
    const [readEnd, writeEnd] = pipe();
    const file = adopt(readEnd, O_RDONLY);
    const bytes = new Uint8Array(8);
    expect(file.read(context, bytes, 0, 8)).toBe(-EAGAIN);
    expect(file.readiness() & POLLIN).toBe(0);
    expect(syscall(SYS_fcntl, readEnd, F_GETFL, 0) & O_NONBLOCK).toBe(0);
    const waiter = new Promised();
    file.waiters?.add(waiter, POLLIN);
    fs.writeSync(writeEnd, "abc");
    expect((await waiter.events) & POLLIN).toBe(POLLIN);
    expect(file.read(context, bytes, 1, 7)).toBe(3);
    expect(Buffer.from(bytes).toString("latin1", 1, 4)).toBe("abc");
    fs.closeSync(writeEnd);
    expect(file.readiness() & POLLHUP).toBe(POLLHUP);
    expect(file.read(context, bytes, 0, 8)).toBe(0);
    expect(file.pread(context, bytes, 0, 8, 0)).toBe(-ESPIPE);
    file.dropReference();
    expect(() => fs.fstatSync(readEnd)).toThrow("EBADF");
  });

  test("a full pipe answers EAGAIN, one without a reader EPIPE", () => {
    const [readEnd, writeEnd] = pipe();
    const file = adopt(writeEnd, O_WRONLY);
    const bytes = new Uint8Array(1 << 20);
    expect(file.write(context, bytes, 0, bytes.length)).toBe(65536);
    expect(file.write(context, bytes, 0, bytes.length)).toBe(-EAGAIN);
    fs.closeSync(readEnd);
    expect(file.write(context, bytes, 0, 1)).toBe(-EPIPE);
    file.dropReference();
  });

  test("a regular file keeps its offset in the host", () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "host-file-"));
    const fd = fs.openSync(path.join(directory, "f"), "w+");
    const file = adopt(fd, O_RDWR);
    expect(file.write(context, Buffer.from("hello"), 0, 5)).toBe(5);
    expect(file.seek(context, 1, 0)).toBe(1);
    const bytes = new Uint8Array(8);
    expect(file.read(context, bytes, 0, 8)).toBe(4);
    expect(file.waiters).toBeNull();
    file.dropReference();
    fs.rmSync(directory, { recursive: true });
  });
});
