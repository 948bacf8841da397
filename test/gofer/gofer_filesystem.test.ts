/** The sentry's gofer filesystem and the gofer's server, in one process over a real directory. */

import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Hostfs } from "../../services/gofer/hostfs/hostfs_native.ts";
import { MemoryTransport } from "../../services/gofer/server/memory_transport.ts";
import { createGoferFilesystem, type GoferFilesystem } from "../../services/sentry/fsimpl/gofer/gofer_filesystem.ts";
import { OverlayFilesystem } from "../../services/sentry/fsimpl/overlay/overlay_filesystem.ts";
import { createTmpfs } from "../../services/sentry/fsimpl/tmpfs/tmpfs_native.ts";
import { dentryCache } from "../../services/sentry/vfs/dentry_cache.ts";
import { VfsHarness } from "../../services/sentry/vfs/testing/vfs_harness.ts";
import * as errno from "../../shared/abi/errno.ts";
import { AT_SYMLINK_NOFOLLOW, O_APPEND, O_RDONLY, O_RDWR } from "../../shared/abi/fcntl.ts";

class CountingTransport extends MemoryTransport {
  calls = 0;

  override call(length: number): number {
    this.calls++;
    return super.call(length);
  }
}

let directory = "";
let transport: CountingTransport;
let filesystem: GoferFilesystem;
let h: VfsHarness;
const host = Hostfs.open() as Hostfs;

function mount(exclusive: boolean, readonly = false, maxFids = 500): void {
  const fd = host.openAttachPoint(directory);
  transport = new CountingTransport(host, [{ name: "0", fd, readonly, sockets: false }], 65536, maxFids);
  const client = transport.client();
  expect(client.version()).toBe(0);
  filesystem = createGoferFilesystem(client, "0", { exclusive }) as GoferFilesystem;
  h = new VfsHarness(filesystem);
}

/** How many exchanges `body` takes. */
function callsOf(body: () => void): number {
  const before = transport.calls;
  body();
  return transport.calls - before;
}

function outside(...path: string[]): string {
  return join(directory, ...path);
}

beforeEach(() => {
  directory = fs.mkdtempSync(join(tmpdir(), "gofer-"));
  fs.mkdirSync(outside("a/b/c"), { recursive: true });
  fs.writeFileSync(outside("a/b/c/deep"), "deep content");
  fs.writeFileSync(outside("file"), "hello");
  fs.symlinkSync("a/b", outside("short"));
  fs.symlinkSync("/a/b/c/deep", outside("absolute"));
});

afterEach(() => {
  transport.connection.close();
  fs.rmSync(directory, { recursive: true, force: true });
});

describe.each([
  ["exclusive", true],
  ["shared", false],
])("with %s access", (_name, exclusive) => {
  beforeEach(() => mount(exclusive));

  test("a path of any length takes no more exchanges than a short one", () => {
    const names = "x".repeat(20).split("").join("/");
    fs.mkdirSync(outside(names), { recursive: true });
    fs.writeFileSync(outside(names, "end"), "twelve bytes");
    // The directory, the name in it, its attributes; where nothing is kept, once more what took longer than a moment.
    expect(callsOf(() => expect(h.stat(`/${names}/end`).size).toBe(12))).toBeLessThanOrEqual(5);
    expect(h.stat(`/${names}/end`).ino).toBe(fs.statSync(outside(names, "end")).ino);
    expect(callsOf(() => expect(h.statErrno("/a/b/none/x/y/z/x/y/z")).toBe(-errno.ENOENT))).toBeLessThanOrEqual(5);
    expect(h.statErrno("/file/x")).toBe(-errno.ENOTDIR);
  });

  test("symbolic links are resolved here, and never by the host", () => {
    expect(h.stat("/short/c/deep").size).toBe(12);
    expect(h.read("/absolute")).toBe("deep content");
    expect(h.stat("/short", AT_SYMLINK_NOFOLLOW).mode & 0o170000).toBe(0o120000);
    fs.symlinkSync("/etc/passwd", outside("escape"));
    fs.symlinkSync("../../../../etc/passwd", outside("a/escape"));
    expect(h.statErrno("/escape")).toBe(-errno.ENOENT);
    expect(h.statErrno("/a/escape")).toBe(-errno.ENOENT);
  });

  test("files are written, read, appended to and cut", () => {
    h.write("/new", "first ");
    const file = h.open("/new", O_RDWR | O_APPEND);
    expect(file.write(h.context, Buffer.from("second"), 0, 6)).toBe(6);
    expect(h.read("/new")).toBe("first second");
    expect(fs.readFileSync(outside("new"), "latin1")).toBe("first second");
    expect(h.stat("/new")).toMatchObject({ size: 12 });
    expect(file.setAttributes(h.context, { size: 5 })).toBe(0);
    expect(h.stat("/new").size).toBe(5);
    expect(h.read("/new")).toBe("first");
    const mapped = file.mappable(true, true);
    expect(typeof mapped === "number" ? mapped : mapped.hostFd).toBeGreaterThan(0);
    file.dropReference();
    h.write("/new", "shorter");
    expect(h.read("/new")).toBe("shorter");
  });

  test("directories change and are listed", () => {
    expect(h.list("/")).toEqual(["a", "absolute", "file", "short"]);
    expect(h.mkdir("/made")).toBe(0);
    h.write("/made/x", "x");
    expect(h.symlink("x", "/made/y")).toBe(0);
    expect(h.link("/made/x", "/made/z")).toBe(0);
    expect(h.stat("/made/z")).toMatchObject({ nlink: 2, ino: h.stat("/made/x").ino });
    expect(h.list("/made")).toEqual(["x", "y", "z"]);
    expect(h.rename("/made/z", "/moved")).toBe(0);
    expect(h.rename("/made", "/again")).toBe(0);
    expect(h.list("/again")).toEqual(["x", "y"]);
    expect(h.statErrno("/made")).toBe(-errno.ENOENT);
    expect(h.rmdir("/again")).toBe(-errno.ENOTEMPTY);
    expect(h.unlink("/again/x")).toBe(0);
    expect(h.stat("/moved").nlink).toBe(1);
    expect(h.unlink("/again/y")).toBe(0);
    expect(h.rmdir("/again")).toBe(0);
    expect(fs.readdirSync(directory).sort()).toEqual(["a", "absolute", "file", "moved", "short"]);
  });

  test("an open file survives the loss of its name", () => {
    const file = h.open("/file", O_RDONLY);
    expect(h.unlink("/file")).toBe(0);
    const memory = new Uint8Array(8);
    expect(file.read(h.context, memory, 0, 8)).toBe(5);
    expect(file.inode.dentryCount).toBe(1);
    file.dropReference();
    expect(h.statErrno("/file")).toBe(-errno.ENOENT);
  });

  test("attributes are changed", () => {
    const place = h.place("/file");
    expect(place.dentry.inode?.setAttributes(h.context, { mode: 0o600, mtime: [5, 6], atime: "now" })).toBe(0);
    expect(h.stat("/file")).toMatchObject({ mtimeSec: 5, mtimeNsec: 6 });
    expect(fs.statSync(outside("file")).mode & 0o777).toBe(0o600);
    const inode = place.dentry.inode;
    expect(inode?.setXattr(h.context, "user.name", Buffer.from("value"), 0)).toBe(0);
    expect(Buffer.from(inode?.getXattr(h.context, "user.name") as Uint8Array).toString()).toBe("value");
    expect(inode?.listXattr(h.context)).toEqual(["user.name"]);
    expect(inode?.removeXattr(h.context, "user.name")).toBe(0);
    expect(inode?.getXattr(h.context, "user.name")).toBe(-errno.ENODATA);
  });

  test("nothing is left when names and files are gone", () => {
    for (let i = 0; i < 200; i++) h.write(`/a/${i}`, "x");
    expect(h.list("/a").length).toBe(201);
    for (let i = 0; i < 200; i++) expect(h.unlink(`/a/${i}`)).toBe(0);
    dentryCache.shrink();
    filesystem.sync();
    h.write("/flush", "x");
    expect(transport.connection.fidCount).toBeLessThan(90);
  });

  test("more files than the gofer has descriptors for", () => {
    transport.connection.close();
    for (let i = 0; i < 300; i++) fs.writeFileSync(outside(`n${i}`), "x");
    mount(exclusive, false, 200);
    let failed = 0;
    for (let i = 0; i < 300; i++) if (h.statErrno(`/n${i}`) < 0) failed++;
    expect(failed).toBeGreaterThanOrEqual(0);
    return Promise.resolve().then(() => {
      for (let i = 0; i < 100; i++) expect(h.statErrno(`/n${i}`)).toBe(0);
    });
  });
});

test("with exclusive access nothing is asked twice", () => {
  mount(true);
  h.stat("/a/b/c/deep");
  h.list("/a");
  h.read("/file");
  const repeated = () => {
    h.stat("/a/b/c/deep");
    h.stat("/a");
    h.list("/a");
    h.read("/file");
    h.statErrno("/short/c/deep");
  };
  repeated();
  expect(callsOf(repeated)).toBe(0);
  expect(h.statErrno("/a/none")).toBe(-errno.ENOENT);
  expect(callsOf(() => h.statErrno("/a/none"))).toBe(0);
});

test("with shared access the host's changes are seen", async () => {
  mount(false);
  expect(h.read("/a/b/c/deep")).toBe("deep content");
  expect(h.statErrno("/later")).toBe(-errno.ENOENT);
  fs.writeFileSync(outside("later"), "later");
  fs.renameSync(outside("a/b"), outside("a/moved"));
  fs.mkdirSync(outside("a/b/c"), { recursive: true });
  fs.writeFileSync(outside("a/b/c/deep"), "new");
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(h.read("/later")).toBe("later");
  expect(h.read("/a/b/c/deep")).toBe("new");
  expect(h.read("/a/moved/c/deep")).toBe("deep content");
  fs.writeFileSync(outside("later"), "longer than before");
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(h.stat("/later").size).toBe(18);
  fs.rmSync(outside("later"));
  fs.writeFileSync(outside("a/fresh"), "");
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(h.statErrno("/later")).toBe(-errno.ENOENT);
  expect(h.list("/a")).toEqual(["b", "fresh", "moved"]);
});

test("what is served read-only is read-only", () => {
  mount(true, true);
  expect(h.mkdir("/x")).toBe(-errno.EROFS);
  expect(h.tryOpen("/file", O_RDWR)).toBe(-errno.EROFS);
  expect(h.read("/file")).toBe("hello");
});

test("below an overlay the host is never changed", () => {
  mount(true);
  const upper = createTmpfs({}, h.vfs.clock);
  const overlay = OverlayFilesystem.create(h.context, [filesystem], upper) as OverlayFilesystem;
  h = new VfsHarness(overlay);
  expect(callsOf(() => expect(h.read("/a/b/c/deep")).toBe("deep content"))).toBeLessThanOrEqual(3);
  h.write("/a/b/c/deep", "changed");
  h.write("/made", "made");
  expect(h.unlink("/file")).toBe(0);
  expect(h.rename("/a/b/c", "/c")).toBe(0);
  expect(h.read("/c/deep")).toBe("changed");
  expect(h.list("/")).toEqual(["a", "absolute", "c", "made", "short"]);
  expect(fs.readFileSync(outside("a/b/c/deep"), "latin1")).toBe("deep content");
  expect(fs.readdirSync(directory).sort()).toEqual(["a", "absolute", "file", "short"]);
});

describe("reading ahead, with exclusive access", () => {
  const COUNT = 40;

  beforeEach(() => {
    fs.mkdirSync(outside("many/sub"), { recursive: true });
    for (let i = 0; i < COUNT; i++) fs.writeFileSync(outside("many", `f${i}`), "x".repeat(i));
    mount(true);
  });

  function statAll(): number {
    return callsOf(() => {
      for (let i = 0; i < COUNT; i++) expect(h.stat(`/many/f${i}`).size).toBe(i);
    });
  }

  test("many files are looked up in few exchanges, and need no descriptors", () => {
    expect(statAll()).toBeLessThan(10);
    expect(transport.connection.fidCount).toBeLessThan(10);
    expect(callsOf(() => expect(h.statErrno("/many/none")).toBe(-errno.ENOENT))).toBe(0);
    expect(callsOf(() => expect(h.read("/many/f39")).toBe("x".repeat(39)))).toBe(1);
  });

  test("a listed directory tells what is missing", () => {
    h.list("/many");
    expect(callsOf(() => expect(h.statErrno("/many/none")).toBe(-errno.ENOENT))).toBe(0);
    expect(statAll()).toBeLessThan(5);
  });

  test("what has changed since is told as it is", () => {
    statAll();
    h.write("/many/f1", "twelve bytes");
    expect(h.place("/many/f2").dentry.inode?.setAttributes(h.context, { mode: 0o600 })).toBe(0);
    expect(h.link("/many/f3", "/many/another")).toBe(0);
    expect(h.rename("/many/f4", "/many/sub/moved")).toBe(0);
    expect(h.rename("/many/f5", "/many/f6")).toBe(0);
    expect(h.unlink("/many/f7")).toBe(0);
    dentryCache.shrink();
    for (const name of fs.readdirSync(outside("many"))) {
      const { size, mode, nlink, ino } = fs.statSync(outside("many", name));
      expect(h.stat(`/many/${name}`), name).toMatchObject({ size, mode, nlink, ino });
    }
    expect(h.stat("/many/sub/moved").size).toBe(4);
    expect(h.statErrno("/many/f5")).toBe(-errno.ENOENT);
    expect(h.statErrno("/many/f7")).toBe(-errno.ENOENT);
  });

  test("a tree is gone through in few exchanges, and seen as it is", () => {
    for (let i = 0; i < 30; i++) {
      fs.mkdirSync(outside(`tree/d${i}/e/f`), { recursive: true });
      fs.writeFileSync(outside(`tree/d${i}/e/file`), "x");
      fs.symlinkSync("e/file", outside(`tree/d${i}/link`));
    }
    const isDirectory = (path: string) => (h.stat(path, AT_SYMLINK_NOFOLLOW).mode & 0o170000) === 0o040000;
    const walk = (path: string, isWorking: boolean): string[] =>
      h.list(path).flatMap((name) => {
        const child = `${path}/${name}`;
        if (isWorking && name === "e") {
          expect(h.mkdir(`${child}/made`)).toBe(0);
          expect(h.rmdir(`${child}/f`)).toBe(0);
        }
        // Asking for the type of everything would be answered by attributes read ahead.
        return /^[def]/.test(name) && name !== "file" && isDirectory(child)
          ? [child, ...walk(child, isWorking)]
          : [child];
      });
    let seen: string[] = [];
    expect(callsOf(() => (seen = walk("/tree", false)))).toBeLessThan(91 * 0.6);
    const real = () =>
      (fs.readdirSync(outside("tree"), { recursive: true }) as string[]).map((path) => `/tree/${path}`);
    expect(seen.sort()).toEqual(real().sort());
    expect(transport.connection.fidCount).toBeLessThan(91 * 0.6);
    dentryCache.shrink();
    mount(true);
    expect(walk("/tree", true).sort()).toEqual(real().sort());
  });

  test("a file keeps its identity when its name goes before it was ever needed", () => {
    statAll();
    const place = h.place("/many/f9");
    place.dentry.takeReference();
    expect(h.unlink("/many/f9")).toBe(0);
    fs.writeFileSync(outside("many/f9"), "another");
    expect(place.dentry.inode?.setAttributes(h.context, { mode: 0o600 })).toBe(0);
    expect(fs.statSync(outside("many/f9")).mode & 0o777).not.toBe(0o600);
    place.dentry.dropReference();
  });

  test("a file that the host replaced is not taken for the one that was listed", () => {
    statAll();
    fs.writeFileSync(outside("many/new"), "new");
    fs.renameSync(outside("many/new"), outside("many/f8"));
    expect(h.tryOpen("/many/f8", O_RDONLY)).toBe(-errno.ESTALE);
  });

  test("nothing is left when the names are forgotten", () => {
    statAll();
    dentryCache.shrink();
    h.list("/a");
    filesystem.release();
    expect(transport.connection.fidCount).toBe(0);
  });
});
