import { expect, test } from "vitest";
import { SpinGauge } from "./spin_gauge.ts";

/** Runs `events` hand-offs that cost what the mode of the moment says; returns the share of them that spun. */
function simulate(
  gauge: SpinGauge,
  clock: { nowNs: number },
  events: number,
  cost: (spinning: boolean) => number,
): number {
  let spun = 0;
  for (let i = 0; i < events; i++) {
    clock.nowNs += cost(gauge.spinning);
    if (gauge.spinning) spun++;
    gauge.record(1, clock.nowNs);
  }
  return spun / events;
}

const idleCores = (spinning: boolean): number => (spinning ? 300 : 4_000);
const busyCores = (spinning: boolean): number => (spinning ? 20_000 : 5_000);

test("on idle cores it comes to spin", () => {
  const gauge = new SpinGauge(true);
  const clock = { nowNs: 1e9 };
  simulate(gauge, clock, 5_000, idleCores);
  expect(simulate(gauge, clock, 100_000, idleCores)).toBeGreaterThan(0.95);
});

test("on busy cores it comes to sleep, and trials cost little", () => {
  const gauge = new SpinGauge(true);
  const clock = { nowNs: 1e9 };
  simulate(gauge, clock, 5_000, busyCores);
  const startNs = clock.nowNs;
  simulate(gauge, clock, 100_000, busyCores);
  expect((clock.nowNs - startNs) / 100_000).toBeLessThan(5_500);
});

test("it changes its mind soon, both ways", () => {
  const gauge = new SpinGauge(true);
  const clock = { nowNs: 1e9 };
  for (const [world, expected] of [
    [idleCores, true],
    [busyCores, false],
    [idleCores, true],
  ] as const) {
    const startNs = clock.nowNs;
    while (clock.nowNs - startNs < 2.5e9) simulate(gauge, clock, 100, world);
    const spun = simulate(gauge, clock, 2_000, world);
    expect(spun > 0.5).toBe(expected);
  }
});

test("on one core it never spins", () => {
  const gauge = new SpinGauge(false);
  expect(simulate(gauge, { nowNs: 1e9 }, 10_000, idleCores)).toBe(0);
});

test("waiting for work is no reason to sleep", () => {
  const gauge = new SpinGauge(true);
  const clock = { nowNs: 1e9 };
  let i = 0;
  const bursts = (spinning: boolean): number => idleCores(spinning) + (i++ % 50 === 0 ? 5e6 : 0);
  simulate(gauge, clock, 5_000, bursts);
  expect(simulate(gauge, clock, 20_000, bursts)).toBeGreaterThan(0.8);
});
