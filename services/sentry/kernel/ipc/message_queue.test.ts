import { describe, expect, test } from "vitest";
import { E2BIG, EAGAIN, EIDRM, ENOMSG } from "../../../../shared/abi/errno.ts";
import { MSG_COPY, MSG_EXCEPT, MSG_NOERROR } from "../../../../shared/abi/ipc.ts";
import { Credentials } from "../../vfs/credentials.ts";
import { type Message, MessageQueue, PendingReceive } from "./message_queue.ts";

const PID = 7;

function queueOf(...types: number[]): MessageQueue {
  const queue = new MessageQueue(0, 0o600, Credentials.root(), () => 1000);
  types.forEach((type, i) => {
    expect(queue.send(message(type, i), PID)).toBe(0);
  });
  return queue;
}

function message(type: number, first: number, length = 4): Message {
  return { type, bytes: new Uint8Array(length).fill(first) };
}

function take(queue: MessageQueue, type: number, flags = 0, room = 64): string | number {
  const got = queue.receive({ type, room, flags }, PID);
  return typeof got === "number" ? got : `${got.type}#${got.bytes[0]}`;
}

describe("which message msgrcv(2) takes", () => {
  test.each([
    ["the first of any type", 0, 0, "3#0"],
    ["the first of a type", 1, 0, "1#1"],
    ["the lowest type up to a bound", -2, 0, "1#1"],
    ["any other type", 3, MSG_EXCEPT, "1#1"],
    ["none of a type that isn't there", 9, 0, -ENOMSG],
    ["a copy by index", 2, MSG_COPY, "2#2"],
    ["no copy beyond the end", 4, MSG_COPY, -ENOMSG],
  ])("%s", (_what, type, flags, expected) => {
    expect(take(queueOf(3, 1, 2, 1), type, flags)).toBe(expected);
  });

  test("a copy stays queued, what is taken doesn't", () => {
    const queue = queueOf(1, 2);
    take(queue, 0, MSG_COPY);
    expect(queue.messageCount).toBe(2);
    take(queue, 0);
    expect([queue.messageCount, queue.bytes]).toEqual([1, 4]);
  });

  test("one that is too long stays, unless it may be cut", () => {
    const queue = queueOf(1);
    expect(take(queue, 0, 0, 3)).toBe(-E2BIG);
    expect(take(queue, 0, MSG_NOERROR, 3)).toBe("1#0");
  });
});

describe("waiting", () => {
  const waiting = (type: number, room = 64): PendingReceive =>
    new PendingReceive({ type, room, flags: 0 }, PID + 1, () => {});

  test("a message goes to the first receiver that wants it, past the queue", () => {
    const queue = queueOf();
    const [other, small, right] = [waiting(5), waiting(2, 1), waiting(2)];
    for (const receiver of [other, small, right]) queue.addReceiver(receiver);
    const sent = message(2, 42);
    queue.send(sent, PID);
    expect([other.result, small.result, right.result]).toEqual([null, -E2BIG, sent]);
    expect([queue.messageCount, queue.lastReceiver]).toEqual([0, PID + 1]);
  });

  test("a full queue refuses, also empty messages without end", () => {
    const queue = queueOf();
    queue.byteLimit = 8;
    expect(queue.send(message(1, 0, 8), PID)).toBe(0);
    expect(queue.send(message(1, 0, 1), PID)).toBe(-EAGAIN);
    const empty = queueOf();
    empty.byteLimit = 2;
    expect([0, 1, 2].map(() => empty.send(message(1, 0, 0), PID))).toEqual([0, 0, -EAGAIN]);
  });

  test("removal tells receivers", () => {
    const queue = queueOf();
    const receiver = waiting(0);
    queue.addReceiver(receiver);
    queue.onRemoved();
    expect(receiver.result).toBe(-EIDRM);
  });
});
