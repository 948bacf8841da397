import { describe, expect, test, vi } from "vitest";
import { EAGAIN, EIDRM, ERANGE } from "../../../../shared/abi/errno.ts";
import { IPC_NOWAIT, SEM_UNDO, SEMVMX } from "../../../../shared/abi/ipc.ts";
import { Credentials } from "../../vfs/credentials.ts";
import { MUST_WAIT, PendingOperations, SemaphoreSet } from "./semaphore_set.ts";

const PID = 10;

function setOf(...values: number[]): SemaphoreSet {
  const set = new SemaphoreSet(0, 0o600, values.length, Credentials.root(), () => 1000);
  set.setValues(0, values, 1);
  return set;
}

type Step = readonly [number: number, change: number, flags?: number];

function operations(steps: readonly Step[], process: object = {}, wake: () => void = () => {}): PendingOperations {
  return new PendingOperations(
    steps.map(([number, change, flags]) => ({ number, change, flags: flags ?? 0 })),
    PID,
    process,
    wake,
  );
}

describe("operations on a set", () => {
  test("all are done, or none", () => {
    const set = setOf(1, 0, 5);
    const both = operations([
      [0, 2],
      [2, -6, IPC_NOWAIT],
    ]);
    expect(set.operate(both)).toBe(-EAGAIN);
    expect([...set.values]).toEqual([1, 0, 5]);
    expect(set.pids[0]).toBe(1);
    expect(
      set.operate(
        operations([
          [0, 2],
          [2, -5],
        ]),
      ),
    ).toBe(0);
    expect([...set.values]).toEqual([3, 0, 0]);
    expect(set.pids[0]).toBe(PID);
  });

  test("a value doesn't pass the limit", () => {
    const set = setOf(SEMVMX);
    expect(set.operate(operations([[0, 1]]))).toBe(-ERANGE);
    expect(set.setValues(0, [SEMVMX + 1], 1)).toBe(-ERANGE);
  });

  test("what waits is done by whoever makes it possible, first come first served", () => {
    const set = setOf(0);
    const wakeFirst = vi.fn();
    const first = operations([[0, -1]], {}, wakeFirst);
    const second = operations([[0, -1]]);
    for (const waiting of [first, second]) {
      expect(set.operate(waiting)).toBe(MUST_WAIT);
      set.addPending(waiting);
    }
    expect(set.waitersOf(0, false)).toBe(2);
    expect(set.operate(operations([[0, 1]]))).toBe(0);
    expect(first.result).toBe(0);
    expect(wakeFirst).toHaveBeenCalledOnce();
    expect(second.result).toBe(MUST_WAIT);
    expect(set.values[0]).toBe(0);
  });

  test("a wait for zero counts as such, and doesn't change anything", () => {
    const set = setOf(1);
    const forZero = operations([[0, 0]]);
    expect(set.operate(forZero)).toBe(MUST_WAIT);
    set.addPending(forZero);
    expect([set.waitersOf(0, false), set.waitersOf(0, true)]).toEqual([0, 1]);
    set.operate(operations([[0, -1]]));
    expect(forZero.result).toBe(0);
  });

  test("one that is done makes the next possible", () => {
    const set = setOf(0, 0);
    const last = operations([[1, -1]]);
    const chain = operations([
      [0, -1],
      [1, 1],
    ]);
    for (const waiting of [last, chain]) {
      set.operate(waiting);
      set.addPending(waiting);
    }
    set.operate(operations([[0, 1]]));
    expect([last.result, chain.result]).toEqual([0, 0]);
    expect([...set.values]).toEqual([0, 0]);
  });

  test("the end of a process takes back what it did with SEM_UNDO, and nothing else", () => {
    const set = setOf(3, 3);
    const process = {};
    set.operate(
      operations(
        [
          [0, -2, SEM_UNDO],
          [1, -1],
        ],
        process,
      ),
    );
    const waiting = operations([[0, -3]]);
    set.operate(waiting);
    set.addPending(waiting);
    set.undo(process, PID);
    expect(waiting.result).toBe(0);
    expect([...set.values]).toEqual([0, 2]);
    set.undo(process, PID);
    expect([...set.values]).toEqual([0, 2]);
  });

  test("SETVAL forgets what is to be undone", () => {
    const set = setOf(3);
    const process = {};
    set.operate(operations([[0, -2, SEM_UNDO]], process));
    set.setValues(0, [7], 1);
    set.undo(process, PID);
    expect(set.values[0]).toBe(7);
  });

  test("a failed list leaves no adjustment behind", () => {
    const set = setOf(1, 0);
    const process = {};
    expect(
      set.operate(
        operations(
          [
            [0, -1, SEM_UNDO],
            [1, -1, IPC_NOWAIT],
          ],
          process,
        ),
      ),
    ).toBe(-EAGAIN);
    set.undo(process, PID);
    expect([...set.values]).toEqual([1, 0]);
  });

  test("removal tells everybody", () => {
    const set = setOf(0);
    const waiting = operations([[0, -1]]);
    set.operate(waiting);
    set.addPending(waiting);
    set.onRemoved();
    expect(waiting.result).toBe(-EIDRM);
  });
});
