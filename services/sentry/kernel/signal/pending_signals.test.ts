import { expect, test } from "vitest";
import { SIGHUP, SIGINT, SIGRTMIN, SIGSEGV, SIGTERM } from "../../../../shared/abi/signal.ts";
import { PendingSignals } from "./pending_signals.ts";
import { SignalInfo } from "./signal_info.ts";
import { SignalSet } from "./signal_set.ts";

const NONE = new SignalSet();

function send(pending: PendingSignals, signal: number, value = 0): void {
  const info = SignalInfo.user(signal, 1, 0);
  info.valueLow = value;
  pending.add(info);
}

test("a standard signal is kept once, with the first sender's information", () => {
  const pending = new PendingSignals();
  send(pending, SIGTERM, 1);
  send(pending, SIGTERM, 2);
  expect(pending.count).toBe(1);
  expect(pending.take(NONE)?.valueLow).toBe(1);
  expect(pending.isEmpty).toBe(true);
});

test("real-time signals queue in order, the lowest number first", () => {
  const pending = new PendingSignals();
  send(pending, SIGRTMIN + 2, 1);
  send(pending, SIGRTMIN + 1, 2);
  send(pending, SIGRTMIN + 1, 3);
  const taken = [pending.take(NONE), pending.take(NONE), pending.take(NONE)].map((info) => info?.valueLow);
  expect(taken).toEqual([2, 3, 1]);
  expect(pending.take(NONE)).toBeNull();
});

test("faults come before other signals, blocked ones stay", () => {
  const pending = new PendingSignals();
  send(pending, SIGHUP);
  send(pending, SIGSEGV);
  send(pending, SIGINT);
  expect(pending.take(SignalSet.of(SIGHUP))?.signal).toBe(SIGSEGV);
  expect(pending.take(SignalSet.of(SIGHUP))?.signal).toBe(SIGINT);
  expect(pending.take(SignalSet.of(SIGHUP))).toBeNull();
  expect(pending.takeAmong(SignalSet.of(SIGHUP))?.signal).toBe(SIGHUP);
});

test("what a source sent can be taken back", () => {
  const pending = new PendingSignals();
  const source = { onDequeued(): void {} };
  const info = SignalInfo.timer(SIGRTMIN, 0, 0, 0);
  info.source = source;
  pending.add(info);
  send(pending, SIGRTMIN, 5);
  pending.discardFrom(source);
  expect(pending.count).toBe(1);
  expect(pending.take(NONE)?.valueLow).toBe(5);
});

test("signal 32 and 33 are neighbours in different halves", () => {
  const set = SignalSet.of(32, 33, 64);
  expect([31, 32, 33, 34, 64].map((signal) => set.has(signal))).toEqual([false, true, true, false, true]);
  expect(set.toHex()).toBe("8000000180000000");
  set.remove(32);
  expect(set.has(32)).toBe(false);
});
