import { spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { EBADF } from "../shared/abi/errno.ts";
import { SYS_close, SYS_getpid, SYS_lseek } from "../shared/abi/syscall_numbers.ts";
import {
  close,
  compileSeccomp,
  cString,
  memfdCreate,
  POLLER_READABLE,
  Poller,
  peerCredentials,
  pread,
  preadv,
  pwrite,
  pwritev,
  read,
  recvFds,
  sendFds,
  socketpair,
  syscall,
  write,
} from "./host.ts";

const SOCK_STREAM = 1;

function pairOf(type: number): [number, number] {
  const pair = socketpair(type);
  if (typeof pair === "number") throw new Error(`socketpair: ${pair}`);
  return pair;
}

test("syscall() gives results and negative errnos", () => {
  expect(syscall(SYS_getpid)).toBe(process.pid);
  expect(syscall(SYS_close, 999_999)).toBe(-EBADF);
});

test("numbers beyond 32 bits and negative ones arrive whole", () => {
  const fd = memfdCreate("lseek", 1);
  expect(syscall(SYS_lseek, fd, 2 ** 40 + 3, 0)).toBe(2 ** 40 + 3);
  expect(syscall(SYS_lseek, fd, -(2 ** 40), 1)).toBe(3);
  close(fd);
});

test("reads and writes use the middle of shared memory, and check it", () => {
  const memory = new Uint8Array(new SharedArrayBuffer(64));
  memory.set(Buffer.from("hello"), 10);
  const fd = memfdCreate("io", 1);
  expect(pwrite(fd, memory, 10, 5, 2 ** 33)).toBe(5);
  expect(pread(fd, memory, 40, 5, 2 ** 33)).toBe(5);
  expect(Buffer.from(memory.slice(40, 45)).toString()).toBe("hello");
  expect(() => pread(fd, memory, 60, 5, 0)).toThrow(RangeError);
  expect(() => pread(fd, memory, -1, 5, 0)).toThrow(RangeError);
  const segments = new Float64Array([12, 3, 10, 2]);
  expect(pwritev(fd, memory, segments, 2, 0)).toBe(5);
  expect(preadv(fd, memory, new Float64Array([0, 5]), 1, 0)).toBe(5);
  expect(Buffer.from(memory.slice(0, 5)).toString()).toBe("llohe");
  close(fd);
});

test("descriptors travel over a socket pair", () => {
  const [a, b] = pairOf(SOCK_STREAM);
  const file = openSync("/proc/self/comm", "r");
  const memory = new Uint8Array(16);
  memory.set(cString("take"), 0);
  expect(sendFds(a, memory, 0, 5, [file, file])).toBe(5);
  const out = new Int32Array(4);
  const received = new Uint8Array(32);
  expect(recvFds(b, received, 8, 24, out)).toBe(5);
  expect(out[0]).toBe(2);
  expect(read(out[1], received, 0, 4)).toBe(4);
  // Too many for the receiver: none survives.
  expect(sendFds(a, memory, 0, 5, [file, file])).toBe(5);
  expect(recvFds(b, received, 0, 5, new Int32Array(2))).toBeLessThan(0);
  for (const fd of [a, b, out[1], out[2]]) close(fd);
  closeSync(file);
});

test("a socket's peer is known", () => {
  const [a, b] = pairOf(SOCK_STREAM);
  expect(peerCredentials(a)).toEqual({ pid: process.pid, uid: process.getuid!(), gid: process.getgid!() });
  close(a);
  close(b);
});

test("a poller reports readiness and stops when closed", async () => {
  const [a, b] = pairOf(SOCK_STREAM);
  let poller: Poller | number = 0;
  const events = await new Promise<number>((resolve) => {
    poller = Poller.watch(b, POLLER_READABLE, resolve);
    write(a, new Uint8Array([1]), 0, 1);
  });
  expect(events).toBe(POLLER_READABLE);
  (poller as unknown as Poller).close();
  (poller as unknown as Poller).close();
  close(a);
  close(b);
});

test("a compiled allow-list is enforced on all threads, after capabilities are gone", () => {
  const script = `
    import { readdirSync, readFileSync } from "node:fs";
    import { compileSeccomp, dropEverywhere, openTaskDirectory, syscall } from ${JSON.stringify(new URL("./host.ts", import.meta.url).pathname)};
    const all = Array.from({ length: 470 }, (_, nr) => nr).filter((nr) => nr !== 99 && nr !== 63);
    const status = dropEverywhere([12], compileSeccomp(all.slice(0, 40).concat(all.slice(41)), { errno: 77 }), openTaskDirectory());
    const threads = readdirSync("/proc/self/task").map((tid) => readFileSync("/proc/self/task/" + tid + "/status", "latin1"));
    const count = (pattern) => threads.filter((text) => pattern.test(text)).length === threads.length;
    console.log(JSON.stringify([status, threads.length > 1, count(/NoNewPrivs:\\t1/), count(/Seccomp:\\t2/), count(/CapEff:\\t0{12,13}[01]000/), count(/CapBnd:\\t0{12}[01]000/), syscall(99, new Uint8Array(128)), syscall(63, new Uint8Array(512)), syscall(39) > 0]));
  `;
  const run = spawnSync(process.execPath, ["--input-type=module-typescript", "-e", script], { encoding: "utf8" });
  expect(run.stderr).toBe("");
  const root = readFileSync("/proc/self/status", "latin1").includes("CapEff:\t00000");
  expect(JSON.parse(run.stdout)).toEqual([0, true, true, true, true, !root || true, -77, -77, true]);
});

test("an allow-list allows what is on it and nothing else", () => {
  const numbers = [0, 1, 3, 9, 39, 60, 202, 231, 435];
  const program = compileSeccomp(numbers, "kill");
  for (let nr = 0; nr < 470; nr++) expect(runBpf(program, nr)).toBe(numbers.includes(nr) ? 0x7fff0000 : 0x80000000);
  expect(runBpf(program, 0x4000_0000)).toBe(0x80000000);
  expect(runBpf(program, 0, 0x40000003)).toBe(0x80000000);
});

/** The few instructions that compileSeccomp uses. */
function runBpf(program: Uint8Array, nr: number, arch = 0xc000003e): number {
  const view = new DataView(program.buffer);
  let accumulator = 0;
  for (let pc = 0; ; pc++) {
    const code = view.getUint16(pc * 8, true);
    const k = view.getUint32(pc * 8 + 4, true);
    if (code === 0x20) accumulator = k === 0 ? nr : arch;
    else if (code === 0x06) return k;
    else if (code === 0x05) pc += k;
    else if (code === 0x15) pc += accumulator === k ? program[pc * 8 + 2] : program[pc * 8 + 3];
    else if (code === 0x35) pc += accumulator >= k ? program[pc * 8 + 2] : program[pc * 8 + 3];
    else throw new Error(`unexpected instruction ${code}`);
  }
}
