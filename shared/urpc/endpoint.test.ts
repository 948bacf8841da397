import fc from "fast-check";
import { expect, test } from "vitest";
import { ECANCELED, ECONNRESET, ENOENT, ENOSYS, ETIMEDOUT } from "../abi/errno.ts";
import { Endpoint, type EndpointOptions, type Request, type Transport } from "./endpoint.ts";
import { DEFAULT_LIMITS, encodeFrame, FRAME_REPLY, FRAME_REQUEST, FrameReader } from "./frame.ts";
import { encodePayload } from "./payload.ts";

/** Two endpoints joined in memory; `closedFds` are those that either threw away. */
function join(left: EndpointOptions, right: EndpointOptions) {
  const ends: Endpoint[] = [];
  const closedFds: number[] = [];
  const transportTo = (other: number): Transport => ({
    send(bytes, fds) {
      queueMicrotask(() => ends[other].receive(bytes, 0, bytes.length, fds));
      return 0;
    },
    closeFds: (fds) => void closedFds.push(...fds),
    close: () => queueMicrotask(() => ends[other].close("the other side closed")),
  });
  ends.push(new Endpoint(transportTo(1), left), new Endpoint(transportTo(0), right));
  return { left: ends[0], right: ends[1], closedFds };
}

test("a call is answered with value and descriptors", async () => {
  const { left } = join({}, { handlers: { add: (r) => r.reply((r.argument as number) + r.fds.length, [9]) } });
  expect(await left.call("add", 40, { fds: [5, 6] })).toEqual({ value: 42, fds: [9] });
});

test("errors carry errno and message; unknown methods are refused and their descriptors closed", async () => {
  const { left, closedFds } = join({}, { handlers: { open: (r) => r.fail(ENOENT, "gone") } });
  await expect(left.call("open", null)).rejects.toMatchObject({ errno: ENOENT, message: "gone" });
  await expect(left.call("nothing", null, { fds: [7] })).rejects.toMatchObject({ errno: ENOSYS });
  expect(closedFds).toEqual([7]);
});

test("a request is answered once", async () => {
  let kept: Request | undefined;
  const { left } = join(
    {},
    {
      handlers: {
        twice(request) {
          kept = request;
          request.reply(1);
          request.reply(2);
          request.fail(1);
        },
      },
    },
  );
  expect((await left.call("twice", null)).value).toBe(1);
  expect(kept?.isOpen).toBe(false);
});

test("timeouts and aborts reject, and cancel the other side", async () => {
  let canceled = 0;
  const { left } = join({}, { handlers: { hang: (request) => void (request.onCancel = () => canceled++) } });
  await expect(left.call("hang", null, { timeoutMs: 5 })).rejects.toMatchObject({ errno: ETIMEDOUT });
  const controller = new AbortController();
  const call = left.call("hang", null, { signal: controller.signal });
  controller.abort();
  await expect(call).rejects.toMatchObject({ errno: ECANCELED });
  await Promise.resolve();
  expect(canceled).toBe(2);
});

test("a stream keeps to its window", async () => {
  let sent = 0;
  const handlers = {
    count(request: Request) {
      const pump = (): void => {
        while (sent < 500 && request.send(sent)) sent++;
        if (sent === 500) request.reply("end");
      };
      request.onDrain = pump;
      pump();
      expect(sent).toBe(DEFAULT_LIMITS.streamWindow);
    },
  };
  const { left } = join({}, { handlers });
  const items: unknown[] = [];
  expect((await left.call("count", null, { onItem: (item) => items.push(item) })).value).toBe("end");
  expect(items).toEqual(Array.from({ length: 500 }, (_, i) => i));
});

test("closing fails what is open, on both sides", async () => {
  let dropped = false;
  const { left, right } = join(
    {},
    { handlers: { hang: (request) => void (request.onCancel = () => (dropped = true)) } },
  );
  const call = left.call("hang", null);
  await Promise.resolve();
  right.close();
  await expect(call).rejects.toMatchObject({ errno: ECONNRESET });
  expect(dropped).toBe(true);
  await expect(left.call("hang", null)).rejects.toMatchObject({ errno: ECONNRESET });
});

test("notices arrive", async () => {
  const seen: unknown[] = [];
  const { left } = join({}, { onNotice: (name, argument) => seen.push([name, argument]) });
  left.notify("fatal", { message: "x" });
  await Promise.resolve();
  expect(seen).toEqual([["fatal", { message: "x" }]]);
});

test("frames come out whole however the bytes are cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 8 }),
      fc.array(fc.nat(40)),
      (payloads, cuts) => {
        const bytes = Buffer.concat(payloads.map((payload, i) => encodeFrame(FRAME_REPLY, i, 0, payload)));
        const reader = new FrameReader(DEFAULT_LIMITS);
        const seen: Uint8Array[] = [];
        let at = 0;
        for (const cut of [...cuts, bytes.length]) {
          const length = Math.min(cut, bytes.length - at);
          expect(reader.push(bytes, at, length, [], (frame) => seen.push(frame.payload))).toBe(0);
          at += length;
        }
        expect(seen.map((payload) => [...payload])).toEqual(payloads.map((payload) => [...payload]));
      },
    ),
  );
});

test("arbitrary bytes and descriptors never throw and never leak a descriptor", () => {
  const chunk = fc.tuple(fc.uint8Array({ maxLength: 64 }), fc.array(fc.integer({ min: 3, max: 99 }), { maxLength: 3 }));
  const nearFrame = fc
    .tuple(fc.integer({ min: 0, max: 9 }), fc.nat(5), fc.integer({ min: 0, max: 3 }), fc.anything({ maxDepth: 2 }))
    .map(([kind, exchange, fdCount, value]) => {
      let payload: Uint8Array;
      try {
        payload = encodePayload(value);
      } catch {
        payload = new Uint8Array(3);
      }
      return [encodeFrame(kind, exchange, fdCount, payload), Array(fdCount).fill(50)] as [Uint8Array, number[]];
    });
  fc.assert(
    fc.property(fc.array(fc.oneof(chunk, nearFrame), { maxLength: 10 }), (chunks) => {
      const held = new Map<number, number>();
      const change = (fds: readonly number[], by: number): void => {
        for (const fd of fds) held.set(fd, (held.get(fd) ?? 0) + by);
      };
      const transport: Transport = { send: () => 0, closeFds: (fds) => change(fds, -1), close: () => undefined };
      const take = (request: Request): void => {
        change(request.fds, -1);
        request.reply(null);
      };
      const endpoint = new Endpoint(transport, { handlers: { "": take, a: take } });
      for (const [bytes, fds] of chunks) {
        change(fds, 1);
        endpoint.receive(bytes, 0, bytes.length, fds);
      }
      endpoint.close();
      for (const [fd, count] of held) expect([fd, count]).toEqual([fd, 0]);
    }),
    { numRuns: 1000 },
  );
});

test("a peer that sends too many requests loses the connection", () => {
  let reason = "";
  const transport: Transport = { send: () => 0, closeFds: () => undefined, close: () => undefined };
  const endpoint = new Endpoint(transport, {
    handlers: { hang: () => undefined },
    onClose: (why) => void (reason = why),
    limits: { exchanges: 3 },
  });
  for (let i = 1; i <= 4; i++) {
    const frame = encodeFrame(FRAME_REQUEST, i, 0, encodePayload(["hang", null]));
    endpoint.receive(frame, 0, frame.length, []);
  }
  expect(reason).toContain("bad request");
});
