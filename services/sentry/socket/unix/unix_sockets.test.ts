import { describe, expect, test } from "vitest";
import { EAGAIN, ECONNREFUSED, ECONNRESET, EINVAL, EPIPE } from "../../../../shared/abi/errno.ts";
import { POLLHUP, POLLIN, POLLOUT, POLLRDHUP } from "../../../../shared/abi/poll.ts";
import { AF_UNIX, MSG_PEEK, MSG_TRUNC, SHUT_WR, SOCK_DGRAM, SOCK_SEQPACKET } from "../../../../shared/abi/socket.ts";
import { FakeFile } from "../../kernel/testing/fake_file.ts";
import { FakeTask } from "../../kernel/testing/fake_platform.ts";
import { IncomingMessage, OutgoingMessage } from "../message.ts";
import type { Socket } from "../socket.ts";
import { UnixMessageSocket } from "./unix_message_socket.ts";
import { UnixStreamSocket } from "./unix_stream.ts";

const { task } = new FakeTask();
const context = task.vfsContext;
const memory = new Uint8Array(1 << 20);

function send(socket: Socket, text: string, rights: FakeFile[] | UnixStreamSocket[] | null = null): number {
  const message = new OutgoingMessage();
  message.rights = rights;
  const n = socket.send(context, Buffer.from(text, "latin1"), 0, text.length, message);
  message.release();
  return n;
}

function receive(socket: Socket, length = 100, flags = 0): [string | number, IncomingMessage] {
  const message = new IncomingMessage(true);
  message.clear(flags);
  const n = socket.receive(memory, 0, length, message);
  return [n < 0 ? n : Buffer.from(memory.subarray(0, n)).toString("latin1"), message];
}

function abstract(name: string): Uint8Array {
  return Uint8Array.from([AF_UNIX, 0, 0, ...Buffer.from(name)]);
}

describe("stream pair", () => {
  test("glues messages, and peeks", () => {
    const [a, b] = UnixStreamSocket.pair(task, 0);
    expect(receive(b)[0]).toBe(-EAGAIN);
    send(a, "one");
    send(a, "two");
    expect(receive(b, 4, MSG_PEEK)[0]).toBe("onet");
    expect(receive(b)[0]).toBe("onetwo");
  });

  test("takes what the send buffer has room for", () => {
    const [a, b] = UnixStreamSocket.pair(task, 0);
    const big = "x".repeat(300_000);
    expect(send(a, big)).toBe(212_992);
    expect(send(a, "y")).toBe(-EAGAIN);
    expect(a.readiness() & POLLOUT).toBe(0);
    receive(b, 200_000);
    expect(a.readiness() & POLLOUT).toBe(POLLOUT);
  });

  test("shutdown and close", () => {
    const [a, b] = UnixStreamSocket.pair(task, 0);
    send(a, "last");
    a.shutdown(SHUT_WR);
    expect(b.readiness() & (POLLIN | POLLRDHUP | POLLHUP)).toBe(POLLIN | POLLRDHUP);
    expect(receive(b)[0]).toBe("last");
    expect(receive(b)[0]).toBe("");
    expect(send(a, "x")).toBe(-EPIPE);
    send(b, "unread");
    a.dropReference();
    expect(receive(b)[0]).toBe(-ECONNRESET);
    expect(receive(b)[0]).toBe("");
    expect(send(b, "x")).toBe(-EPIPE);
    expect(b.readiness() & POLLHUP).toBe(POLLHUP);
    b.dropReference();
  });

  test("rights end a read, and arrive once", () => {
    const [a, b] = UnixStreamSocket.pair(task, 0);
    const file = new FakeFile();
    send(a, "12");
    file.takeReference();
    send(a, "34", [file]);
    send(a, "56");
    const [text, message] = receive(b);
    expect(text).toBe("1234");
    expect(message.rights).toEqual([file]);
    message.release();
    expect(file.references).toBe(1);
    expect(receive(b)[0]).toBe("56");
  });

  test("rights that nobody reads are dropped with the socket", () => {
    const [a, b] = UnixStreamSocket.pair(task, 0);
    const file = new FakeFile();
    send(a, "x", [file]);
    a.dropReference();
    expect(file.releases).toBe(0);
    b.dropReference();
    expect(file.releases).toBe(1);
  });

  test("a long chain of sockets in each other's queues falls without deep calls", () => {
    const [first, reader] = UnixStreamSocket.pair(task, 0);
    let carried = reader;
    for (let i = 0; i < 8000; i++) {
      const [a, b] = UnixStreamSocket.pair(task, 0);
      send(a, "x", [carried]);
      carried = b;
    }
    carried.dropReference();
    expect(reader.isReleased).toBe(true);
    first.dropReference();
  });

  test("sockets in flight in each other's queues are freed", () => {
    const [a, b] = UnixStreamSocket.pair(task, 0);
    const file = new FakeFile();
    send(a, "x", [file]);
    a.takeReference();
    send(b, "y", [a]);
    b.takeReference();
    send(a, "z", [b]);
    a.dropReference();
    expect(file.releases).toBe(0);
    b.dropReference();
    // As on Linux they are looked for when some socket is closed.
    new UnixStreamSocket(task.credentials, 0).dropReference();
    expect(a.isReleased).toBe(true);
    expect(b.isReleased).toBe(true);
    expect(file.releases).toBe(1);
  });

  test("a cycle that somebody can still read is kept", () => {
    const [a, b] = UnixStreamSocket.pair(task, 0);
    a.takeReference();
    send(b, "y", [a]);
    b.takeReference();
    send(a, "z", [b]);
    a.dropReference();
    expect(a.isReleased).toBe(false);
    const [, message] = receive(b);
    expect(message.rights).toEqual([b]);
    message.release();
    b.dropReference();
    expect(b.isReleased).toBe(true);
    expect(a.isReleased).toBe(true);
  });
});

describe("stream connections", () => {
  test("connect, accept, backlog, refusal", () => {
    const listener = new UnixStreamSocket(task.credentials, 0);
    const first = new UnixStreamSocket(task.credentials, 0);
    const second = new UnixStreamSocket(task.credentials, 0);
    expect(first.connect(task, abstract("srv"))).toBe(-ECONNREFUSED);
    expect(listener.bind(task, abstract("srv"))).toBe(0);
    expect(first.connect(task, abstract("srv"))).toBe(-ECONNREFUSED);
    expect(listener.listen(task, 0)).toBe(0);
    expect(listener.accept(task, 0)).toBe(-EAGAIN);
    expect(first.connect(task, abstract("srv"))).toBe(0);
    expect(second.connect(task, abstract("srv"))).toBe(-EAGAIN);
    expect(second.connectQueue).toBe(listener.waiters);
    const accepted = listener.accept(task, 0);
    if (typeof accepted === "number") throw new Error("no connection");
    send(first, "hi");
    expect(receive(accepted)[0]).toBe("hi");
    expect(second.connect(task, abstract("srv"))).toBe(0);
    listener.dropReference();
    expect(receive(second)[0]).toBe(-ECONNRESET);
    expect(second.connect(task, abstract("srv"))).not.toBe(0);
    const third = new UnixStreamSocket(task.credentials, 0);
    expect(third.connect(task, abstract("srv"))).toBe(-ECONNREFUSED);
    expect(receive(third)[0]).toBe(-EINVAL);
  });

  test("a listener in flight in the queue of its own connection is freed", () => {
    const listener = new UnixStreamSocket(task.credentials, 0);
    listener.bind(task, abstract("loop"));
    listener.listen(task, 5);
    const client = new UnixStreamSocket(task.credentials, 0);
    client.connect(task, abstract("loop"));
    listener.takeReference();
    send(client, "x", [listener]);
    listener.dropReference();
    client.dropReference();
    expect(listener.isReleased).toBe(true);
  });
});

describe("messages", () => {
  test("keep their bounds and are cut to the buffer", () => {
    const [a, b] = UnixMessageSocket.pair(task, SOCK_SEQPACKET, 0);
    send(a, "first");
    send(a, "second");
    const [text, message] = receive(b, 3);
    expect(text).toBe("fir");
    expect(message.outFlags & MSG_TRUNC).toBe(MSG_TRUNC);
    expect(message.fullLength).toBe(5);
    expect(receive(b)[0]).toBe("second");
    a.dropReference();
    expect(receive(b)[0]).toBe("");
    expect(send(b, "x")).toBe(-EPIPE);
  });

  test("datagrams tell who sent them; the queue of a stranger is short", () => {
    const server = new UnixMessageSocket(SOCK_DGRAM, task.credentials, 0);
    const client = new UnixMessageSocket(SOCK_DGRAM, task.credentials, 0);
    server.bind(task, abstract("dgram"));
    client.bind(task, abstract("me"));
    expect(client.connect(task, abstract("dgram"))).toBe(0);
    let sent = 0;
    while (send(client, "m") === 1) sent++;
    expect(sent).toBe(11);
    expect(client.readiness() & POLLOUT).toBe(0);
    expect(client.sendQueue).toBe(server.roomWaiters);
    expect(receive(server)[1].address).toEqual(abstract("me"));
    expect(send(client, "m")).toBe(1);
    server.dropReference();
    expect(send(client, "m")).toBe(-ECONNREFUSED);
    expect(client.unreadBytes).toBe(0);
  });
});
