import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeAll, expect, test } from "vitest";
import type { AddressSpace } from "../../services/sentry/platform/platform.ts";
import { parseMaps } from "../../services/sentry/platform/systrap/zygote.ts";
import { buildGuest, type Guest, TestKernel } from "./test_kernel.ts";

const CALLS_FOR_EVER = 11;
const LOOPS_FOR_EVER = 12;

let guest: Guest;
const kernels: TestKernel[] = [];

beforeAll(() => {
  guest = buildGuest();
});

afterEach(() => {
  for (const kernel of kernels.splice(0)) kernel.platform.shutdown();
});

function startKernel(onDeath?: (reason: string) => void): TestKernel {
  const kernel = new TestKernel(guest, { onDeath });
  kernels.push(kernel);
  return kernel;
}

function stubMaps(space: AddressSpace): ReturnType<typeof parseMaps> {
  return parseMaps(readFileSync(`/proc/${space.hostPid}/maps`, "latin1"));
}

/** The address of some `syscall; ret` in the stub's text. */
function findStubCall(space: AddressSpace): number {
  const text = stubMaps(space).find((range) => range.start >= 0x7ff0_0000_0000 && range.end - range.start === 0x1_0000);
  if (text === undefined) throw new Error("no stub text");
  const bytes = new Uint8Array(0x1_0000);
  space.forceRead(text.start, bytes, 0, bytes.length);
  const at = Buffer.from(bytes).indexOf(Buffer.from([0x0f, 0x05, 0xc3]));
  if (at < 0) throw new Error("no call in the stub text");
  return text.start + at;
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (condition()) return;
    await delay(10);
  }
  throw new Error(`never: ${what}`);
}

function isGone(pid: number): boolean {
  if (!existsSync(`/proc/${pid}`)) return true;
  return / Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
}

test("a stub holds no file but the arena, no capability, no other memory", async () => {
  const kernel = startKernel();
  let checked = false;
  const outcome = kernel.run(LOOPS_FOR_EVER, 0, (space) => {
    const status = readFileSync(`/proc/${space.hostPid}/status`, "latin1");
    expect(status).toMatch(/^CapEff:\t0+$/m);
    expect(status).toMatch(/^CapBnd:\t0+$/m);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    expect(status).toMatch(/^Seccomp:\t2$/m);
    const links = readdirSync(`/proc/${space.hostPid}/fd`);
    expect(links.length).toBeLessThanOrEqual(3);
    for (const range of stubMaps(space)) {
      if (range.start >= 0x7ff0_0000_0000) continue;
      expect(range.name.startsWith("/") && !range.name.startsWith("/memfd:")).toBe(false);
    }
    for (const kind of ["user", "pid", "net", "ipc", "uts", "mnt"]) {
      expect(readFileSync(`/proc/${space.hostPid}/status`, "latin1")).toContain("NSpid");
      expect(existsSync(`/proc/${space.hostPid}/ns/${kind}`)).toBe(true);
    }
    checked = true;
    setTimeout(() => process.kill(space.hostPid, "SIGKILL"), 10);
  });
  expect((await outcome).died).toContain("killed");
  expect(checked).toBe(true);
});

test("a host call through the stub's own text that nobody ordered kills the process, and only it", async () => {
  const kernel = startKernel();
  let space: AddressSpace | null = null;
  const first = kernel.run(0, 10, (s) => {
    space = s;
  });
  expect((await first).exitCode).toBe(0);
  expect(space).not.toBe(null);
  // The same text lies in every process.
  let call = 0;
  const probe = kernel.run(8, 0, (s) => {
    call = findStubCall(s);
  });
  await probe;
  const outcome = await kernel.run(9, call);
  expect(outcome.died).toContain("without an order");
  expect((await kernel.run(0, 10)).exitCode).toBe(0);
});

test.each([CALLS_FOR_EVER, LOOPS_FOR_EVER])("a killed stub is noticed (guest %i)", async (mode) => {
  const kernel = startKernel();
  const outcome = await kernel.run(mode, 0, (space) => {
    setTimeout(() => process.kill(space.hostPid, "SIGKILL"), 20);
  });
  expect(outcome.died).toContain("killed");
  expect((await kernel.run(0, 10)).exitCode).toBe(0);
});

test("slots that lie are survived", async () => {
  const kernel = startKernel();
  const outcome = await kernel.run(CALLS_FOR_EVER, 0, (space) => {
    const slots = stubMaps(space).find((range) => range.name.startsWith("/memfd:arena"));
    if (slots === undefined) throw new Error("no slots");
    const noise = Buffer.alloc(4096);
    let seed = 12345;
    const timer = setInterval(() => {
      for (let i = 0; i < noise.length; i++) {
        seed = (seed * 1103515245 + 12345) >>> 0;
        noise[i] = seed >>> 16;
      }
      if (space.forceWrite(slots.start, noise, 0, noise.length) === 0) clearInterval(timer);
    }, 1);
    setTimeout(() => {
      if (existsSync(`/proc/${space.hostPid}`)) process.kill(space.hostPid, "SIGKILL");
    }, 300);
  });
  expect(outcome.exitCode).not.toBe(0);
  expect((await kernel.run(0, 10)).exitCode).toBe(0);
});

test("without the zygote there are no stubs", async () => {
  let reason = "";
  const kernel = startKernel((text) => {
    reason = text;
  });
  let stub = 0;
  const ready = new Promise<void>((resolve) => {
    void kernel.run(LOOPS_FOR_EVER, 0, (space) => {
      stub = space.hostPid;
      resolve();
    });
  });
  await ready;
  const zygote = Number(/^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${stub}/status`, "latin1"))?.[1]);
  process.kill(zygote, "SIGKILL");
  await until(() => reason !== "", "the zygote's death is reported");
  await until(() => isGone(stub), "the stub goes with the zygote");
});

test("without the sentry there are neither zygote nor stubs", async () => {
  const sentry: ChildProcess = spawn(process.execPath, [path.join(import.meta.dirname, "lonely_sentry.ts")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const stub = await new Promise<number>((resolve) => {
    sentry.stdout?.on("data", (text: Buffer) => resolve(Number(text.toString())));
  });
  const zygote = Number(/^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${stub}/status`, "latin1"))?.[1]);
  expect(isGone(stub)).toBe(false);
  sentry.kill("SIGKILL");
  await until(() => isGone(stub) && isGone(zygote), "zygote and stubs go with the sentry");
});

test("a thousand forks leave nothing behind", async () => {
  const kernel = startKernel();
  await kernel.run(3, 10);
  await delay(50);
  const fdsBefore = readdirSync("/proc/self/fd").length;
  let zygote = 0;
  const outcome = await kernel.run(3, 1000, (space) => {
    zygote = Number(/^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${space.hostPid}/status`, "latin1"))?.[1]);
  });
  expect(outcome.exitCode).toBe(0);
  await delay(100);
  expect(readdirSync("/proc/self/fd").length).toBeLessThanOrEqual(fdsBefore + 2);
  const children = readFileSync(`/proc/${zygote}/task/${zygote}/children`, "latin1").trim().split(" ");
  expect(children.length).toBeLessThanOrEqual(3);
});
