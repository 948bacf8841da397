import { expect, test } from "vitest";
import { SpinGauge } from "./spin_gauge.ts";

/** The share of calls that spin when either way takes so long. */
function spinShare(gauge: SpinGauge, spinNs: number, sleepNs: number, calls: number): number {
  let spun = 0;
  for (let i = 0; i < calls; i++) {
    if (gauge.shouldSpin) spun++;
    gauge.record(gauge.shouldSpin ? spinNs : sleepNs);
  }
  return spun / calls;
}

test("the faster way is taken, and a change of weather noticed", () => {
  const gauge = new SpinGauge(2);
  expect(spinShare(gauge, 3000, 20000, 10_000)).toBeGreaterThan(0.9);
  expect(spinShare(gauge, 60000, 9000, 3000)).toBeLessThan(0.5);
  expect(spinShare(gauge, 60000, 9000, 10_000)).toBeLessThan(0.1);
});

test("one processor never spins", () => {
  expect(spinShare(new SpinGauge(1), 1, 1000, 1000)).toBe(0);
});
