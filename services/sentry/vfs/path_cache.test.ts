/**
 * What was remembered of paths must never be seen again once it isn't true: each case asks, changes something, and asks
 * again.
 */
import { beforeEach, expect, test } from "vitest";
import { EACCES, ENOENT, ENOTDIR } from "../../../shared/abi/errno.ts";
import { AT_SYMLINK_NOFOLLOW, RENAME_EXCHANGE } from "../../../shared/abi/fcntl.ts";
import { TmpfsFilesystem } from "../fsimpl/tmpfs/tmpfs.ts";
import { beginOperation, dentryCache } from "./dentry_cache.ts";
import { findResolution } from "./path_cache.ts";
import { VfsHarness } from "./testing/vfs_harness.ts";

let h: VfsHarness;
const PATH = "/a/b/c/file";

beforeEach(() => {
  h = new VfsHarness(new TmpfsFilesystem());
  for (const path of ["/a", "/a/b", "/a/b/c", "/other"]) h.mkdir(path);
  h.write(PATH, "1");
  h.statErrno(PATH);
});

test("a path asked for twice is remembered", () => {
  expect(findResolution(h.context, h.context.root, PATH, true)).not.toBeNull();
});

test("unlinking and making the file again", () => {
  const before = h.stat(PATH).ino;
  h.unlink(PATH);
  expect(h.statErrno(PATH)).toBe(-ENOENT);
  expect(h.statErrno(PATH)).toBe(-ENOENT);
  h.write(PATH, "2");
  expect(h.stat(PATH).ino).not.toBe(before);
});

test("unlinking while it is open", () => {
  const file = h.open(PATH, 0);
  h.unlink(PATH);
  expect(h.statErrno(PATH)).toBe(-ENOENT);
  h.write(PATH, "22");
  expect(h.stat(PATH).size).toBe(2);
  file.dropReference();
  expect(h.stat(PATH).size).toBe(2);
});

test("renaming the file, over another one too", () => {
  h.write("/a/b/c/new", "222");
  expect(h.stat("/a/b/c/new").size).toBe(3);
  h.rename("/a/b/c/new", PATH);
  expect(h.stat(PATH).size).toBe(3);
  expect(h.statErrno("/a/b/c/new")).toBe(-ENOENT);
});

test("renaming a directory above", () => {
  h.rename("/a/b", "/other/b");
  expect(h.statErrno(PATH)).toBe(-ENOENT);
  expect(h.statErrno("/other/b/c/file")).toBe(0);
  h.mkdir("/a/b");
  expect(h.statErrno(PATH)).toBe(-ENOENT);
});

test("exchanging directories", () => {
  h.rename("/a", "/other", RENAME_EXCHANGE);
  expect(h.statErrno(PATH)).toBe(-ENOENT);
  expect(h.statErrno("/other/b/c/file")).toBe(0);
});

test("taking search permission away", () => {
  h.as(1000, () => expect(h.statErrno(PATH)).toBe(0));
  h.vfs.setAttributesAt(h.context, h.at, "/a/b", 0, { mode: 0o700 });
  h.as(1000, () => expect(h.statErrno(PATH)).toBe(-EACCES));
  h.vfs.setAttributesAt(h.context, h.at, "/a/b", 0, { uid: 1000 });
  h.as(1000, () => expect(h.statErrno(PATH)).toBe(0));
});

test("other credentials don't profit from root's resolution", () => {
  h.vfs.setAttributesAt(h.context, h.at, "/a", 0, { mode: 0 });
  expect(h.statErrno(PATH)).toBe(0);
  h.as(1000, () => expect(h.statErrno(PATH)).toBe(-EACCES));
  expect(h.statErrno(PATH)).toBe(0);
});

test("mounting and unmounting above", () => {
  h.vfs.mountFilesystem(new TmpfsFilesystem(), h.place("/a/b"), 0, "none");
  expect(h.statErrno(PATH)).toBe(-ENOENT);
  expect(h.vfs.umountAt(h.context, h.at, "/a/b", 0)).toBe(0);
  expect(h.statErrno(PATH)).toBe(0);
});

test("another root directory", () => {
  h.symlink("/a/b/c/file", "/other/link");
  const start = h.place("/other");
  h.change({ cwd: start });
  expect(h.statErrno("link")).toBe(0);
  h.change({ root: start });
  expect(h.statErrno("link")).toBe(-ENOENT);
});

test("replacing a symbolic link in the middle, or at the end", () => {
  h.symlink("a", "/s");
  expect(h.statErrno("/s/b/c/file")).toBe(0);
  h.unlink("/s");
  expect(h.statErrno("/s/b/c/file")).toBe(-ENOENT);
  h.symlink("other", "/s");
  expect(h.statErrno("/s/b/c/file")).toBe(-ENOENT);
  h.symlink("a", "/s2");
  h.rename("/s2", "/s");
  expect(h.statErrno("/s/b/c/file")).toBe(0);
});

test("following the last link and not following it", () => {
  h.symlink(PATH, "/s");
  for (let i = 0; i < 2; i++) {
    expect(h.stat("/s").size).toBe(1);
    expect(h.stat("/s", AT_SYMLINK_NOFOLLOW).size).toBe(PATH.length);
  }
});

test("a missing directory in the middle that appears", () => {
  expect(h.statErrno("/new/x")).toBe(-ENOENT);
  expect(h.statErrno("/new/x")).toBe(-ENOENT);
  h.mkdir("/new");
  h.write("/new/x", "");
  expect(h.statErrno("/new/x")).toBe(0);
});

test("a file that takes the place of a directory", () => {
  h.mkdir("/d");
  h.write("/d/x", "");
  expect(h.statErrno("/d/x")).toBe(0);
  h.unlink("/d/x");
  expect(h.statErrno("/d/x")).toBe(-ENOENT);
  h.rmdir("/d");
  h.write("/d", "");
  expect(h.statErrno("/d/x")).toBe(-ENOTDIR);
});

test("a working directory that is removed", () => {
  h.mkdir("/gone");
  h.change({ cwd: h.place("/gone") });
  h.at.dentry.takeReference();
  expect(h.statErrno("x")).toBe(-ENOENT);
  h.rmdir("/gone");
  expect(h.statErrno(".")).toBe(0);
  expect(h.statErrno("x")).toBe(-ENOENT);
  expect(h.mkdir("x")).toBe(-ENOENT);
  expect(h.statErrno("../a")).toBe(0);
  expect(h.vfs.pathOf(h.at, h.context.root)).toBe("/gone (deleted)");
  h.at.dentry.dropReference();
});

test("evicting dentries", () => {
  const { limit } = dentryCache;
  beginOperation();
  dentryCache.shrink();
  expect(h.stat(PATH).size).toBe(1);
  const pinned = dentryCache.count;
  dentryCache.limit = pinned + 10;
  for (let i = 0; i < 100; i++) h.write(`/other/${i}`, "");
  expect(dentryCache.count).toBeLessThan(pinned + 60);
  expect(h.stat(PATH).size).toBe(1);
  expect(h.list("/other").length).toBe(100);
  for (let i = 0; i < 100; i++) expect(h.statErrno(`/other/${i}`)).toBe(0);
  dentryCache.limit = limit;
});
