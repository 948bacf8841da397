import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, beforeEach, expect, test } from "vitest";
import { close, memfdCreate, socketpair, syscall } from "../../native/host.ts";
import { EAGAIN, EPIPE } from "../../shared/abi/errno.ts";
import { SOCK_SEQPACKET } from "../../shared/abi/socket.ts";
import { SYS_ftruncate } from "../../shared/abi/syscall_numbers.ts";
import { Area } from "../../shared/flipcall/area_native.ts";
import { FlipcallClient } from "../../shared/flipcall/client_native.ts";
import { FLIPCALL_AREA_BYTES } from "../../shared/flipcall/layout.ts";
import { FdChannel } from "../../shared/p9/fd_channel_native.ts";

let server: ChildProcess;
let client: FlipcallClient;
let channel: FdChannel;
let memfd = -1;

beforeEach(() => {
  memfd = memfdCreate("flipcall", 0);
  expect(syscall(SYS_ftruncate, memfd, FLIPCALL_AREA_BYTES)).toBe(0);
  const pair = socketpair(SOCK_SEQPACKET) as [number, number];
  const program = new URL("server.ts", import.meta.url).pathname;
  server = spawn(process.execPath, [program], { stdio: ["ignore", "inherit", "inherit", memfd, pair[1]] });
  close(pair[1]);
  channel = new FdChannel(pair[0]);
  client = new FlipcallClient(Area.map(memfd) as Area, () => channel.isPeerAlive());
});

afterEach(() => {
  server.kill("SIGKILL");
  channel.close();
  close(memfd);
});

function call(byte: number, length: number): number {
  client.memory.fill(byte, client.offset, client.offset + length);
  return client.call(length);
}

test("calls come back, short and long, in a row and after a pause", async () => {
  for (let i = 0; i < 3000; i++) {
    expect(call(i % 40, 1 + (i % 9))).toBe(1 + (i % 9));
    expect(client.memory[client.offset]).toBe((i % 40) + 1);
  }
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(call(1, client.capacity)).toBe(client.capacity);
  expect(client.memory[client.offset + client.capacity - 1]).toBe(2);
});

test("a descriptor is there when its call has returned", () => {
  expect(channel.receiveFd(1234)).toBe(-EAGAIN);
  expect(call(50, 1)).toBe(1);
  const fd = channel.receiveFd(1234);
  expect(fd).toBeGreaterThan(0);
  close(fd);
  // One that nobody took is not mistaken for another.
  expect(call(50, 1)).toBe(1);
  expect(channel.receiveFd(77)).toBe(-EAGAIN);
});

test("a server that dies in a call ends it", async () => {
  expect(call(1, 1)).toBe(1);
  expect(call(99, 1)).toBe(-EPIPE);
  if (server.exitCode === null) await once(server, "exit");
  expect(server.exitCode).toBe(7);
});

test("a server leaves when its client breaks the protocol", async () => {
  expect(call(1, 1)).toBe(1);
  expect(client.call(-5)).toBe(-EPIPE);
  if (server.exitCode === null) await once(server, "exit");
  expect(server.exitCode).toBe(0);
});
