import { beforeEach, describe, expect, test } from "vitest";
import {
  EACCES,
  EEXIST,
  EINVAL,
  EISDIR,
  ELOOP,
  ENOENT,
  ENOTDIR,
  ENXIO,
  EPERM,
  EROFS,
  ETXTBSY,
} from "../../../shared/abi/errno.ts";
import {
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOATIME,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_TMPFILE,
  O_TRUNC,
  O_WRONLY,
} from "../../../shared/abi/fcntl.ts";
import { MS_BIND, MS_NODEV, MS_RDONLY, MS_REMOUNT } from "../../../shared/abi/mount.ts";
import { S_IFCHR, S_IFSOCK } from "../../../shared/abi/stat.ts";
import { TmpfsFilesystem } from "../fsimpl/tmpfs/tmpfs.ts";
import { makeDevice } from "./device_registry.ts";
import { VfsHarness } from "./testing/vfs_harness.ts";

let h: VfsHarness;

beforeEach(() => {
  h = new VfsHarness(new TmpfsFilesystem({ mode: 0o777 }));
  h.write("/file", "content");
  h.mkdir("/dir");
  h.symlink("file", "/link");
  h.symlink("missing", "/dangling");
  h.symlink("dir", "/dirlink");
});

test.each([
  ["/missing", O_RDONLY, ENOENT],
  ["/dir", O_WRONLY, EISDIR],
  ["/dir", O_RDONLY | O_TRUNC, EISDIR],
  ["/dir", O_CREAT, EISDIR],
  ["/.", O_CREAT, EISDIR],
  ["/new/", O_CREAT, EISDIR],
  ["/file/", O_RDONLY, ENOTDIR],
  ["/file", O_DIRECTORY, ENOTDIR],
  ["/file", O_CREAT | O_EXCL, EEXIST],
  ["/dangling", O_CREAT | O_EXCL, EEXIST],
  ["/dir", O_CREAT | O_EXCL, EEXIST],
  ["/link", O_NOFOLLOW, ELOOP],
  ["/link", O_NOFOLLOW | O_CREAT, ELOOP],
  ["/dirlink", O_NOFOLLOW | O_DIRECTORY, ENOTDIR],
  ["/new", O_CREAT | O_DIRECTORY, EINVAL],
  ["/dir", O_TMPFILE | O_RDONLY, EINVAL],
  ["/file", O_TMPFILE | O_RDWR, ENOTDIR],
  ["/missing/new", O_CREAT, ENOENT],
])("open(%s, %o) gives an error", (path, flags, errno) => {
  expect(h.tryOpen(path, flags)).toBe(-errno);
});

test("O_CREAT follows a dangling link and makes its target", () => {
  expect(h.tryOpen("/dangling", O_CREAT | O_WRONLY)).toBe(0);
  expect(h.statErrno("/missing")).toBe(0);
});

test("the mode of a new file is what the umask leaves, and doesn't bind its maker", () => {
  const file = h.as(1000, () => h.open("/new", O_CREAT | O_RDWR, 0o444));
  expect(h.stat("/new")).toMatchObject({ mode: 0o100444, uid: 1000, gid: 1000 });
  expect(file.write(h.context, Buffer.from("x"), 0, 1)).toBe(1);
  file.dropReference();
  h.as(1000, () => expect(h.tryOpen("/new", O_RDWR)).toBe(-EACCES));
});

test("O_TRUNC empties, O_APPEND writes at the end", () => {
  const file = h.open("/file", O_WRONLY | O_APPEND);
  file.pwrite(h.context, Buffer.from("++"), 0, 2, 0);
  file.dropReference();
  expect(h.read("/file")).toBe("content++");
  h.tryOpen("/file", O_RDONLY | O_TRUNC);
  expect(h.read("/file")).toBe("");
});

test("permissions of the three classes, and capabilities over them", () => {
  h.vfs.setAttributesAt(h.context, h.at, "/file", 0, { uid: 1000, gid: 2000, mode: 0o640 });
  h.as(1000, () => expect(h.tryOpen("/file", O_RDWR)).toBe(0));
  h.as(1001, () => expect(h.tryOpen("/file", O_RDONLY)).toBe(0), 2000);
  h.as(1001, () => expect(h.tryOpen("/file", O_RDONLY)).toBe(0), 5, [2000]);
  h.as(1001, () => expect(h.tryOpen("/file", O_RDWR)).toBe(-EACCES), 2000);
  h.as(1001, () => expect(h.tryOpen("/file", O_RDONLY)).toBe(-EACCES));
  h.vfs.setAttributesAt(h.context, h.at, "/file", 0, { mode: 0o000 });
  expect(h.tryOpen("/file", O_RDWR)).toBe(0);
  // The owner's class counts, even if the others' would allow more.
  h.vfs.setAttributesAt(h.context, h.at, "/file", 0, { mode: 0o077 });
  h.as(1000, () => expect(h.tryOpen("/file", O_RDONLY)).toBe(-EACCES));
});

test("O_NOATIME is for owners", () => {
  h.as(1000, () => expect(h.tryOpen("/file", O_RDONLY | O_NOATIME)).toBe(-EPERM));
  expect(h.tryOpen("/file", O_RDONLY | O_NOATIME)).toBe(0);
});

test("an O_PATH descriptor is a place and nothing else", () => {
  h.vfs.setAttributesAt(h.context, h.at, "/file", 0, { mode: 0 });
  h.as(1000, () => {
    const file = h.open("/link", O_PATH | O_NOFOLLOW | O_WRONLY | O_CREAT | O_EXCL);
    expect(file.inode.isSymlink).toBe(true);
    expect(file.read(h.context, new Uint8Array(1), 0, 1)).toBeLessThan(0);
    expect(h.vfs.readlinkAt(h.context, file.path as never, "")).toBe("file");
    file.dropReference();
    expect(h.tryOpen("/file", O_PATH)).toBe(0);
  });
});

test("O_TMPFILE has no name until it is linked, unless O_EXCL forbids it", () => {
  const link = (flags: number) => {
    const file = h.open("/dir", O_TMPFILE | O_RDWR | flags);
    const result = h.vfs.linkAt(h.context, file.path as never, "", h.at, "/named", 0x1000);
    file.dropReference();
    return result;
  };
  expect(link(O_EXCL)).toBe(-ENOENT);
  expect(link(0)).toBe(0);
  expect(h.list("/dir")).toEqual([]);
  expect(h.stat("/named").nlink).toBe(1);
});

describe("on a read-only mount", () => {
  beforeEach(() => {
    h.vfs.mountAt(h.context, "/", h.at, "/dir", "", MS_BIND, "");
    h.vfs.mountAt(h.context, "", h.at, "/dir", "", MS_BIND | MS_REMOUNT | MS_RDONLY, "");
  });

  test.each([
    ["/dir/file", O_RDONLY, 0],
    ["/dir/file", O_CREAT, 0],
    ["/dir/file", O_WRONLY, EROFS],
    ["/dir/new", O_CREAT, EROFS],
    ["/dir/file", O_CREAT | O_EXCL, EEXIST],
  ])("open(%s, %o)", (path, flags, errno) => {
    expect(h.tryOpen(path, flags)).toBe(-errno || 0);
  });

  test("nothing else changes either", () => {
    expect(h.mkdir("/dir/new")).toBe(-EROFS);
    expect(h.mkdir("/dir/dir")).toBe(-EEXIST);
    expect(h.unlink("/dir/file")).toBe(-EROFS);
    expect(h.rename("/dir/file", "/dir/x")).toBe(-EROFS);
    expect(h.vfs.setAttributesAt(h.context, h.at, "/dir/file", 0, { mode: 0 })).toBe(-EROFS);
    expect(h.vfs.accessAt(h.context, h.at, "/dir/file", 2, 0)).toBe(-EROFS);
    expect(h.unlink("/file")).toBe(0);
  });
});

test("special files: devices by number, sockets never, nodev mounts never", () => {
  const opened: number[] = [];
  h.vfs.devices.addCharacter(1, 3, (_context, _path, _flags, major, minor) => {
    opened.push(major, minor);
    return -EINVAL;
  });
  h.vfs.mknodAt(h.context, h.at, "/null", S_IFCHR | 0o666, makeDevice(1, 3));
  h.vfs.mknodAt(h.context, h.at, "/none", S_IFCHR | 0o666, makeDevice(9, 9));
  h.vfs.mknodAt(h.context, h.at, "/socket", S_IFSOCK | 0o666, 0);
  expect(h.stat("/null").rdev).toBe(0x103);
  expect(h.tryOpen("/null", O_RDWR)).toBe(-EINVAL);
  expect(opened).toEqual([1, 3]);
  expect(h.tryOpen("/none", O_RDWR)).toBe(-ENXIO);
  expect(h.tryOpen("/socket", O_RDWR)).toBe(-ENXIO);
  h.as(1000, () => {
    expect(h.vfs.mknodAt(h.context, h.at, "/mine", S_IFCHR, makeDevice(1, 3))).toBe(-EPERM);
  });
  h.vfs.mountAt(h.context, "", h.at, "/", "", MS_BIND | MS_REMOUNT | MS_NODEV, "");
  expect(h.tryOpen("/null", O_RDWR)).toBe(-EACCES);
});

test("a running program can't be written, a file being written can't be run", () => {
  h.write("/program", "#!", 0o755);
  const writer = h.open("/program", O_WRONLY);
  expect(h.vfs.openExecutable(h.context, h.at, "/program")).toBe(-ETXTBSY);
  writer.dropReference();
  const running = h.vfs.openExecutable(h.context, h.at, "/program");
  if (typeof running === "number") throw new Error("not opened");
  expect(h.tryOpen("/program", O_WRONLY)).toBe(-ETXTBSY);
  expect(h.vfs.setAttributesAt(h.context, h.at, "/program", 0, { size: 0 })).toBe(-ETXTBSY);
  expect(h.tryOpen("/program", O_RDONLY)).toBe(0);
  running.dropReference();
  expect(h.tryOpen("/program", O_WRONLY)).toBe(0);
  expect(h.vfs.openExecutable(h.context, h.at, "/file")).toBe(-EACCES);
  expect(h.vfs.openExecutable(h.context, h.at, "/dir")).toBe(-EACCES);
});
