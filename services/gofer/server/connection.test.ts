import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import * as errno from "../../../shared/abi/errno.ts";
import {
  AT_REMOVEDIR,
  F_UNLCK,
  F_WRLCK,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  O_TMPFILE,
  O_TRUNC,
  O_WRONLY,
  RENAME_NOREPLACE,
} from "../../../shared/abi/fcntl.ts";
import { SOCK_STREAM } from "../../../shared/abi/socket.ts";
import { S_IFBLK, S_IFCHR, S_IFIFO, S_IFMT } from "../../../shared/abi/stat.ts";
import { ATTR_ALL, Attr } from "../../../shared/p9/attr.ts";
import type { OpenResult, P9Client } from "../../../shared/p9/client.ts";
import { Reader, Writer } from "../../../shared/p9/codec.ts";
import { writeMessage } from "../../../shared/p9/frame.ts";
import { MIN_MSIZE, NOFID, NOID } from "../../../shared/p9/limits.ts";
import * as type from "../../../shared/p9/message_type.ts";
import {
  Rstatfs,
  Rwalkgetattr,
  SETATTR_ATIME,
  SETATTR_MODE,
  SETATTR_MTIME,
  SETATTR_MTIME_SET,
  SETATTR_SIZE,
} from "../../../shared/p9/messages_attr.ts";
import { Tread } from "../../../shared/p9/messages_open.ts";
import { Hostfs } from "../hostfs/hostfs_native.ts";
import type { AttachPoint } from "./attach_point.ts";
import { MemoryTransport } from "./memory_transport.ts";

const ROOT = 1;
const MAX_FIDS = 64;
const OWN = { uid: NOID, gid: NOID };

let base = "";
let served = "";
let transport: MemoryTransport;
let client: P9Client;
let walked: Rwalkgetattr;
let opened: OpenResult;
const attr = new Attr();
const host = Hostfs.open() as Hostfs;

function openFds(): number {
  return fs.readdirSync("/proc/self/fd").length;
}

function serve(options: Partial<AttachPoint> = {}): void {
  const fd = host.openAttachPoint(served);
  transport = new MemoryTransport(
    host,
    [{ name: "0", fd, readonly: false, sockets: false, ...options }],
    65536,
    MAX_FIDS,
  );
  client = transport.client();
  expect(client.version()).toBe(0);
  expect(client.attach(ROOT, "0", { readonly: false, attr })).toBe(0);
}

function walk(from: number, path: string, newfid: number): number {
  const names = path.split("/");
  const count = client.walkGetAttr(
    from,
    names,
    names.map((_, i) => (i === names.length - 1 ? newfid : NOFID)),
    walked,
  );
  if (count < 0) return count;
  return walked.ecode === 0 ? count : -walked.ecode;
}

beforeEach(() => {
  base = fs.mkdtempSync(join(tmpdir(), "gofer-"));
  served = join(base, "served");
  fs.mkdirSync(join(served, "dir/sub"), { recursive: true });
  fs.writeFileSync(join(served, "file"), "hello, world\n");
  fs.writeFileSync(join(served, "dir/sub/deep"), "deep");
  fs.writeFileSync(join(base, "secret"), "secret");
  fs.symlinkSync("../secret", join(served, "up"));
  fs.symlinkSync(join(base, "secret"), join(served, "absolute"));
  fs.symlinkSync("dir", join(served, "inside"));
  walked = new Rwalkgetattr();
  opened = { fd: -1, attr: new Attr() };
  serve();
});

afterEach(() => {
  transport.connection.close();
  fs.rmSync(base, { recursive: true, force: true });
});

describe("walking", () => {
  test("gives each component's attributes and fids", () => {
    expect(client.walkGetAttr(ROOT, ["dir", "sub", "deep"], [2, NOFID, 3], walked)).toBe(3);
    expect(walked.ecode).toBe(0);
    const stat = fs.statSync(join(served, "dir/sub/deep"));
    expect(walked.attrs[2]).toMatchObject({ size: 4, ino: stat.ino, dev: stat.dev, mode: stat.mode, uid: stat.uid });
    expect(walked.attrs[2].mtimeSec * 1000 + walked.attrs[2].mtimeNsec / 1e6).toBeCloseTo(stat.mtimeMs, 0);
    expect(client.getAttr(2, ATTR_ALL, attr)).toBe(0);
    expect(attr.ino).toBe(fs.statSync(join(served, "dir")).ino);
    expect(transport.connection.fidCount).toBe(3);
  });

  test("stops at what isn't there, and keeps what is", () => {
    expect(client.walkGetAttr(ROOT, ["dir", "none", "more"], [2, 3, 4], walked)).toBe(1);
    expect(walked.ecode).toBe(errno.ENOENT);
    expect(client.clunkMany([2, 3, 4])).toBe(0);
    expect(client.walkGetAttr(ROOT, ["file", "x"], [NOFID, NOFID], walked)).toBe(1);
    expect(walked.ecode).toBe(errno.ENOTDIR);
    expect(transport.connection.fidCount).toBe(1);
  });

  test.each(["up", "absolute", "inside"])("stops at the symbolic link %s and tells its target", (name) => {
    for (const newfid of [2, NOFID]) {
      expect(client.walkGetAttr(ROOT, [name, "sub"], [newfid, NOFID], walked)).toBe(1);
      expect(walked.ecode).toBe(0);
      expect(walked.target).toBe(fs.readlinkSync(join(served, name)));
    }
    expect(client.readlink(2)).toBe(walked.target);
    expect(client.open(2, 3, O_RDONLY, true, opened)).toBe(-errno.ENXIO);
  });

  test.each([
    ["..", -errno.EINVAL],
    [".", -errno.EINVAL],
    ["", -errno.EINVAL],
    ["a/b", -errno.EINVAL],
    ["a\0", -errno.EINVAL],
    ["x".repeat(256), -errno.ENAMETOOLONG],
  ])("the client refuses %j", (name, expected) => {
    expect(client.walkGetAttr(ROOT, [name], [2], walked)).toBe(expected);
  });

  test("a client that sends .. itself is refused too", () => {
    const bytes = Buffer.from("15000000800100010000000100020000000000000000".slice(0, 42), "hex");
    bytes.write("..", 15, "latin1");
    const memory = new Uint8Array(65536);
    memory.set(bytes);
    const length = transport.connection.handle(memory, 0, bytes.length);
    expect(memory[4]).toBe(type.Rlerror);
    expect(new DataView(memory.buffer).getUint32(7, true)).toBe(errno.EPROTO);
    expect(length).toBe(11);
  });

  test("names are bytes", () => {
    fs.writeFileSync(Buffer.concat([Buffer.from(`${served}/`), Buffer.from([0xff, 0xe9])]), "x");
    expect(walk(ROOT, "\xff\xe9", 2)).toBe(1);
  });

  test("a fid follows its file when it is renamed, and survives its removal", () => {
    expect(walk(ROOT, "file", 2)).toBe(1);
    fs.renameSync(join(served, "file"), join(served, "moved"));
    expect(client.getAttr(2, ATTR_ALL, attr)).toBe(0);
    fs.rmSync(join(served, "moved"));
    expect(client.open(2, 3, O_RDONLY, false, opened)).toBe(0);
    const out = new Uint8Array(5);
    expect(client.read(3, out, 0, 5, 0)).toBe(5);
    expect(Buffer.from(out).toString()).toBe("hello");
  });

  test("no rename on the host leads a walk out of the served directory", async () => {
    fs.mkdirSync(join(base, "outside/sub"), { recursive: true });
    fs.writeFileSync(join(base, "outside/sub/deep"), "escaped");
    // Swaps served/dir for a link to the outside, and for the directory itself moved outside, over and over.
    const script = `
      const fs = require("node:fs");
      const end = Date.now() + 5000;
      while (Date.now() < end && !fs.existsSync("stop")) {
        fs.renameSync("served/dir", "held");
        fs.symlinkSync("../outside", "served/dir");
        fs.unlinkSync("served/dir");
        fs.renameSync("held", "served/dir");
      }`;
    const racer = spawn(process.execPath, ["-e", script], { cwd: base, stdio: "ignore" });
    const ended = once(racer, "exit");
    const end = Date.now() + 700;
    let whole = 0;
    let partial = 0;
    while (Date.now() < end) {
      const count = client.walkGetAttr(ROOT, ["dir", "sub", "deep"], [NOFID, NOFID, 5], walked);
      expect(count).toBeGreaterThanOrEqual(0);
      if (count < 3) {
        partial++;
        expect(count === 1 ? walked.target : "../outside").toBe("../outside");
        continue;
      }
      whole++;
      expect(walked.attrs[2].size).toBe(4);
      expect(client.clunk(5)).toBe(0);
    }
    fs.writeFileSync(join(base, "stop"), "");
    await ended;
    expect(whole).toBeGreaterThan(0);
    expect(partial).toBeGreaterThan(0);
  });
});

describe("fids", () => {
  test("unknown, doubly clunked and reused ones are refused", () => {
    expect(client.getAttr(99, ATTR_ALL, attr)).toBe(-errno.EBADF);
    expect(walk(ROOT, "file", 2)).toBe(1);
    expect(walk(ROOT, "file", 2)).toBe(-errno.EINVAL);
    expect(walk(ROOT, "dir/sub", ROOT)).toBe(-errno.EINVAL);
    expect(client.clunk(2)).toBe(0);
    expect(client.clunk(2)).toBe(-errno.EBADF);
    expect(walk(ROOT, "dir", 2)).toBe(1);
    expect(client.open(2, 2, O_RDONLY, false, opened)).toBe(-errno.EINVAL);
    expect(client.open(2, NOFID, O_RDONLY, false, opened)).toBe(-errno.EINVAL);
    expect(client.read(2, new Uint8Array(1), 0, 1, 0)).toBe(-errno.EBADF);
    expect(client.walkGetAttr(ROOT, ["dir", "sub"], [7, 7], walked)).toBe(-errno.EINVAL);
    expect(client.attach(ROOT, "0", { readonly: false, attr })).toBe(-errno.EINVAL);
    expect(client.attach(50, "nowhere", { readonly: false, attr })).toBe(-errno.ENOENT);
  });

  test("are bounded, and all go with the session", () => {
    const before = openFds();
    let made = 0;
    while (walk(ROOT, "file", 100 + made) === 1) made++;
    expect(walk(ROOT, "file", 100 + made)).toBe(-errno.ENFILE);
    expect(made).toBe(MAX_FIDS - 1);
    expect(openFds()).toBe(before + made);
    expect(client.version()).toBe(0);
    expect(transport.connection.fidCount).toBe(0);
    expect(openFds()).toBe(before - 1);
    expect(client.getAttr(ROOT, ATTR_ALL, attr)).toBe(-errno.EBADF);
  });

  test("failures leak no descriptors", () => {
    const before = openFds();
    walk(ROOT, "dir/sub/none", 2);
    walk(ROOT, "file/x/y", 2);
    client.walkGetAttr(ROOT, ["inside", "sub"], [NOFID, 3], walked);
    client.create(ROOT, "file", 4, 5, O_RDWR, { mode: 0o644, ...OWN }, false, opened);
    client.mkdir(ROOT, "dir", 4, { mode: 0o755, ...OWN }, attr);
    client.setXattr(ROOT, "nonsense", new Uint8Array(1), 0, 1, 0);
    expect(openFds()).toBe(before);
  });
});

describe("files", () => {
  test("are read and written", () => {
    expect(client.create(ROOT, "new", 2, 3, O_RDWR, { mode: 0o600, ...OWN }, false, opened)).toBe(0);
    expect(opened.fd).toBe(-1);
    expect(opened.attr.mode & 0o7777).toBe(0o600);
    const data = Buffer.from("0123456789");
    expect(client.write(3, data, 0, 10, 5)).toBe(10);
    const out = new Uint8Array(32);
    expect(client.read(3, out, 1, 31, 0)).toBe(15);
    expect(Buffer.from(out.subarray(0, 16)).toString("latin1")).toBe(`\0\0\0\0\0\x000123456789`);
    expect(client.read(3, out, 0, 8, 15)).toBe(0);
    expect(client.fsync(3, true)).toBe(0);
    expect(client.fsync(2, false)).toBe(0);
    expect(client.allocate(3, 0, 0, 8192)).toBe(0);
    expect(client.getAttr(2, ATTR_ALL, attr)).toBe(0);
    expect(attr.size).toBe(8192);
    expect(client.create(ROOT, "new", NOFID, 4, O_RDWR, { mode: 0o600, ...OWN }, false, opened)).toBe(-errno.EEXIST);
  });

  test("without a name can be given one", () => {
    expect(client.create(ROOT, "x", 2, 3, O_RDWR | O_TMPFILE, { mode: 0o640, ...OWN }, true, opened)).toBe(0);
    expect(fs.fstatSync(opened.fd)).toMatchObject({ nlink: 0, mode: 0o100640 });
    host.close(opened.fd);
    expect(fs.existsSync(join(served, "x"))).toBe(false);
    expect(client.link(ROOT, 2, "named", attr)).toBe(0);
    expect(attr.nlink).toBe(1);
    expect(fs.existsSync(join(served, "named"))).toBe(true);
  });

  test("move in pieces of the message size", () => {
    fs.writeFileSync(join(served, "big"), Buffer.alloc(200_000, 0x61));
    expect(walk(ROOT, "big", 2)).toBe(1);
    expect(client.open(2, 3, O_RDONLY, false, opened)).toBe(0);
    const out = new Uint8Array(200_000);
    let done = 0;
    for (let n = 1; n > 0; done += n) n = client.read(3, out, done, out.length - done, done);
    expect(done).toBe(200_000);
    expect(out.every((b) => b === 0x61)).toBe(true);
  });

  test("a count of 4 GiB reads what fits, and a directory is not read", () => {
    const request = new Tread();
    expect(walk(ROOT, "file", 2)).toBe(1);
    client.open(2, 3, O_RDONLY, false, opened);
    request.fid = 3;
    request.count = 0xffffffff;
    const length = writeMessage(new Writer(), transport.memory, transport.offset, 100, type.Tread, 9, request);
    const replied = transport.call(length);
    expect(replied).toBe(7 + 4 + 13);
    expect(transport.memory[transport.offset + 4]).toBe(type.Tread + 1);
    expect(client.open(ROOT, 4, O_RDONLY, false, opened)).toBe(0);
    expect(client.read(4, new Uint8Array(1), 0, 1, 0)).toBe(-errno.EISDIR);
    expect(client.open(ROOT, 5, O_RDWR, false, opened)).toBe(-errno.EISDIR);
    expect(client.open(2, 5, O_CREAT, false, opened)).toBe(-errno.EINVAL);
  });

  test("are donated as descriptors, which take the fid's place", () => {
    const before = openFds();
    expect(walk(ROOT, "file", 2)).toBe(1);
    expect(client.open(2, 3, O_RDONLY, true, opened)).toBe(0);
    expect(opened.fd).toBeGreaterThan(0);
    expect(fs.readFileSync(opened.fd, "latin1")).toBe("hello, world\n");
    expect(() => fs.writeSync(opened.fd, "x")).toThrow();
    host.close(opened.fd);
    expect(client.clunk(3)).toBe(-errno.EBADF);
    expect(client.create(ROOT, "made", NOFID, 4, O_WRONLY, { mode: 0o644, ...OWN }, true, opened)).toBe(0);
    fs.writeSync(opened.fd, "made");
    host.close(opened.fd);
    expect(fs.readFileSync(join(served, "made"), "latin1")).toBe("made");
    expect(openFds()).toBe(before + 1);
  });

  test("that aren't regular are not opened", () => {
    expect(client.mknod(ROOT, "pipe", 0, 2, { mode: S_IFIFO | 0o644, ...OWN }, attr)).toBe(0);
    expect(attr.mode & S_IFMT).toBe(S_IFIFO);
    expect(client.open(2, 3, O_RDONLY, false, opened)).toBe(-errno.ENXIO);
    expect(client.mknod(ROOT, "disk", 0x800, NOFID, { mode: S_IFBLK | 0o644, ...OWN }, attr)).toBe(-errno.EPERM);
    expect(client.mknod(ROOT, "null", 0x103, NOFID, { mode: S_IFCHR | 0o666, ...OWN }, attr)).toBe(-errno.EPERM);
  });

  test("are locked against others", () => {
    expect(walk(ROOT, "file", 2)).toBe(1);
    client.open(2, 3, O_RDWR, false, opened);
    client.open(2, 4, O_RDWR, false, opened);
    expect(client.lock(3, F_WRLCK, 0, 10)).toBe(0);
    expect(client.lock(4, F_WRLCK, 5, 0)).toBe(1);
    expect(client.lock(3, F_UNLCK, 0, 0)).toBe(0);
    expect(client.lock(4, F_WRLCK, 5, 0)).toBe(0);
    expect(client.lock(4, 9, 5, 0)).toBe(-errno.EINVAL);
  });
});

describe("attributes", () => {
  const change = { valid: 0, mode: 0, uid: 0, gid: 0, size: 0, atimeSec: 0, atimeNsec: 0, mtimeSec: 0, mtimeNsec: 0 };

  test("are set on a path fid, and told afterwards", () => {
    expect(walk(ROOT, "file", 2)).toBe(1);
    const valid = SETATTR_MODE | SETATTR_SIZE | SETATTR_MTIME | SETATTR_MTIME_SET | SETATTR_ATIME;
    expect(client.setAttr(2, { ...change, valid, mode: 0o4711, size: 5, mtimeSec: -2, mtimeNsec: 7 }, attr)).toBe(0);
    expect(attr).toMatchObject({ size: 5, mtimeSec: -2, mtimeNsec: 7 });
    expect(attr.mode & 0o7777).toBe(0o4711);
    expect(attr.atimeSec).toBeGreaterThan(1e9);
    expect(fs.readFileSync(join(served, "file"), "latin1")).toBe("hello");
    expect(client.setAttr(2, { ...change, valid: 0x10000 }, attr)).toBe(-errno.EINVAL);
    expect(client.setAttr(2, { ...change, valid: SETATTR_MTIME, mtimeNsec: 2e9 }, attr)).toBe(-errno.EINVAL);
    expect(client.setAttr(ROOT, { ...change, valid: SETATTR_SIZE }, attr)).toBe(-errno.EISDIR);
  });

  test("of a symbolic link are the link's own", () => {
    expect(walk(ROOT, "up", 2)).toBe(1);
    expect(client.setAttr(2, { ...change, valid: SETATTR_MODE, mode: 0 }, attr)).toBe(-errno.EOPNOTSUPP);
    expect(client.setAttr(2, { ...change, valid: SETATTR_MTIME | SETATTR_MTIME_SET, mtimeSec: 1 }, attr)).toBe(0);
    expect(fs.statSync(join(base, "secret")).mtimeMs).toBeGreaterThan(1e12);
    expect(client.getXattr(2, "user.x", new Uint8Array(1), 0, 1)).toBe(-errno.EOPNOTSUPP);
  });

  test("of many fids come at once", () => {
    walk(ROOT, "file", 2);
    walk(ROOT, "dir", 3);
    const attrs = [new Attr(), new Attr(), new Attr()];
    const errors: number[] = [];
    expect(client.multiGetAttr([2, 77, 3], attrs, errors)).toBe(0);
    expect(errors).toEqual([-0, -errno.EBADF, -0]);
    expect(attrs[0].size).toBe(13);
    expect(attrs[2].ino).toBe(fs.statSync(join(served, "dir")).ino);
  });

  test("extended ones are set, listed, read and removed", () => {
    walk(ROOT, "file", 2);
    const value = Buffer.from("value");
    expect(client.setXattr(2, "user.one", value, 0, 5, 0)).toBe(0);
    expect(client.getXattr(2, "user.one", value, 0, 0)).toBe(5);
    const out = new Uint8Array(16);
    expect(client.getXattr(2, "user.one", out, 2, 14)).toBe(5);
    expect(Buffer.from(out.subarray(2, 7)).toString()).toBe("value");
    expect(client.getXattr(2, "user.one", out, 0, 3)).toBe(-errno.ERANGE);
    expect(client.listXattr(2, out, 0, 16)).toBe(9);
    expect(Buffer.from(out.subarray(0, 9)).toString()).toBe("user.one\0");
    expect(client.removeXattr(2, "user.one")).toBe(0);
    expect(client.getXattr(2, "user.one", out, 0, 16)).toBe(-errno.ENODATA);
  });

  test("of the file system", () => {
    const out = new Rstatfs();
    expect(client.statfs(ROOT, out)).toBe(0);
    const stat = fs.statfsSync(served);
    expect(out).toMatchObject({ type: stat.type, bsize: stat.bsize, blocks: stat.blocks, files: stat.files });
  });
});

describe("directories", () => {
  function list(fid: number, plus: boolean): Map<string, number> {
    const names = new Map<string, number>();
    let offset = 0;
    for (let end = 0; end === 0; ) {
      end = client.readdir(fid, offset, plus, (entry) => {
        expect(names.has(entry.name)).toBe(false);
        names.set(entry.name, plus ? entry.attr.mode : entry.type);
        offset = entry.offset;
      });
      expect(end).toBeGreaterThanOrEqual(0);
    }
    return names;
  }

  test("are read to the end, also in many messages, and again from the start", () => {
    for (let i = 0; i < 2500; i++) fs.writeFileSync(join(served, "dir", `entry-${"x".repeat(i % 40)}-${i}`), "");
    expect(walk(ROOT, "dir", 2)).toBe(1);
    expect(client.open(2, 3, O_RDONLY, true, opened)).toBe(0);
    expect(opened.fd).toBe(-1);
    expect(list(3, false).size).toBe(2501);
    const plus = list(3, true);
    expect(plus.size).toBe(2501);
    expect(plus.get("sub")).toBe(fs.statSync(join(served, "dir/sub")).mode);
    let first = "";
    expect(client.readdir(3, 2000, false, (entry) => (first ||= entry.name))).toBe(1);
    expect([...plus.keys()][2000]).toBe(first);
    // Without being opened it tells as much as one reply holds.
    const names: string[] = [];
    expect(client.readdir(2, 0, false, (entry) => names.push(entry.name))).toBe(0);
    expect(names.length).toBeGreaterThan(100);
    expect(walk(2, "sub", 4)).toBe(1);
    expect(client.readdir(4, 0, false, () => {})).toBe(1);
  });

  test("are read with those below them, from one on", () => {
    fs.mkdirSync(join(served, "tree/a/b/c"), { recursive: true });
    fs.mkdirSync(join(served, "tree/d"));
    fs.writeFileSync(join(served, "tree/a/b/file"), "");
    fs.symlinkSync("a", join(served, "tree/link"));
    expect(walk(ROOT, "tree", 2)).toBe(1);
    const read = (from: string, directories: number, bytes: number) => {
      const paths = [""];
      const told: string[] = [];
      const result = client.readTree(
        2,
        from,
        directories,
        bytes,
        false,
        (directory) => {
          const path = `${paths[directory.parent]}/${directory.name}`;
          expect(directory.attr.ino).toBe(fs.statSync(join(served, "tree", path)).ino);
          paths.push(path);
        },
        (entry) => told.push(`${paths.at(-1)}/${entry.name}`),
      );
      expect(result).toBe(paths.length - 1);
      return { paths: paths.slice(1), told: told.sort() };
    };
    const [first] = fs.readdirSync(join(served, "tree"), { withFileTypes: true }).filter((e) => e.isDirectory());
    const names = { paths: [] as string[], told: [] as string[] };
    for (const from of ["a", "d"]) {
      const { paths, told } = read(from, 64, 65536);
      if (from === first.name) Object.assign(names, { paths: paths.sort(), told });
    }
    expect(names.told.filter((name) => name.startsWith("/a"))).toEqual(["/a/b", "/a/b/c", "/a/b/file"]);
    expect(read("a", 2, 65536).paths).toEqual(["/a", "/a/b"]);
    expect(read("a", 64, 400).paths).toEqual(["/a", "/a/b"]);
    expect(read("a", 0, 65536).paths).toEqual([]);
    expect(read("link", 64, 65536).paths).toEqual([]);
    expect(read("none", 64, 65536).paths).toEqual([]);
    const sizes: number[] = [];
    fs.writeFileSync(join(served, "tree/a/b/file"), "seven b");
    const onEntry = (entry: { attr: { size: number }; name: string }) => {
      if (entry.name === "file") sizes.push(entry.attr.size);
    };
    expect(client.readTree(2, "a", 3, 65536, true, () => {}, onEntry)).toBe(3);
    expect(sizes).toEqual([7]);
  });

  test("and their entries are changed", () => {
    const file = { mode: 0o755, ...OWN };
    expect(client.mkdir(ROOT, "made", 2, { ...file, mode: 0o1755 }, attr)).toBe(0);
    expect(attr.mode & 0o7777).toBe(0o1755);
    expect(client.symlink(2, "link", "/some/where", 3, file, attr)).toBe(0);
    expect(client.readlink(3)).toBe("/some/where");
    expect(client.symlink(2, "bad", "a\0b", NOFID, file, attr)).toBe(-errno.EINVAL);
    expect(walk(ROOT, "file", 4)).toBe(1);
    expect(client.link(2, 4, "again", attr)).toBe(0);
    expect(attr.nlink).toBe(2);
    expect(client.link(2, ROOT, "loop", attr)).toBe(-errno.EPERM);
    expect(client.renameAt(2, "again", ROOT, "file2", 0)).toBe(0);
    expect(client.renameAt(ROOT, "file2", ROOT, "file", RENAME_NOREPLACE)).toBe(-errno.EEXIST);
    expect(client.unlinkAt(ROOT, "made", 0)).toBe(-errno.EISDIR);
    expect(client.unlinkAt(ROOT, "made", AT_REMOVEDIR)).toBe(-errno.ENOTEMPTY);
    expect(client.unlinkAt(2, "link", 0)).toBe(0);
    expect(client.unlinkAt(ROOT, "made", AT_REMOVEDIR)).toBe(0);
    expect(client.unlinkAt(ROOT, "file2", 0x4000)).toBe(-errno.EINVAL);
  });

  test("that are served read-only are not", () => {
    transport.connection.close();
    serve({ readonly: true });
    const file = { mode: 0o755, ...OWN };
    walk(ROOT, "file", 2);
    expect(client.open(2, 3, O_RDONLY, false, opened)).toBe(0);
    for (const refused of [
      client.open(2, 4, O_WRONLY, false, opened),
      client.open(2, 4, O_RDONLY | O_TRUNC, false, opened),
      client.create(ROOT, "new", 4, 5, O_RDWR, file, false, opened),
      client.mkdir(ROOT, "new", 4, file, attr),
      client.symlink(ROOT, "new", "x", 4, file, attr),
      client.mknod(ROOT, "new", 0, 4, { ...file, mode: S_IFIFO }, attr),
      client.link(ROOT, 2, "new", attr),
      client.renameAt(ROOT, "file", ROOT, "new", 0),
      client.unlinkAt(ROOT, "file", 0),
      client.removeXattr(2, "user.x"),
      client.setXattr(2, "user.x", new Uint8Array(1), 0, 1, 0),
      client.bind(ROOT, "new", 4, SOCK_STREAM, file, opened),
    ]) {
      expect(refused).toBe(-errno.EROFS);
    }
    expect(client.write(3, new Uint8Array(1), 0, 1, 0)).toBe(-errno.EBADF);
  });
});

describe("the protocol", () => {
  test("begins with Tversion, and knows its version only", () => {
    const fresh = new MemoryTransport(host, [], 65536, 4);
    expect(fresh.client().attach(1, "0", { readonly: false, attr })).toBe(-errno.EPROTO);
    const small = new MemoryTransport(host, [], MIN_MSIZE - 1, 4);
    expect(small.client().version()).toBe(-errno.EPROTO);
  });

  test("survives the corpus", () => {
    const directory = join(import.meta.dirname, "../../../shared/p9/corpus");
    for (const name of fs.readdirSync(directory)) {
      const bytes = Buffer.from(fs.readFileSync(join(directory, name), "utf8").replace(/#.*|\s/g, ""), "hex");
      const memory = new Uint8Array(65536);
      memory.set(bytes);
      const length = transport.connection.handle(memory, 0, bytes.length);
      const reader = new Reader();
      reader.reset(memory, 0, length);
      expect(reader.u32(0)).toBe(length);
      expect([name, reader.u8(0)]).toEqual([name, type.Rlerror]);
    }
    // A length past the memory is refused like any other nonsense.
    const memory = new Uint8Array(65536);
    expect(transport.connection.handle(memory, 0, 70_000)).toBe(11);
  });
});
