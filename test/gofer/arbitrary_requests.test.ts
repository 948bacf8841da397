/**
 * The gofer's server against arbitrary bytes. Here and not beside the server, because a request that happens to make sense is obeyed: that
 * must not be in a process whose descriptors other tests open and close.
 */

import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Hostfs } from "../../services/gofer/hostfs/hostfs_native.ts";
import { MemoryTransport } from "../../services/gofer/server/memory_transport.ts";
import { Attr } from "../../shared/p9/attr.ts";
import { EXCHANGES } from "../../shared/p9/exchanges.ts";
import * as type from "../../shared/p9/message_type.ts";

const CAPACITY = 65536;
const START = 64;

test.each([
  ["writable", false],
  ["read-only", true],
])("one reply each, within bounds, and nothing outside the served directory changes: %s", (_name, readonly) => {
  const base = fs.mkdtempSync(join(tmpdir(), "gofer-"));
  const served = join(base, "served");
  fs.mkdirSync(served);
  fs.writeFileSync(join(served, "file"), "content");
  const outside = () => [fs.readdirSync(base), fs.statSync(base).mode, fs.statSync(tmpdir()).mode];
  const before = outside();
  const host = Hostfs.open() as Hostfs;
  const attachPoint = { name: "0", fd: host.openAttachPoint(served), readonly, sockets: false };
  const transport = new MemoryTransport(host, [attachPoint], CAPACITY, 64);
  const client = transport.client();
  expect(client.version()).toBe(0);
  expect(client.attach(1, "0", { readonly, attr: new Attr() })).toBe(0);
  const memory = new Uint8Array(CAPACITY + 2 * START);
  const view = new DataView(memory.buffer);
  const types = EXCHANGES.map((exchange) => exchange.type).filter((number) => number !== type.Tversion);
  // Half of the requests are about the fid that there is.
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 120 }),
    fc.uint8Array({ maxLength: 120 }).map((bytes) => Uint8Array.of(1, 0, 0, 0, ...bytes)),
  );
  fc.assert(
    fc.property(fc.constantFrom(...types), body, fc.boolean(), (number, bytes, honest) => {
      memory.fill(0xcc);
      memory.set(bytes, START + 7);
      view.setUint32(START, honest ? bytes.length + 7 : bytes[0] * 77, true);
      view.setUint8(START + 4, number);
      view.setUint16(START + 5, 5, true);
      const length = transport.connection.handle(memory, START, bytes.length + 7);
      expect(length).toBeGreaterThanOrEqual(7);
      expect(view.getUint32(START, true)).toBe(length);
      expect([number + 1, type.Rlerror]).toContain(memory[START + 4]);
      expect(memory.subarray(0, START).every((b) => b === 0xcc)).toBe(true);
      if (transport.connection.fidCount === 0) client.attach(1, "0", { readonly, attr: new Attr() });
    }),
    { numRuns: 5000 },
  );
  expect(outside()).toEqual(before);
  transport.connection.close();
  fs.rmSync(base, { recursive: true, force: true });
});
