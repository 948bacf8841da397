/**
 * Unix sockets of the host, where an attach point allows them. Here and not beside the server, because binding one moves the process's working
 * directory.
 */

import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Hostfs } from "../../services/gofer/hostfs/hostfs_native.ts";
import { MemoryTransport } from "../../services/gofer/server/memory_transport.ts";
import { ENOTSOCK, EPERM } from "../../shared/abi/errno.ts";
import { SOCK_STREAM } from "../../shared/abi/socket.ts";
import { S_IFMT, S_IFSOCK } from "../../shared/abi/stat.ts";
import { Attr } from "../../shared/p9/attr.ts";
import { NOID } from "../../shared/p9/limits.ts";

const home = process.cwd();
const directory = fs.mkdtempSync(join(tmpdir(), "gofer-"));
const host = Hostfs.open() as Hostfs;
const file = { mode: 0o755, uid: NOID, gid: NOID };
const opened = { fd: -1, attr: new Attr() };

afterAll(() => {
  process.chdir(home);
  fs.rmSync(directory, { recursive: true, force: true });
});

function serve(sockets: boolean) {
  const attachPoint = { name: "0", fd: host.openAttachPoint(directory), readonly: false, sockets };
  const transport = new MemoryTransport(host, [attachPoint], 65536, 16);
  const client = transport.client();
  expect(client.version()).toBe(0);
  expect(client.attach(1, "0", { readonly: false, attr: new Attr() })).toBe(0);
  return client;
}

test("are bound and connected", () => {
  const client = serve(true);
  expect(client.bind(1, "sock", 2, SOCK_STREAM, file, opened)).toBe(0);
  expect(opened.attr.mode & S_IFMT).toBe(S_IFSOCK);
  const listening = opened.fd;
  expect(fs.fstatSync(listening).isSocket()).toBe(true);
  const connected = client.connect(2, SOCK_STREAM);
  expect(fs.fstatSync(connected).isSocket()).toBe(true);
  expect(client.connect(1, SOCK_STREAM)).toBe(-ENOTSOCK);
  host.close(connected);
  host.close(listening);
});

test("are out of reach otherwise", () => {
  expect(serve(false).bind(1, "other", 2, SOCK_STREAM, file, opened)).toBe(-EPERM);
  expect(fs.existsSync(join(directory, "other"))).toBe(false);
});
