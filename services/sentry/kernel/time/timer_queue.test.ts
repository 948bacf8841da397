import fc from "fast-check";
import { expect, test } from "vitest";
import { type Timer, TimerQueue } from "./timer_queue.ts";

test("timers run in order of their deadlines, whatever was armed, moved or cancelled before", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ at: fc.nat(1000), moveTo: fc.option(fc.nat(1000)), cancel: fc.boolean() }), {
        maxLength: 60,
      }),
      (plan) => {
        const queue = new TimerQueue(() => {});
        const ran: number[] = [];
        const timers: Timer[] = plan.map(({ at }) => {
          const timer: Timer = queue.at(at, () => ran.push(timer.deadlineNs));
          return timer;
        });
        const expected: number[] = [];
        plan.forEach(({ at, moveTo, cancel }, i) => {
          if (moveTo !== null) queue.arm(timers[i], moveTo);
          if (cancel) queue.cancel(timers[i]);
          else expected.push(moveTo ?? at);
        });
        queue.run(1000);
        expect(ran).toEqual(expected.sort((a, b) => a - b));
        expect(queue.length).toBe(0);
      },
    ),
  );
});

test("the alarm is never later than the first deadline", () => {
  let alarm = Number.POSITIVE_INFINITY;
  const queue = new TimerQueue((deadlineNs) => {
    alarm = deadlineNs;
  });
  queue.at(50, () => {});
  expect(alarm).toBe(50);
  const first = queue.at(20, () => {});
  expect(alarm).toBe(20);
  queue.cancel(first);
  queue.run(20);
  expect(alarm).toBe(50);
});

test("a timer that arms itself again runs at its next time", () => {
  const queue = new TimerQueue(() => {});
  let runs = 0;
  const timer = queue.at(10, () => {
    runs++;
    queue.arm(timer, timer.deadlineNs + 10);
  });
  queue.run(35);
  expect(runs).toBe(3);
  expect(timer.isArmed).toBe(true);
});
