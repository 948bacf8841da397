import { beforeEach, describe, expect, test } from "vitest";
import { EBUSY, EINVAL, ELOOP, ENODEV, ENOTDIR, EPERM } from "../../../shared/abi/errno.ts";
import { O_RDONLY } from "../../../shared/abi/fcntl.ts";
import {
  MNT_DETACH,
  MS_BIND,
  MS_MOVE,
  MS_NOEXEC,
  MS_NOSUID,
  MS_PRIVATE,
  MS_RDONLY,
  MS_REC,
  MS_REMOUNT,
  MS_SHARED,
  MS_SLAVE,
  MS_UNBINDABLE,
} from "../../../shared/abi/mount.ts";
import { parseTmpfsOptions, TmpfsFilesystem } from "../fsimpl/tmpfs/tmpfs.ts";
import type { FileDescription } from "./file_description.ts";
import type { Mount } from "./mount.ts";
import { mountInfo, mountTable } from "./mount_info.ts";
import { detachTree } from "./mount_propagation.ts";
import { VfsHarness } from "./testing/vfs_harness.ts";
import type { VfsPath } from "./types.ts";

let h: VfsHarness;
let released: string[];

class NotedTmpfs extends TmpfsFilesystem {
  readonly #label: string;
  constructor(label: string) {
    super();
    this.#label = label;
  }
  override release(): void {
    released.push(this.#label);
  }
}

const mount = (source: string, path: string, flags: number, type = "") =>
  h.vfs.mountAt(h.context, source, h.at, path, type, flags, "");
const umount = (path: string, flags = 0) => h.vfs.umountAt(h.context, h.at, path, flags);
const mountPoints = () =>
  mountInfo(h.context.root)
    .trim()
    .split("\n")
    .map((line) => line.split(" ")[4]);

beforeEach(() => {
  released = [];
  h = new VfsHarness(new TmpfsFilesystem());
  h.vfs.types.add({
    name: "tmpfs",
    needsDevice: false,
    create: (_context, source, data) => {
      const options = parseTmpfsOptions(data, 2 ** 30);
      return typeof options === "number" ? options : new NotedTmpfs(source);
    },
  });
  for (const path of ["/a", "/b", "/c", "/a/inner"]) h.mkdir(path);
  h.write("/a/file", "a");
});

describe("mount(2)", () => {
  test("needs a privilege, a known type and a directory", () => {
    h.as(1000, () => expect(mount("x", "/a", 0, "tmpfs")).toBe(-EPERM));
    expect(mount("x", "/a", 0, "nofs")).toBe(-ENODEV);
    expect(mount("x", "/a/file", 0, "tmpfs")).toBe(-ENOTDIR);
    expect(h.vfs.mountAt(h.context, "x", h.at, "/a", "tmpfs", 0, "size=nonsense")).toBe(-EINVAL);
    expect(mount("x", "/a", 0, "tmpfs")).toBe(0);
    expect(h.list("/a")).toEqual([]);
  });

  test("flags show in mountinfo, and a remount changes them", () => {
    expect(mount("my source", "/a", MS_NOSUID | MS_NOEXEC, "tmpfs")).toBe(0);
    expect(mountInfo(h.context.root)).toMatch(/ \/ \/a rw,nosuid,noexec,relatime - tmpfs my\\040source rw/);
    expect(mount("", "/a", MS_REMOUNT | MS_RDONLY)).toBe(0);
    expect(mountTable(h.context.root)).toMatch(/my\\040source \/a tmpfs ro,relatime/);
    expect(mount("", "/a/inner", MS_REMOUNT)).toBeLessThan(0);
  });
});

describe("umount2(2)", () => {
  test("refuses what is in use, unless detached", () => {
    mount("one", "/a", 0, "tmpfs");
    h.write("/a/open", "still here");
    const file = h.open("/a/open", 0);
    expect(umount("/a")).toBe(-EBUSY);
    expect(umount("/b")).toBe(-EINVAL);
    expect(umount("/", MNT_DETACH)).toBe(-EINVAL);
    expect(umount("/a", MNT_DETACH)).toBe(0);
    expect(h.read("/a/file")).toBe("a");
    const memory = new Uint8Array(10);
    expect(file.read(h.context, memory, 0, 10)).toBe(10);
    expect(released).toEqual([]);
    file.dropReference();
    expect(released).toEqual(["one"]);
  });

  test("of a mount with another one in it is refused, too", () => {
    mount("one", "/a", 0, "tmpfs");
    h.mkdir("/a/x");
    mount("two", "/a/x", 0, "tmpfs");
    expect(umount("/a")).toBe(-EBUSY);
    expect(umount("/a/x")).toBe(0);
    expect(umount("/a")).toBe(0);
    expect(released).toEqual(["two", "one"]);
  });

  test("a directory that is mounted on can't be removed or renamed", () => {
    mount("one", "/a/inner", 0, "tmpfs");
    expect(h.rmdir("/a/inner")).toBe(-EBUSY);
    expect(h.rename("/a/inner", "/x")).toBe(-EBUSY);
    expect(h.rename("/a", "/x")).toBe(0);
    expect(mountPoints()).toContain("/x/inner");
  });
});

describe("bind mounts", () => {
  test("show the same directory twice, and with MS_REC what is mounted in it", () => {
    mount("one", "/a/inner", 0, "tmpfs");
    h.write("/a/inner/deep", "");
    expect(mount("/a", "/b", MS_BIND)).toBe(0);
    expect(mount("/a", "/c", MS_BIND | MS_REC)).toBe(0);
    h.write("/b/new", "new");
    expect(h.read("/a/new")).toBe("new");
    expect(h.list("/b/inner")).toEqual([]);
    expect(h.list("/c/inner")).toEqual(["deep"]);
    expect(mountPoints()).toEqual(["/", "/a/inner", "/b", "/c", "/c/inner"]);
    expect(mountInfo(h.context.root)).toMatch(/ \/a \/b rw/);
  });

  test("don't cross names: link and rename between them give EXDEV", () => {
    mount("/a", "/b", MS_BIND);
    expect(h.link("/a/file", "/b/link")).toBeLessThan(0);
    expect(h.rename("/a/file", "/b/file2")).toBeLessThan(0);
  });

  test("'..' out of a directory that was moved out of a bind mount leads nowhere", () => {
    h.mkdir("/a/inner/deep");
    mount("/a/inner", "/b", MS_BIND);
    const inside = h.place("/b/deep");
    h.rename("/a/inner/deep", "/c/deep");
    h.change({ cwd: inside });
    expect(h.statErrno("..")).toBe(-2);
  });
});

describe("MS_MOVE", () => {
  test("takes a mount elsewhere, but not into itself", () => {
    mount("one", "/a", 0, "tmpfs");
    h.mkdir("/a/x");
    expect(mount("/a", "/a/x", MS_MOVE)).toBe(-ELOOP);
    expect(mount("/b", "/c", MS_MOVE)).toBe(-EINVAL);
    expect(mount("/a", "/b", MS_MOVE)).toBe(0);
    expect(h.list("/b")).toEqual(["x"]);
    expect(h.list("/a")).toEqual(["file", "inner"]);
  });
});

describe("propagation", () => {
  beforeEach(() => {
    mount("shared", "/a", 0, "tmpfs");
    h.mkdir("/a/x");
    mount("", "/a", MS_SHARED);
  });

  test("a mount below a shared mount appears below its peers, and goes with it", () => {
    mount("/a", "/b", MS_BIND);
    mount("one", "/a/x", 0, "tmpfs");
    h.write("/a/x/file", "");
    expect(h.list("/b/x")).toEqual(["file"]);
    expect(umount("/b/x")).toBe(0);
    expect(h.list("/a/x")).toEqual([]);
    expect(mountInfo(h.context.root)).toMatch(/\/a rw,relatime shared:\d+ -/);
  });

  test("a slave hears, and isn't heard", () => {
    mount("/a", "/b", MS_BIND);
    mount("", "/b", MS_SLAVE);
    expect(mountInfo(h.context.root)).toMatch(/\/b rw,relatime master:\d+ -/);
    mount("one", "/a/x", 0, "tmpfs");
    expect(mountPoints()).toContain("/b/x");
    h.mkdir("/a/x/y");
    expect(umount("/a/x")).toBe(0);
    expect(mountPoints()).not.toContain("/b/x");
    mount("two", "/b/x", 0, "tmpfs");
    expect(mountPoints()).not.toContain("/a/x");
  });

  test("private and unbindable mounts keep to themselves", () => {
    mount("/a", "/b", MS_BIND);
    mount("", "/b", MS_PRIVATE);
    mount("one", "/a/x", 0, "tmpfs");
    expect(mountPoints()).not.toContain("/b/x");
    mount("", "/b", MS_UNBINDABLE);
    expect(mount("/b", "/c", MS_BIND)).toBe(-EINVAL);
    expect(mount("", "/b", MS_SHARED | MS_PRIVATE)).toBe(-EINVAL);
  });
});

describe("pivot_root(2)", () => {
  test("changes the root, and the old one can be detached", () => {
    mount("fresh", "/a", 0, "tmpfs");
    h.mkdir("/a/old");
    expect(h.vfs.pivotRoot(h.context, "/b", "/b")).toBe(-EBUSY);
    const pivoted = h.vfs.pivotRoot(h.context, "/a", "/a/old");
    if (typeof pivoted === "number") throw new Error(`errno ${-pivoted}`);
    h.change({ root: pivoted.newRoot, cwd: pivoted.newRoot });
    expect(h.list("/")).toEqual(["old"]);
    expect(h.list("/old")).toEqual(["a", "b", "c"]);
    expect(umount("/old", MNT_DETACH)).toBe(0);
    expect(mountPoints()).toEqual(["/"]);
  });

  test("onto itself, as container runtimes do", () => {
    mount("fresh", "/a", 0, "tmpfs");
    h.change({ cwd: h.place("/a") });
    const pivoted = h.vfs.pivotRoot(h.context, ".", ".");
    if (typeof pivoted === "number") throw new Error(`errno ${-pivoted}`);
    h.change({ root: pivoted.newRoot });
    expect(umount(".", MNT_DETACH)).toBe(0);
    expect(mountPoints()).toEqual(["/"]);
  });
});

describe("a copied namespace", () => {
  test("has mounts of its own", () => {
    mount("one", "/a", 0, "tmpfs");
    const { namespace, places } = h.namespace.copy([h.context.root, h.place("/a")]);
    const [root, cwd] = places;
    h.change({ root, cwd });
    expect(h.vfs.pathOf(cwd, root)).toBe("/a");
    mount("two", "/b", 0, "tmpfs");
    expect(mountPoints()).toEqual(["/", "/a", "/b"]);
    h.change({ root: h.namespace.root.rootPath });
    expect(mountPoints()).toEqual(["/", "/a"]);
    namespace.dropReference();
    expect(released).toEqual(["two"]);
  });
});

test("mounts stacked and directories nested deeper than the stack do no harm", () => {
  const DEPTH = 20_000;
  const filesystem = new NotedTmpfs("stacked");
  let top = h.place("/a");
  for (let i = 0; i < DEPTH; i++) top = h.vfs.mountFilesystem(filesystem, top, 0, "stacked").rootPath;
  expect([...h.namespace.root.tree()].length).toBe(DEPTH + 1);
  const copy = h.namespace.copy([h.context.root]);
  copy.namespace.dropReference();
  detachTree(h.namespace.root.children.values().next().value as Mount);
  expect(released).toEqual(["stacked"]);

  const directories = [h.open("/b", O_RDONLY)];
  for (let i = 0; i < DEPTH; i++) {
    const at = directories[i].path as VfsPath;
    h.vfs.mkdirAt(h.context, at, "d", 0o755);
    directories.push(h.vfs.openAt(h.context, at, "d", O_RDONLY, 0) as FileDescription);
  }
  const deepest = directories[DEPTH];
  for (let i = DEPTH; i > 0; i--) {
    expect(h.vfs.rmdirAt(h.context, directories[i - 1].path as VfsPath, "d")).toBe(0);
    if (i < DEPTH) directories[i].dropReference();
  }
  expect(h.vfs.pathOf(deepest.path as VfsPath, h.context.root).length).toBe(2 + 2 * DEPTH + " (deleted)".length);
  deepest.dropReference();
  expect((directories[0].path as VfsPath).dentry.references).toBe(1);
  directories[0].dropReference();
});
