import { chmodSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { close, memfdCreate, pread, pwrite, socketpair } from "../../native/host.ts";
import { EACCES, ENAMETOOLONG } from "../abi/errno.ts";
import { SOCK_STREAM } from "../abi/socket.ts";
import { Endpoint } from "./endpoint.ts";
import { connectEndpoint, Listener, openEndpoint } from "./socket_native.ts";

test("descriptors and large messages cross a socket pair", async () => {
  const pair = socketpair(SOCK_STREAM);
  if (typeof pair === "number") throw new Error(`socketpair ${pair}`);
  const server = openEndpoint(pair[1], {
    handlers: {
      store(request) {
        pwrite(request.fds[0], Buffer.from("stored"), 0, 6, 0);
        close(request.fds[0]);
        request.reply({ size: (request.argument as Uint8Array).length, back: Buffer.alloc(2 << 20, 7) });
      },
    },
  });
  const client = openEndpoint(pair[0]);
  const file = memfdCreate("urpc", 1);
  const calls = [1, 2, 3].map(() => client.call("store", Buffer.alloc(3 << 20), { fds: [file], timeoutMs: 5000 }));
  for (const call of calls) {
    const { value } = await call;
    expect((value as { size: number }).size).toBe(3 << 20);
    expect((value as { back: Uint8Array }).back.length).toBe(2 << 20);
  }
  const text = Buffer.alloc(6);
  pread(file, text, 0, 6, 0);
  expect(text.toString()).toBe("stored");
  close(file);
  const closed = new Promise((resolve) => {
    client.call("store", null).catch(resolve);
  });
  server.close();
  await closed;
  client.close();
});

test("a listener serves its own user, in a private directory only", async () => {
  const directory = mkdtempSync(path.join(tmpdir(), "urpc-"));
  const socketPath = path.join(directory, "s");
  chmodSync(directory, 0o755);
  expect(Listener.listen(socketPath, () => ({}))).toBe(-EACCES);
  chmodSync(directory, 0o700);
  const listener = Listener.listen(socketPath, () => ({ handlers: { ping: (request) => request.reply("pong") } }));
  if (typeof listener === "number") throw new Error(`listen ${listener}`);
  expect(statSync(socketPath).mode & 0o777).toBe(0o600);
  const client = connectEndpoint(socketPath);
  if (!(client instanceof Endpoint)) throw new Error(`connect ${client}`);
  expect((await client.call("ping", null)).value).toBe("pong");
  client.close();
  listener.close();
  rmSync(directory, { recursive: true });
});

test("a path too long is an error, not a truncated name", () => {
  expect(connectEndpoint(`/tmp/${"x".repeat(120)}`)).toBe(-ENAMETOOLONG);
});
