import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { EBUSY, EINVAL, ENOSPC, ENXIO, EOPNOTSUPP, EPERM } from "../../../../shared/abi/errno.ts";
import {
  F_SEAL_GROW,
  F_SEAL_SEAL,
  F_SEAL_SHRINK,
  F_SEAL_WRITE,
  FALLOC_FL_KEEP_SIZE,
  FALLOC_FL_PUNCH_HOLE,
  FALLOC_FL_ZERO_RANGE,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  SEEK_CUR,
  SEEK_DATA,
  SEEK_END,
  SEEK_HOLE,
  SEEK_SET,
} from "../../../../shared/abi/fcntl.ts";
import type { FileDescription } from "../../vfs/file_description.ts";
import { VfsHarness } from "../../vfs/testing/vfs_harness.ts";
import type { FilesystemStatistics } from "../../vfs/types.ts";
import { AnonymousFiles } from "./anonymous_file.ts";
import { FakeHostFiles } from "./fake_host_files.ts";
import { BUFFER_LIMIT, FileContent } from "./file_content.ts";
import { parseTmpfsOptions, TmpfsFilesystem } from "./tmpfs.ts";

const PAGE = 4096;
let host: FakeHostFiles;
let filesystem: TmpfsFilesystem;
let h: VfsHarness;

function use(options: ConstructorParameters<typeof TmpfsFilesystem>[0]): void {
  host = new FakeHostFiles();
  filesystem = new TmpfsFilesystem(options, host);
  h = new VfsHarness(filesystem);
}

beforeEach(() => use({}));

const put = (file: FileDescription, text: string, position: number) =>
  file.pwrite(h.context, Buffer.from(text, "latin1"), 0, text.length, position);
const get = (file: FileDescription, length: number, position: number) => {
  const memory = new Uint8Array(length);
  const count = file.pread(h.context, memory, 0, length, position);
  return count < 0 ? count : Buffer.from(memory.buffer, 0, count).toString("latin1");
};

describe("limits", () => {
  test("size: a write takes what there is room for, then ENOSPC; removal gives it back", () => {
    use({ size: 3 * PAGE });
    const file = h.open("/f", O_CREAT | O_RDWR);
    expect(put(file, "x".repeat(5 * PAGE), 100)).toBe(3 * PAGE - 100);
    expect(put(file, "x", 3 * PAGE)).toBe(-ENOSPC);
    h.write("/empty", "");
    h.unlink("/f");
    expect(filesystem.usedPages).toBe(3);
    file.dropReference();
    expect(filesystem.usedPages).toBe(0);
  });

  test("inodes", () => {
    use({ inodes: 2 });
    h.write("/one", "");
    expect(h.mkdir("/two")).toBe(-ENOSPC);
    expect(h.symlink("x", "/two")).toBe(-ENOSPC);
    expect(h.link("/one", "/two")).toBe(0);
    h.unlink("/one");
    expect(h.mkdir("/three")).toBe(-ENOSPC);
    h.unlink("/two");
    expect(h.mkdir("/three")).toBe(0);
  });

  test("statfs shows them, a remount changes them but not below what is used", () => {
    use({ size: 10 * PAGE, inodes: 5 });
    h.write("/f", "x".repeat(2 * PAGE));
    const out = {} as FilesystemStatistics;
    h.vfs.statfsAt(h.context, h.at, "/f", out);
    expect(out).toMatchObject({ blocks: 10, blocksFree: 8, files: 5, filesFree: 3, nameLength: 255 });
    expect(filesystem.remount("size=4k")).toBe(-EINVAL);
    expect(filesystem.remount("size=8k,nr_inodes=2")).toBe(0);
    expect(h.mkdir("/d")).toBe(-ENOSPC);
  });

  test("options", () => {
    expect(parseTmpfsOptions("size=10m,mode=755,uid=5,nr_inodes=1k", 0)).toEqual({
      size: 10 * 2 ** 20,
      mode: 0o755,
      uid: 5,
      inodes: 1024,
    });
    expect(parseTmpfsOptions("size=25%", 1000)).toEqual({ size: 250 });
    for (const bad of ["size=x", "mode=9", "what=1", "size=-1"]) expect(parseTmpfsOptions(bad, 0)).toBe(-EINVAL);
  });
});

describe("sparse files", () => {
  test("holes read as zeros, take no room, and can be sought", () => {
    const file = h.open("/f", O_CREAT | O_RDWR);
    put(file, "a", 0);
    put(file, "b", 10 * PAGE);
    expect(get(file, 3, 10 * PAGE - 2)).toBe("\0\0b");
    expect(h.stat("/f")).toMatchObject({ size: 10 * PAGE + 1, blocks: 16 });
    const seek = (offset: number, whence: number) => file.seek(h.context, offset, whence);
    expect(seek(0, SEEK_HOLE)).toBe(PAGE);
    expect(seek(PAGE, SEEK_DATA)).toBe(10 * PAGE);
    expect(seek(10 * PAGE, SEEK_HOLE)).toBe(10 * PAGE + 1);
    expect(seek(10 * PAGE + 1, SEEK_DATA)).toBe(-ENXIO);
    expect(seek(-1, SEEK_SET)).toBe(-EINVAL);
    expect(seek(5, SEEK_SET)).toBe(5);
    expect(seek(2, SEEK_CUR)).toBe(7);
    expect(seek(-1, SEEK_END)).toBe(10 * PAGE);
    expect(seek(0, 9)).toBe(-EINVAL);
    file.dropReference();
  });

  test("fallocate reserves, keeps the size, punches holes", () => {
    use({ size: 8 * PAGE });
    const file = h.open("/f", O_CREAT | O_RDWR);
    const allocate = (mode: number, offset: number, length: number) => file.allocate(h.context, mode, offset, length);
    expect(allocate(0, 0, 3 * PAGE)).toBe(0);
    expect(h.stat("/f")).toMatchObject({ size: 3 * PAGE, blocks: 24 });
    expect(allocate(FALLOC_FL_KEEP_SIZE, 3 * PAGE, PAGE)).toBe(0);
    expect(h.stat("/f")).toMatchObject({ size: 3 * PAGE, blocks: 32 });
    expect(allocate(0, 0, 9 * PAGE)).toBe(-ENOSPC);
    put(file, "x".repeat(3 * PAGE), 0);
    expect(allocate(FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 100, 2 * PAGE)).toBe(0);
    expect(get(file, 2, 99)).toBe("x\0");
    expect(get(file, 2, 100 + 2 * PAGE - 1)).toBe("\0x");
    expect(h.stat("/f").blocks).toBe(24);
    expect(allocate(FALLOC_FL_PUNCH_HOLE, 0, 1)).toBe(-EOPNOTSUPP);
    expect(allocate(FALLOC_FL_ZERO_RANGE, 0, 1)).toBe(-EOPNOTSUPP);
    expect(allocate(0, 0, 0)).toBe(-EINVAL);
    file.dropReference();
  });
});

test("big and mapped content moves to a file of the host, and that goes with the file", () => {
  const file = h.open("/f", O_CREAT | O_RDWR);
  put(file, "start", 0);
  expect(host.openCount).toBe(0);
  put(file, "end", BUFFER_LIMIT);
  expect(host.openCount).toBe(1);
  expect(get(file, 6, 0)).toBe("start\0");
  expect(get(file, 3, BUFFER_LIMIT)).toBe("end");
  expect(h.stat("/f").blocks).toBe(16);
  const mapping = file.mappable(true, true);
  if (typeof mapping === "number") throw new Error("not mappable");
  mapping.addMapping(true);
  h.unlink("/f");
  file.dropReference();
  expect(host.openCount).toBe(1);
  mapping.removeMapping(true);
  expect(host.openCount).toBe(0);
  expect(filesystem.usedPages).toBe(0);
});

test("the content key changes whenever the content may have", () => {
  const file = h.open("/f", O_CREAT | O_RDWR);
  const keys = new Set<string>();
  const key = () => {
    const mapping = file.mappable(false, false);
    if (typeof mapping === "number") throw new Error("not mappable");
    keys.add(mapping.contentKey);
    return mapping;
  };
  put(file, "one", 0);
  key();
  key();
  expect(keys.size).toBe(1);
  put(file, "two", 0);
  const mapping = key();
  h.vfs.setAttributesOf(h.context, file, { size: 2 });
  key();
  expect(keys.size).toBe(3);
  mapping.addMapping(true);
  expect(key().contentKey).toBe("");
  mapping.removeMapping(true);
  key();
  expect(keys.size).toBe(5);
  file.dropReference();
});

test("an unmounted filesystem gives its host files back, but for what is still mapped", () => {
  const outer = new VfsHarness(new TmpfsFilesystem());
  outer.mkdir("/mnt");
  outer.vfs.mountFilesystem(filesystem, outer.place("/mnt"), 0, "none");
  outer.mkdir("/mnt/d");
  const big = "x".repeat(BUFFER_LIMIT + 1);
  outer.write("/mnt/d/one", big);
  outer.write("/mnt/two", big);
  const file = outer.open("/mnt/two", O_RDWR);
  const mapping = file.mappable(true, true);
  if (typeof mapping === "number") throw new Error("not mappable");
  mapping.addMapping(true);
  file.dropReference();
  expect(host.openCount).toBe(2);
  // The harness's own mount of it is another one.
  h.namespace.dropReference();
  expect(outer.vfs.umountAt(outer.context, outer.at, "/mnt", 0)).toBe(0);
  expect(host.openCount).toBe(1);
  mapping.removeMapping(true);
  expect(host.openCount).toBe(0);
});

test("content agrees with plain bytes, in a buffer and in a host file", () => {
  const SIZE = 3 * PAGE;
  const step = fc.oneof(
    fc.record({
      kind: fc.constant("write" as const),
      at: fc.nat(SIZE),
      text: fc.string({ minLength: 1, maxLength: 100 }),
    }),
    fc.record({ kind: fc.constantFrom("resize" as const, "punch" as const), at: fc.nat(SIZE), length: fc.nat(SIZE) }),
    fc.record({ kind: fc.constant("map" as const) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const content = new FileContent(new TmpfsFilesystem(), new FakeHostFiles());
      let model = new Uint8Array(0);
      const resize = (size: number) => {
        const grown = new Uint8Array(size);
        grown.set(model.subarray(0, size));
        model = grown;
      };
      for (const op of steps) {
        if (op.kind === "map") content.toHostFile();
        else if (op.kind === "write") {
          const bytes = Buffer.from(op.text, "latin1");
          expect(content.write(bytes, 0, bytes.length, op.at)).toBe(bytes.length);
          if (op.at + bytes.length > model.length) resize(op.at + bytes.length);
          model.set(bytes, op.at);
        } else if (op.kind === "resize") {
          content.resize(op.at);
          resize(op.at);
        } else {
          content.punchHole(op.at, op.length);
          model.fill(0, op.at, op.at + op.length);
        }
      }
      expect(content.size).toBe(model.length);
      const read = new Uint8Array(model.length + 10);
      expect(content.read(read, 0, read.length, 0)).toBe(model.length);
      expect(Buffer.from(read.subarray(0, model.length)).equals(model)).toBe(true);
      for (let at = 0; at < model.length; ) {
        const data = content.nextData(at);
        const end = data < 0 ? model.length : data;
        expect(model.subarray(at, end).every((byte) => byte === 0)).toBe(true);
        at = data < 0 ? model.length : content.nextHole(data);
      }
    }),
    { numRuns: 100 },
  );
});

describe("listing", () => {
  /** Lists with room for `room` entries per call; `between` runs after every call. */
  function listSlowly(directory: FileDescription, room: number, between: (seen: string[]) => void): string[] {
    const seen: string[] = [];
    for (;;) {
      const before = seen.length;
      let left = room;
      directory.readDirectory(h.context, (name) => {
        if (left-- === 0) return false;
        seen.push(name);
        return true;
      });
      if (seen.length === before) return seen;
      between(seen);
    }
  }

  test("shows whatever stays exactly once, while others come and go", () => {
    for (let i = 0; i < 20; i++) h.write(`/f${i}`, "");
    const directory = h.open("/", O_RDONLY);
    let made = 0;
    const seen = listSlowly(directory, 3, (names) => {
      const last = names[names.length - 1];
      if (last.startsWith("f") && Number(last.slice(1)) % 2 === 1) h.unlink(`/${last}`);
      h.unlink("/f19");
      if (made++ < 3) h.write(`/new${made}`, "");
    });
    directory.dropReference();
    expect(new Set(seen).size).toBe(seen.length);
    for (let i = 0; i < 19; i++) expect(seen).toContain(`f${i}`);
    expect(seen).not.toContain("f19");
  });

  test("a position can be gone back to", () => {
    for (let i = 0; i < 10; i++) h.write(`/f${i}`, "");
    const directory = h.open("/", O_RDONLY);
    const positions = new Map<string, number>();
    directory.readDirectory(h.context, (name, _ino, _type, next) => {
      positions.set(name, next);
      return true;
    });
    directory.seek(h.context, positions.get("f6") as number, SEEK_SET);
    const rest: string[] = [];
    directory.readDirectory(h.context, (name) => rest.push(name) > 0);
    expect(rest).toEqual(["f7", "f8", "f9"]);
    directory.dropReference();
  });
});

describe("anonymous files", () => {
  test("have seals, and go with their last descriptor", () => {
    const files = new AnonymousFiles(filesystem);
    const file = files.create(h.context.credentials, "memfd:test", true);
    expect(h.vfs.pathOf(file.path as never, h.context.root)).toBe("/memfd:test (deleted)");
    put(file, "data", 0);
    expect(file.getSeals()).toBe(0);
    const mapping = file.mappable(true, true);
    if (typeof mapping === "number") throw new Error("not mappable");
    mapping.addMapping(true);
    expect(file.addSeals(F_SEAL_WRITE)).toBe(-EBUSY);
    mapping.removeMapping(true);
    expect(file.addSeals(F_SEAL_GROW | F_SEAL_SHRINK)).toBe(0);
    expect(put(file, "12345", 2)).toBe(-EPERM);
    expect(put(file, "12", 2)).toBe(2);
    expect(put(file, "x", 4)).toBe(-EPERM);
    expect(h.vfs.setAttributesOf(h.context, file, { size: 1 })).toBe(-EPERM);
    expect(file.addSeals(F_SEAL_WRITE | F_SEAL_SEAL)).toBe(0);
    expect(put(file, "x", 0)).toBe(-EPERM);
    expect(file.addSeals(F_SEAL_WRITE)).toBe(-EPERM);
    expect(file.mappable(true, true)).toBe(-EPERM);
    const again = h.vfs.open(h.context, file.path as never, O_RDONLY);
    if (typeof again === "number") throw new Error(`errno ${-again}`);
    file.dropReference();
    expect(get(again, 10, 0)).toBe("da12");
    again.dropReference();
    expect(filesystem.usedPages).toBe(0);
    expect(host.openCount).toBe(0);
  });

  test("that aren't sealable say so", () => {
    const file = new AnonymousFiles(filesystem).create(h.context.credentials, "SYSV00000001", false);
    expect(file.getSeals()).toBe(F_SEAL_SEAL);
    expect(file.addSeals(F_SEAL_GROW)).toBe(-EPERM);
    file.dropReference();
  });
});
