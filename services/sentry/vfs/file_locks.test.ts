import fc from "fast-check";
import { expect, test } from "vitest";
import { EAGAIN, EDEADLK } from "../../../shared/abi/errno.ts";
import { F_RDLCK, F_UNLCK, F_WRLCK, LOCK_EX, LOCK_SH, LOCK_UN } from "../../../shared/abi/fcntl.ts";
import { Waiter } from "../../../shared/waiter/wait_queue.ts";
import { cancelWait, FileLocks } from "./file_locks.ts";

const A = { name: "a" };
const B = { name: "b" };
const C = { name: "c" };

const request = (owner: object, type: number, start: number, end = Number.POSITIVE_INFINITY) => ({
  owner,
  type,
  start,
  end,
  pid: 1,
});

test("readers share, a writer doesn't", () => {
  const locks = new FileLocks();
  expect(locks.setRange(request(A, F_RDLCK, 0, 10), null)).toBe(0);
  expect(locks.setRange(request(B, F_RDLCK, 5, 15), null)).toBe(0);
  expect(locks.setRange(request(B, F_WRLCK, 9, 20), null)).toBe(-EAGAIN);
  expect(locks.setRange(request(B, F_WRLCK, 10, 20), null)).toBe(0);
  expect(locks.conflict(request(A, F_RDLCK, 0))).toMatchObject({ owner: B, start: 10, end: 20 });
});

test("an owner's locks split and merge", () => {
  const locks = new FileLocks();
  locks.setRange(request(A, F_WRLCK, 0, 100), null);
  locks.setRange(request(A, F_UNLCK, 40, 60), null);
  expect(locks.ranges.map(({ start, end }) => [start, end])).toEqual([
    [0, 40],
    [60, 100],
  ]);
  locks.setRange(request(A, F_RDLCK, 30, 70), null);
  locks.setRange(request(A, F_WRLCK, 30, 70), null);
  expect(locks.ranges.map(({ start, end }) => [start, end])).toEqual([[0, 100]]);
});

test("two owners that wait for each other: the second is told", () => {
  const [one, two] = [new FileLocks(), new FileLocks()];
  one.setRange(request(A, F_WRLCK, 0), null);
  two.setRange(request(B, F_WRLCK, 0), null);
  const [threadA, threadB, threadC] = [{}, {}, {}];
  expect(one.setRange(request(C, F_WRLCK, 0), threadC)).toBe(-EAGAIN);
  expect(two.setRange(request(A, F_WRLCK, 0), threadA)).toBe(-EAGAIN);
  expect(one.setRange(request(B, F_WRLCK, 0), threadB)).toBe(-EDEADLK);
  cancelWait(threadA);
  expect(one.setRange(request(B, F_WRLCK, 0), threadB)).toBe(-EAGAIN);
  cancelWait(threadB);
  cancelWait(threadC);
});

test("unlocking wakes those who wait", () => {
  const locks = new FileLocks();
  let woken = 0;
  class Counter extends Waiter {
    override onReady(): boolean {
      woken++;
      return false;
    }
  }
  locks.setRange(request(A, F_WRLCK, 0), null);
  locks.waiters.add(new Counter(), 1);
  locks.setRange(request(A, F_UNLCK, 0, 5), null);
  locks.dropOwner(A);
  locks.dropOwner(A);
  expect(woken).toBe(2);
});

test("flock: shared, exclusive, and a conversion that fails loses the lock", () => {
  const locks = new FileLocks();
  expect(locks.flock(A, LOCK_SH)).toBe(0);
  expect(locks.flock(B, LOCK_SH)).toBe(0);
  expect(locks.flock(A, LOCK_EX)).toBe(-EAGAIN);
  expect(locks.flock(C, LOCK_SH)).toBe(0);
  expect(locks.flock(B, LOCK_UN)).toBe(0);
  expect(locks.flock(C, LOCK_UN)).toBe(0);
  expect(locks.flock(A, LOCK_EX)).toBe(0);
  expect(locks.isEmpty).toBe(false);
});

test("locks agree with a byte-by-byte model", () => {
  const SIZE = 24;
  const step = fc.record({
    who: fc.nat(2),
    type: fc.constantFrom(F_RDLCK, F_WRLCK, F_UNLCK),
    start: fc.nat(SIZE - 1),
    length: fc.integer({ min: 1, max: SIZE }),
  });
  const owners = [A, B, C];
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const locks = new FileLocks();
      const model = owners.map(() => new Array<number>(SIZE).fill(F_UNLCK));
      for (const { who, type, start, length } of steps) {
        const end = Math.min(SIZE, start + length);
        const clash = model.some(
          (bytes, other) =>
            other !== who &&
            type !== F_UNLCK &&
            bytes.slice(start, end).some((held) => held === F_WRLCK || (held === F_RDLCK && type === F_WRLCK)),
        );
        expect(locks.setRange(request(owners[who], type, start, end), null)).toBe(clash ? -EAGAIN : 0);
        if (!clash) model[who].fill(type, start, end);
      }
      for (const [who, bytes] of model.entries()) {
        const actual = new Array<number>(SIZE).fill(F_UNLCK);
        for (const lock of locks.ranges) if (lock.owner === owners[who]) actual.fill(lock.type, lock.start, lock.end);
        expect(actual).toEqual(bytes);
      }
    }),
    { numRuns: 150 },
  );
});
