/** The gofer as a process, isolated, as control starts it. */

import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { close, memfdCreate, socketpair, syscall } from "../../native/host.ts";
import { ServiceProcess } from "../../services/control/sandbox/service_process_native.ts";
import { SECCOMP_ALLOW } from "../../services/gofer/seccomp_allow.ts";
import * as errno from "../../shared/abi/errno.ts";
import { O_RDONLY, O_RDWR } from "../../shared/abi/fcntl.ts";
import { SOCK_SEQPACKET } from "../../shared/abi/socket.ts";
import { SYS_ftruncate } from "../../shared/abi/syscall_numbers.ts";
import { FLIPCALL_AREA_BYTES } from "../../shared/flipcall/layout.ts";
import { Attr } from "../../shared/p9/attr.ts";
import type { OpenResult, P9Client } from "../../shared/p9/client.ts";
import { connectP9 } from "../../shared/p9/connect_native.ts";
import { NOID } from "../../shared/p9/limits.ts";
import { Rwalkgetattr, SETATTR_GID, SETATTR_MODE, SETATTR_SIZE, SETATTR_UID } from "../../shared/p9/messages_attr.ts";
import type { GoferBoot } from "../../shared/urpc/sandbox_protocol.ts";

let base = "";
let gofer: ServiceProcess;
let client: P9Client;
const attr = new Attr();
const walked = new Rwalkgetattr();
const opened: OpenResult = { fd: -1, attr: new Attr() };

/** Starts a gofer that serves `base/rw` and, read-only, `base/ro`. */
async function start(): Promise<void> {
  const isolationRoot = join(base, "root");
  fs.mkdirSync(isolationRoot);
  gofer = ServiceProcess.start({
    service: "gofer",
    isolationRoot,
    proc: false,
    binds: [
      { source: join(base, "rw"), name: "0", readOnly: false },
      { source: join(base, "ro"), name: "1", readOnly: true },
      { source: join(base, "ro/file"), name: "2", readOnly: true },
    ],
    hidden: [],
    removeOnDeath: "",
    args: [],
  });
  const memory = memfdCreate("flipcall", 0);
  syscall(SYS_ftruncate, memory, FLIPCALL_AREA_BYTES);
  const channel = socketpair(SOCK_SEQPACKET) as [number, number];
  const boot: GoferBoot = {
    attachPoints: [
      { path: "/0", readOnly: false },
      { path: "/1", readOnly: true },
      { path: "/2", readOnly: true },
    ],
    connection: { memoryFd: 0, channelFd: 1 },
    isolationRoot,
    debug: false,
    logFd: -1,
  };
  const booted = gofer.endpoint.call("boot", boot, { fds: [memory, channel[1]], timeoutMs: 10_000 });
  close(channel[1]);
  await booted;
  client = connectP9(memory, channel[0]) as P9Client;
  expect(client.version()).toBe(0);
}

beforeEach(async () => {
  base = fs.mkdtempSync(join(tmpdir(), "gofer-"));
  fs.mkdirSync(join(base, "rw"));
  fs.mkdirSync(join(base, "ro"));
  fs.writeFileSync(join(base, "ro/file"), "read-only");
  fs.writeFileSync(join(base, "rw/file"), "content");
  await start();
});

afterEach(async () => {
  gofer.kill();
  await gofer.ended;
  fs.rmSync(base, { recursive: true, force: true });
});

describe("an isolated gofer", () => {
  test("serves its directories, read-only ones as such, and single files", () => {
    const result = { readonly: false, attr };
    expect(client.attach(1, "0", result)).toBe(0);
    expect(result.readonly).toBe(false);
    expect(client.attach(2, "1", result)).toBe(0);
    expect(result.readonly).toBe(true);
    expect(client.attach(3, "2", result)).toBe(0);
    expect(attr.size).toBe(9);
    expect(client.attach(4, "3", result)).toBe(-errno.ENOENT);
    expect(client.mkdir(2, "new", 5, { mode: 0o755, uid: NOID, gid: NOID }, attr)).toBe(-errno.EROFS);
    expect(client.open(3, 6, O_RDONLY, true, opened)).toBe(0);
    expect(fs.readFileSync(opened.fd, "latin1")).toBe("read-only");
    fs.closeSync(opened.fd);
  });

  test("does everything that it serves with the host calls that it has left", () => {
    const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    const out = new Uint8Array(16);
    client.attach(1, "0", { readonly: false, attr });
    expect(client.walkGetAttr(1, ["file"], [2], walked)).toBe(1);
    expect(client.mkdir(1, "d", 3, { mode: 0o700, ...own }, attr)).toBe(0);
    expect(attr).toMatchObject(own);
    expect(client.create(3, "f", 4, 5, O_RDWR, { mode: 0o4755, ...own }, false, opened)).toBe(0);
    expect(opened.attr.mode & 0o7777).toBe(0o4755);
    expect(client.write(5, out, 0, 16, 4096)).toBe(16);
    expect(client.read(5, out, 0, 16, 4090)).toBe(16);
    expect(client.fsync(4, true)).toBe(0);
    expect(client.allocate(5, 0, 0, 100)).toBe(0);
    expect(client.lock(5, 1, 0, 0)).toBe(0);
    expect(client.symlink(3, "s", "f", 6, { mode: 0, ...own }, attr)).toBe(0);
    expect(client.readlink(6)).toBe("f");
    expect(client.mknod(3, "p", 0, 7, { mode: 0o10644, ...own }, attr)).toBe(0);
    expect(client.link(3, 4, "g", attr)).toBe(0);
    expect(client.renameAt(3, "g", 1, "h", 0)).toBe(0);
    expect(client.unlinkAt(1, "h", 0)).toBe(0);
    expect(client.setXattr(4, "user.a", out, 0, 3, 0)).toBe(0);
    expect(client.getXattr(4, "user.a", out, 0, 16)).toBe(3);
    expect(client.listXattr(4, out, 0, 16)).toBeGreaterThan(0);
    expect(client.removeXattr(4, "user.a")).toBe(0);
    const valid = SETATTR_MODE | SETATTR_SIZE | SETATTR_UID | SETATTR_GID | 0x1b0;
    const change = { valid, mode: 0o640, ...own, size: 7, atimeSec: 1, atimeNsec: 2, mtimeSec: 3, mtimeNsec: 4 };
    expect(client.setAttr(4, change, attr)).toBe(0);
    expect(attr).toMatchObject({ size: 7, atimeSec: 1, mtimeNsec: 4 });
    expect(client.open(3, 8, O_RDONLY, false, opened)).toBe(0);
    const names: string[] = [];
    expect(client.readdir(8, 0, true, (entry) => names.push(entry.name))).toBe(1);
    expect(names.sort()).toEqual(["f", "p", "s"]);
    expect(client.clunkMany([2, 3, 4, 5, 6, 7, 8])).toBe(0);
  });

  test("survives ten thousand calls, its collector and its compiler included", () => {
    client.attach(1, "0", { readonly: false, attr });
    for (let i = 0; i < 10_000; i++) {
      expect(client.walkGetAttr(1, ["file"], [2], walked)).toBe(1);
      expect(client.clunk(2)).toBe(0);
    }
  });

  test("sees nothing else and can do nothing else", () => {
    const pid = findServer(gofer.pid);
    expect(fs.readdirSync(`/proc/${pid}/root`).sort()).toEqual(["0", "1", "2"]);
    const status = fs.readFileSync(`/proc/${pid}/status`, "latin1");
    expect(status).toMatch(/NoNewPrivs:\t1/);
    expect(status).toMatch(/Seccomp:\t2/);
    for (const task of fs.readdirSync(`/proc/${pid}/task`)) {
      const thread = fs.readFileSync(`/proc/${pid}/task/${task}/status`, "latin1");
      expect(thread).toMatch(/Seccomp:\t2/);
      expect(Number.parseInt(/CapEff:\t([0-9a-f]+)/.exec(thread)?.[1] ?? "f", 16) & ~0b11111).toBe(0);
    }
    for (const name of ["mnt", "net", "pid", "ipc", "uts", "user"]) {
      expect(fs.readlinkSync(`/proc/${pid}/ns/${name}`)).not.toBe(fs.readlinkSync(`/proc/self/ns/${name}`));
    }
    expect(SECCOMP_ALLOW.length).toBeLessThanOrEqual(40);
  });
});

/** The innermost process below the launcher's. */
function findServer(pid: number): number {
  const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").trim();
  return children === "" ? pid : findServer(Number(children.split(" ")[0]));
}
