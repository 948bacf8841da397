import { expect, test } from "vitest";
import { FakeClock, hostClock } from "./clock.ts";

test("the host's clocks run forward and agree with Date", () => {
  const before = hostClock.monotonicNs();
  expect(hostClock.monotonicNs()).toBeGreaterThanOrEqual(before);
  expect(Math.abs(hostClock.realtimeNs() / 1e6 - Date.now())).toBeLessThan(1000);
});

test("a fake clock moves both clocks together", () => {
  const clock = new FakeClock(5, 1000);
  clock.advance(10);
  expect([clock.monotonicNs(), clock.realtimeNs()]).toEqual([15, 1010]);
});
