import { describe, expect, test, vi } from "vitest";
import { EAGAIN } from "../../../../shared/abi/errno.ts";
import { POLLIN, POLLOUT } from "../../../../shared/abi/poll.ts";
import { PendingPosixReceive, PendingPosixSend, type PosixMessage, PosixQueue } from "./posix_queue.ts";

const message = (priority: number, first = 0): PosixMessage => ({ priority, bytes: Uint8Array.of(first, 0) });
const send = (queue: PosixQueue, priority: number, first = 0): number => queue.send(message(priority, first), 1, 0);

describe("a queue", () => {
  test("gives the highest priority first, and the oldest of equals", () => {
    const queue = new PosixQueue(4, 8);
    for (const [priority, first] of [
      [1, 10],
      [9, 20],
      [1, 30],
      [5, 40],
    ] as const)
      send(queue, priority, first);
    expect(send(queue, 9)).toBe(-EAGAIN);
    expect(queue.bytes).toBe(8);
    const order = [1, 2, 3, 4].map(() => queue.receive()?.bytes[0]);
    expect(order).toEqual([20, 40, 10, 30]);
    expect([queue.receive(), queue.bytes]).toEqual([null, 0]);
  });

  test("is readable with a message in it, and writable with room", () => {
    const queue = new PosixQueue(1, 8);
    expect(queue.readiness() & (POLLIN | POLLOUT)).toBe(POLLOUT);
    send(queue, 0);
    expect(queue.readiness() & (POLLIN | POLLOUT)).toBe(POLLIN);
  });

  test("hands a message to the one that waits, and room to the sender that waits", () => {
    const queue = new PosixQueue(1, 8);
    const wake = vi.fn();
    const receiver = new PendingPosixReceive(wake);
    queue.addReceiver(receiver);
    send(queue, 3);
    expect(receiver.message?.priority).toBe(3);
    expect(queue.count).toBe(0);
    send(queue, 1);
    const sender = new PendingPosixSend(message(2), wake);
    queue.addSender(sender);
    expect(queue.receive()?.priority).toBe(1);
    expect(sender.isDone).toBe(true);
    expect(queue.receive()?.priority).toBe(2);
    expect(wake).toHaveBeenCalledTimes(2);
  });

  test("notifies once, of the first message that nobody waited for", () => {
    const queue = new PosixQueue(3, 8);
    const notify = vi.fn();
    queue.notification = { owner: {}, file: {}, pid: 1, how: 0, signal: 10, send: notify };
    const receiver = new PendingPosixReceive(() => {});
    queue.addReceiver(receiver);
    send(queue, 0);
    expect(notify).not.toHaveBeenCalled();
    send(queue, 0);
    send(queue, 0);
    expect(notify).toHaveBeenCalledExactlyOnceWith(1, 0);
    expect(queue.notification).toBeNull();
  });
});
