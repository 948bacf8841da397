import { beforeEach, describe, expect, test } from "vitest";
import { EEXIST, EINVAL, EISDIR, ENOENT, ENOTDIR, ENOTEMPTY, EROFS } from "../../../../shared/abi/errno.ts";
import { O_APPEND, O_RDONLY, O_RDWR, O_TMPFILE, O_WRONLY, RENAME_EXCHANGE } from "../../../../shared/abi/fcntl.ts";
import { S_IFCHR } from "../../../../shared/abi/stat.ts";
import { readAll, VfsHarness } from "../../vfs/testing/vfs_harness.ts";
import { TmpfsFilesystem } from "../tmpfs/tmpfs.ts";
import { OverlayFilesystem } from "./overlay_filesystem.ts";
import { overlayType } from "./overlay_type.ts";

let lower: VfsHarness;
let upper: VfsHarness;
let h: VfsHarness;

function overlay(lowers: VfsHarness[], top: VfsHarness | null): VfsHarness {
  const made = OverlayFilesystem.create(
    lower.context,
    lowers.map((layer) => layer.namespace.root.filesystem),
    top === null ? null : top.namespace.root.filesystem,
  );
  if (typeof made === "number") throw new Error(`errno ${-made}`);
  return new VfsHarness(made);
}

beforeEach(() => {
  lower = new VfsHarness(new TmpfsFilesystem({ mode: 0o755 }));
  lower.mkdir("/etc");
  lower.write("/etc/passwd", "root");
  lower.write("/etc/hosts", "localhost");
  lower.mkdir("/etc/sub");
  lower.write("/etc/sub/deep", "deep");
  lower.symlink("passwd", "/etc/link");
  upper = new VfsHarness(new TmpfsFilesystem());
  h = overlay([lower], upper);
});

function lowerIsUntouched(): void {
  expect(lower.list("/")).toEqual(["etc"]);
  expect(lower.list("/etc")).toEqual(["hosts", "link", "passwd", "sub"]);
  expect(lower.read("/etc/passwd")).toBe("root");
  expect(lower.stat("/etc/passwd").mode & 0o777).toBe(0o644);
}

test("the lower layer shows, and the root looks like it", () => {
  expect(h.read("/etc/link")).toBe("root");
  expect(h.list("/etc")).toEqual(["hosts", "link", "passwd", "sub"]);
  expect(h.stat("/").mode).toBe(lower.stat("/").mode);
});

test("writing copies up, and keeps number, owner, mode and times of what wasn't changed", () => {
  lower.vfs.setAttributesAt(lower.context, lower.at, "/etc/passwd", 0, { uid: 7, mode: 0o640, atime: [5, 6] });
  lower.vfs.setAttributesAt(lower.context, lower.at, "/etc", 0, { mtime: [8, 9] });
  const before = h.stat("/etc/passwd");
  const file = h.open("/etc/passwd", O_WRONLY | O_APPEND);
  expect(file.write(h.context, Buffer.from("!!"), 0, 2)).toBe(2);
  file.dropReference();
  expect(h.read("/etc/passwd")).toBe("root!!");
  const after = h.stat("/etc/passwd");
  expect(after).toMatchObject({ ino: before.ino, uid: 7, mode: before.mode });
  expect(h.stat("/etc")).toMatchObject({ mtimeSec: 8, mtimeNsec: 9 });
  expect(lower.read("/etc/passwd")).toBe("root");
  expect(upper.read("/etc/passwd")).toBe("root!!");
});

test("changing attributes copies no content", () => {
  lower.write("/big", "x".repeat(10_000));
  const filesystem = upper.namespace.root.filesystem as TmpfsFilesystem;
  h.vfs.setAttributesAt(h.context, h.at, "/big", 0, { mode: 0o600, mtime: [1, 2] });
  expect(filesystem.usedPages).toBe(0);
  expect(h.stat("/big")).toMatchObject({ size: 10_000, mtimeSec: 1, mtimeNsec: 2 });
  expect(h.read("/big").length).toBe(10_000);
  const file = h.open("/big", O_RDWR);
  expect(filesystem.usedPages).toBe(3);
  expect(h.stat("/big")).toMatchObject({ size: 10_000, mtimeSec: 1, mtimeNsec: 2 });
  file.dropReference();
  h.unlink("/big");
  expect(filesystem.usedPages).toBe(0);
});

test("a descriptor opened for reading sees what is written later", () => {
  const reader = h.open("/etc/passwd", O_RDONLY);
  h.write("/etc/passwd", "changed");
  expect(readAll(h.context, reader)).toBe("changed");
  const status = h.stat("/etc/passwd");
  reader.getAttributes(status);
  expect(status.ino).toBe(h.stat("/etc/passwd").ino);
  reader.dropReference();
});

test("removed names stay away, also after their dentries are forgotten", () => {
  expect(h.unlink("/etc/passwd")).toBe(0);
  expect(h.statErrno("/etc/passwd")).toBe(-ENOENT);
  expect(h.unlink("/etc/passwd")).toBe(-ENOENT);
  expect(h.list("/etc")).toEqual(["hosts", "link", "sub"]);
  expect(upper.stat("/etc/passwd").mode & 0o170000).toBe(S_IFCHR);
  h.write("/etc/passwd", "mine");
  expect(h.read("/etc/passwd")).toBe("mine");
  lowerIsUntouched();
});

test("a removed directory that is made again is empty", () => {
  expect(h.rmdir("/etc/sub")).toBe(-ENOTEMPTY);
  h.unlink("/etc/sub/deep");
  expect(h.list("/etc/sub")).toEqual([]);
  expect(h.rmdir("/etc/sub")).toBe(0);
  expect(h.mkdir("/etc/sub")).toBe(0);
  expect(h.list("/etc/sub")).toEqual([]);
  expect(h.statErrno("/etc/sub/deep")).toBe(-ENOENT);
  lowerIsUntouched();
});

test("a file still open after its removal can be read, and changed", () => {
  const file = h.open("/etc/passwd", O_RDONLY);
  h.unlink("/etc/passwd");
  expect(readAll(h.context, file)).toBe("root");
  const status = h.stat("/etc/hosts");
  file.getAttributes(status);
  expect(status.nlink).toBe(0);
  expect(h.vfs.setAttributesOf(h.context, file, { mode: 0o600 })).toBe(0);
  expect(file.getAttributes(status)).toBe(0);
  expect(status.mode & 0o777).toBe(0o600);
  file.dropReference();
});

describe("rename", () => {
  test("of a lower file leaves a whiteout", () => {
    expect(h.rename("/etc/passwd", "/moved")).toBe(0);
    expect(h.read("/moved")).toBe("root");
    expect(h.statErrno("/etc/passwd")).toBe(-ENOENT);
    expect(h.list("/etc")).toEqual(["hosts", "link", "sub"]);
    lowerIsUntouched();
  });

  test("over a lower file", () => {
    h.write("/new", "new");
    expect(h.rename("/new", "/etc/passwd")).toBe(0);
    expect(h.read("/etc/passwd")).toBe("new");
    lowerIsUntouched();
  });

  test("of a lower directory takes its content along", () => {
    h.write("/etc/sub/added", "added");
    const { ino } = h.stat("/etc/sub");
    expect(h.rename("/etc/sub", "/etc/moved")).toBe(0);
    expect(h.stat("/etc/moved").ino).toBe(ino);
    expect(h.list("/etc/moved")).toEqual(["added", "deep"]);
    expect(h.read("/etc/moved/deep")).toBe("deep");
    expect(h.statErrno("/etc/sub")).toBe(-ENOENT);
    h.write("/etc/moved/deep", "written");
    expect(h.read("/etc/moved/deep")).toBe("written");
    expect(h.unlink("/etc/moved/deep")).toBe(0);
    expect(h.list("/etc/moved")).toEqual(["added"]);
    expect(h.mkdir("/etc/sub")).toBe(0);
    expect(h.list("/etc/sub")).toEqual([]);
    lowerIsUntouched();
  });

  test("over a lower directory wants it empty", () => {
    h.mkdir("/new");
    expect(h.rename("/new", "/etc/sub")).toBe(-ENOTEMPTY);
    h.unlink("/etc/sub/deep");
    expect(h.rename("/new", "/etc/sub")).toBe(0);
    expect(h.list("/etc/sub")).toEqual([]);
  });

  test("exchanges a lower file and a lower directory", () => {
    expect(h.rename("/etc/passwd", "/etc/sub", RENAME_EXCHANGE)).toBe(0);
    expect(h.read("/etc/sub")).toBe("root");
    expect(h.list("/etc/passwd")).toEqual(["deep"]);
    lowerIsUntouched();
  });
});

test("hard links of a lower file are one file", () => {
  expect(h.link("/etc/passwd", "/hard")).toBe(0);
  h.write("/hard", "both");
  expect(h.read("/etc/passwd")).toBe("both");
  expect(h.stat("/hard").ino).toBe(h.stat("/etc/passwd").ino);
  expect(h.stat("/hard").nlink).toBe(2);
});

test("an unnamed file can be given a name", () => {
  const file = h.open("/etc", O_TMPFILE | O_RDWR, 0o600);
  file.write(h.context, Buffer.from("data"), 0, 4);
  const place = file.path as NonNullable<typeof file.path>;
  expect(h.vfs.linkAt(h.context, place, "", h.at, "/etc/named", 0x1000)).toBe(0);
  file.dropReference();
  expect(h.read("/etc/named")).toBe("data");
});

test("a listing tells the numbers that stat tells", () => {
  h.write("/etc/hosts", "copied up");
  h.write("/etc/new", "");
  h.rename("/etc/sub", "/etc/moved");
  h.write("/etc/moved/deep", "copied up");
  for (const path of ["/etc", "/etc/moved"]) {
    const directory = h.open(path, 0o200000);
    const numbers = new Map<string, number>();
    directory.readDirectory(h.context, (name, ino) => numbers.set(name, ino).size > 0);
    directory.dropReference();
    for (const [name, ino] of numbers) expect([name, ino]).toEqual([name, h.stat(`${path}/${name}`, 0x100).ino]);
  }
});

test("positions in a listing stay put while entries come and go", () => {
  for (let i = 0; i < 10; i++) h.write(`/etc/n${i}`, "");
  const directory = h.open("/etc", 0o200000);
  const names: string[] = [];
  for (;;) {
    let room = 3;
    const before = names.length;
    directory.readDirectory(h.context, (name) => {
      if (room-- === 0) return false;
      names.push(name);
      return true;
    });
    if (names.length === before) break;
    for (const name of names.slice(before)) if (name.startsWith("n")) h.unlink(`/etc/${name}`);
  }
  directory.dropReference();
  expect(names.filter((name) => name.startsWith("n")).length).toBe(10);
  expect(new Set(names).size).toBe(names.length);
});

test("without an upper layer nothing can be written", () => {
  const readOnly = overlay([lower], null);
  expect(readOnly.read("/etc/passwd")).toBe("root");
  expect(readOnly.tryOpen("/etc/passwd", O_WRONLY)).toBe(-EROFS);
  expect(readOnly.mkdir("/x")).toBe(-EROFS);
  expect(readOnly.unlink("/etc/passwd")).toBe(-EROFS);
  expect(readOnly.mkdir("/etc")).toBe(-EEXIST);
  expect(readOnly.tryOpen("/etc", O_WRONLY)).toBe(-EISDIR);
});

test("of several lower layers the topmost wins, and its whiteouts and opaque directories count", () => {
  const middle = new VfsHarness(new TmpfsFilesystem({ mode: 0o755 }));
  middle.mkdir("/etc");
  middle.write("/etc/hosts", "middle");
  middle.vfs.mknodAt(middle.context, middle.at, "/etc/passwd", S_IFCHR, 0);
  middle.mkdir("/etc/sub");
  middle.vfs.setXattrAt(middle.context, middle.at, "/etc/sub", 0, "trusted.overlay.opaque", Buffer.from("y"), 0);
  const merged = overlay([middle, lower], upper);
  expect(merged.list("/etc")).toEqual(["hosts", "link", "sub"]);
  expect(merged.read("/etc/hosts")).toBe("middle");
  expect(merged.list("/etc/sub")).toEqual([]);
  expect(merged.vfs.listXattrAt(merged.context, merged.at, "/etc/sub", 0)).toEqual([]);
});

describe("mounted by a program", () => {
  const mount = (options: string) =>
    lower.vfs.mountAt(lower.context, "overlay", lower.at, "/merged", "overlay", 0, options);

  beforeEach(() => {
    lower.vfs.types.add(overlayType);
    for (const path of ["/upper", "/work", "/merged"]) lower.mkdir(path);
  });

  test("it works on directories of the sandbox", () => {
    expect(mount("lowerdir=/etc/sub:/etc,upperdir=/upper,workdir=/work")).toBe(0);
    expect(lower.list("/merged")).toEqual(["deep", "hosts", "link", "passwd", "sub"]);
    expect(lower.statErrno("/upper/passwd")).toBe(-ENOENT);
    lower.write("/merged/passwd", "changed");
    expect(lower.read("/etc/passwd")).toBe("root");
    expect(lower.vfs.umountAt(lower.context, lower.at, "/merged", 0)).toBe(0);
    expect(lower.read("/upper/passwd")).toBe("changed");
    expect(lower.list("/merged")).toEqual([]);
  });

  test.each(["", "upperdir=/upper,workdir=/work", "lowerdir=/etc,upperdir=/upper", "lowerdir=/etc,what=1"])(
    "options %s are refused",
    (options) => {
      expect(mount(options)).toBe(-EINVAL);
    },
  );

  test("a layer must be a directory", () => {
    expect(mount("lowerdir=/none")).toBe(-ENOENT);
    expect(mount("lowerdir=/etc/passwd")).toBe(-ENOTDIR);
    expect(mount("lowerdir=/etc")).toBe(0);
    expect(lower.mkdir("/merged/x")).toBe(-EROFS);
  });
});
