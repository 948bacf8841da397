import { beforeEach, describe, expect, test } from "vitest";
import { EACCES, ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR, EXDEV } from "../../../shared/abi/errno.ts";
import {
  AT_SYMLINK_NOFOLLOW,
  RESOLVE_BENEATH,
  RESOLVE_IN_ROOT,
  RESOLVE_NO_SYMLINKS,
  RESOLVE_NO_XDEV,
} from "../../../shared/abi/fcntl.ts";
import { S_IFLNK, S_IFMT } from "../../../shared/abi/stat.ts";
import { TmpfsFilesystem } from "../fsimpl/tmpfs/tmpfs.ts";
import { VfsHarness } from "./testing/vfs_harness.ts";

let h: VfsHarness;

beforeEach(() => {
  h = new VfsHarness(new TmpfsFilesystem());
  h.mkdir("/a");
  h.mkdir("/a/b");
  h.write("/a/b/file", "x");
  h.symlink("b", "/a/link");
  h.symlink("/a/b/file", "/absolute");
  h.symlink("../a/b/", "/a/up");
  h.symlink("loop2", "/loop1");
  h.symlink("loop1", "/loop2");
});

test.each([
  ["/a/b/file", "/a/b/file"],
  ["a//b///file", "/a/b/file"],
  ["/a/./b/.", "/a/b"],
  ["/a/b/../../a/b", "/a/b"],
  ["/../../a", "/a"],
  ["/", "/"],
  ["a/link/file", "/a/b/file"],
  ["/a/link/", "/a/b"],
  ["/a/up/file", "/a/b/file"],
  ["absolute", "/a/b/file"],
])("%s leads to %s", (path, expected) => {
  expect(h.vfs.pathOf(h.place(path), h.context.root)).toBe(expected);
});

test.each([
  ["", ENOENT],
  ["/a/none", ENOENT],
  ["/a/none/x", ENOENT],
  ["/a/b/file/", ENOTDIR],
  ["/a/b/file/.", ENOTDIR],
  ["/a/b/file/x", ENOTDIR],
  ["/absolute/", ENOTDIR],
  ["/loop1", ELOOP],
  ["/loop1/x", ELOOP],
  [`/${"n".repeat(256)}`, ENAMETOOLONG],
  [`/${"n".repeat(255)}`, ENOENT],
  ["/a/".repeat(1400), ENAMETOOLONG],
])("%s fails", (path, errno) => {
  expect(h.statErrno(path)).toBe(-errno);
});

test("a final symbolic link is left alone with AT_SYMLINK_NOFOLLOW, unless a slash follows", () => {
  expect(h.stat("/a/link", AT_SYMLINK_NOFOLLOW).mode & S_IFMT).toBe(S_IFLNK);
  expect(h.stat("/loop1", AT_SYMLINK_NOFOLLOW).mode & S_IFMT).toBe(S_IFLNK);
  expect(h.stat("/a/link/", AT_SYMLINK_NOFOLLOW).mode & S_IFMT).not.toBe(S_IFLNK);
});

test("forty symbolic links are followed, not one more", () => {
  h.write("/l0", "");
  for (let i = 1; i <= 41; i++) h.symlink(`l${i - 1}`, `/l${i}`);
  expect(h.statErrno("/l40")).toBe(0);
  expect(h.statErrno("/l41")).toBe(-ELOOP);
});

test("a directory without search permission stops those who aren't root", () => {
  h.vfs.setAttributesAt(h.context, h.at, "/a", 0, { mode: 0o700 });
  h.as(1000, () => {
    expect(h.statErrno("/a")).toBe(0);
    expect(h.statErrno("/a/b")).toBe(-EACCES);
    expect(h.statErrno("/a/..")).toBe(-EACCES);
  });
  expect(h.statErrno("/a/b")).toBe(0);
});

test("nobody gets above the root directory", () => {
  h.change({ root: h.place("/a"), cwd: h.place("/a/b") });
  expect(h.vfs.pathOf(h.place("/../../../b"), h.context.root)).toBe("/b");
  expect(h.vfs.pathOf(h.place("../../.."), h.context.root)).toBe("/");
  expect(h.statErrno("/absolute")).toBe(-ENOENT);
});

describe("openat2 resolve flags", () => {
  const resolve = (path: string, flags: number, start = h.place("/a")) => {
    const place = h.vfs.resolve(h.context, start, path, 0, flags);
    return typeof place === "number" ? place : h.vfs.pathOf(place, h.context.root);
  };

  test("RESOLVE_BENEATH stays below the start", () => {
    expect(resolve("b/file", RESOLVE_BENEATH)).toBe("/a/b/file");
    expect(resolve("b/../b", RESOLVE_BENEATH)).toBe("/a/b");
    expect(resolve("..", RESOLVE_BENEATH)).toBe(-EXDEV);
    expect(resolve("/a", RESOLVE_BENEATH)).toBe(-EXDEV);
    expect(resolve("up", RESOLVE_BENEATH)).toBe(-EXDEV);
  });

  test("RESOLVE_IN_ROOT takes the start for the root", () => {
    expect(resolve("/b/file", RESOLVE_IN_ROOT)).toBe("/a/b/file");
    expect(resolve("../../b", RESOLVE_IN_ROOT)).toBe("/a/b");
    h.symlink("/b/file", "/a/rooted");
    expect(resolve("rooted", RESOLVE_IN_ROOT)).toBe("/a/b/file");
  });

  test("RESOLVE_NO_SYMLINKS refuses every link that would be followed", () => {
    expect(resolve("link/file", RESOLVE_NO_SYMLINKS)).toBe(-ELOOP);
    expect(resolve("b/file", RESOLVE_NO_SYMLINKS)).toBe("/a/b/file");
  });

  test("RESOLVE_NO_XDEV refuses mounts in both directions", () => {
    h.vfs.mountFilesystem(new TmpfsFilesystem(), h.place("/a/b"), 0, "none");
    expect(resolve("b", RESOLVE_NO_XDEV)).toBe(-EXDEV);
    expect(resolve("..", RESOLVE_NO_XDEV, h.place("/a/b"))).toBe(-EXDEV);
    expect(resolve("../a", RESOLVE_NO_XDEV)).toBe("/a");
  });
});

describe("across mounts", () => {
  beforeEach(() => {
    h.vfs.mountFilesystem(new TmpfsFilesystem(), h.place("/a/b"), 0, "none");
    h.mkdir("/a/b/inner");
  });

  test("a mount hides what is below it", () => {
    expect(h.statErrno("/a/b/file")).toBe(-ENOENT);
    expect(h.list("/a/b")).toEqual(["inner"]);
  });

  test("'..' leaves a mount by its mount point", () => {
    expect(h.vfs.pathOf(h.place("/a/b/inner/../.."), h.context.root)).toBe("/a");
    expect(h.vfs.pathOf(h.place("/a/b/.."), h.context.root)).toBe("/a");
  });

  test("a second mount on the same place hides the first", () => {
    h.vfs.mountFilesystem(new TmpfsFilesystem(), h.place("/a/b"), 0, "none");
    expect(h.list("/a/b")).toEqual([]);
    expect(h.vfs.pathOf(h.place("/a/b/.."), h.context.root)).toBe("/a");
  });

  test("a file can be a mount point, and bound", () => {
    h.write("/target", "");
    h.write("/source", "bound");
    expect(h.vfs.mountAt(h.context, "/source", h.at, "/target", "", 0x1000, "")).toBe(0);
    expect(h.read("/target")).toBe("bound");
  });
});
