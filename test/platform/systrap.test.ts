import { afterAll, beforeAll, expect, test } from "vitest";
import { buildGuest, type Outcome, TestKernel } from "./test_kernel.ts";

let kernel: TestKernel;

beforeAll(() => {
  kernel = new TestKernel(buildGuest());
});

afterAll(() => kernel.platform.shutdown());

function expectSuccess(outcome: Outcome): void {
  expect(outcome.died).toBe(null);
  expect(outcome.fault).toBe(null);
  expect(outcome.exitCode).toBe(0);
  expect(kernel.tasks).toBe(0);
}

test("system calls keep registers, vector state and the red zone", async () => {
  const outcome = await kernel.run(0, 20_000);
  expectSuccess(outcome);
  expect(outcome.output).toBe("hello\n");
});

test("bad addresses are EFAULT on the way in and on the way out", async () => {
  expectSuccess(await kernel.run(1));
});

test("mappings come and go as ordered", async () => {
  expectSuccess(await kernel.run(2, 500));
});

test("fork copies memory", async () => {
  expectSuccess(await kernel.run(3, 50));
});

test("threads share memory and private futexes", async () => {
  expectSuccess(await kernel.run(4, 20));
});

test("an interrupt ends a loop that makes no system call", async () => {
  const outcome = await kernel.run(5);
  expectSuccess(outcome);
  expect(outcome.interrupts).toEqual([false]);
});

test("an interrupt ends a wait in a host futex", async () => {
  const outcome = await kernel.run(6);
  expectSuccess(outcome);
  expect(outcome.interrupts).toEqual([true]);
});

test("a deadline wakes a parked thread, not early", async () => {
  const outcome = await kernel.run(7);
  expectSuccess(outcome);
  expect(outcome.elapsedMs).toBeGreaterThan(5);
});

test("a fault comes with its address", async () => {
  const outcome = await kernel.run(8);
  expect(outcome.fault).toMatchObject({ signal: 11, address: 0x123456, trapNumber: 14 });
});

test("a spinning thread doesn't keep another from the kernel", async () => {
  expectSuccess(await kernel.run(10));
});

test("the 32-bit system call instruction finds no kernel", async () => {
  expectSuccess(await kernel.run(13));
});

test("sites are rewritten under the feet of several threads", async () => {
  for (let round = 0; round < 10; round++) expectSuccess(await kernel.run(19, 300));
});

test("both shapes of sites are rewritten, and kept by fork", async () => {
  const { rewrittenSites, trampolineCalls } = kernel.platform.counters;
  expect(rewrittenSites).toBeGreaterThan(2);
  expect(trampolineCalls).toBeGreaterThan(10_000);
});
