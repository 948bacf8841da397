import { expect, test } from "vitest";
import { FutexTable, FutexWaiter } from "./futex.ts";
import type { Task } from "./task.ts";

const memory = {};
const at = (offset: number): { object: object; offset: number } => ({ object: memory, offset });

function waiter(table: FutexTable, offset: number, bitset = -1, isPi = false): FutexWaiter {
  const one = new FutexWaiter({ wake() {} } as unknown as Task, bitset, Number.POSITIVE_INFINITY, isPi);
  table.add(at(offset), one);
  return one;
}

test("wakes in order of arrival, by key and bitset", () => {
  const table = new FutexTable();
  const [a, b, c] = [waiter(table, 0), waiter(table, 0, 2), waiter(table, 4)];
  expect(table.wake(at(0), 1, -1)).toBe(1);
  expect([a.isWoken, b.isWoken, c.isWoken]).toEqual([true, false, false]);
  expect(table.wake(at(0), 9, 1)).toBe(0);
  expect(table.wake(at(0), 9, 2)).toBe(1);
  expect(table.wake({ object: {}, offset: 4 }, 9, -1)).toBe(0);
  expect(table.wake(at(4), 9, -1)).toBe(1);
});

test("requeue wakes some and moves others, who then wait on the other word", () => {
  const table = new FutexTable();
  const waiters = [0, 0, 0, 0].map((offset) => waiter(table, offset));
  expect(table.requeue(at(0), at(8), 1, 2)).toEqual([1, 2]);
  expect(table.wake(at(8), 9, -1)).toBe(2);
  expect(waiters.map((one) => one.isWoken)).toEqual([true, true, true, false]);
  table.remove(waiters[3]);
  expect(table.wake(at(0), 9, -1)).toBe(0);
});

test("a PI lock goes to one waiter at a time, and says whether more wait", () => {
  const table = new FutexTable();
  const [first, second] = [waiter(table, 0, -1, true), waiter(table, 0, -1, true)];
  expect(table.wake(at(0), 9, -1)).toBe(0);
  expect(table.takePiWaiter(at(0))).toEqual({ waiter: first, more: true });
  expect(table.takePiWaiter(at(0))).toEqual({ waiter: second, more: false });
  expect(table.takePiWaiter(at(0))).toBeNull();
});
