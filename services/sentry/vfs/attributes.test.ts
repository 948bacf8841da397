import { beforeEach, describe, expect, test } from "vitest";
import { CAP_FSETID } from "../../../shared/abi/capability.ts";
import { E2BIG, EACCES, EFBIG, EINVAL, EISDIR, ENODATA, EOPNOTSUPP, EPERM, ERANGE } from "../../../shared/abi/errno.ts";
import { AT_EACCESS, AT_SYMLINK_NOFOLLOW, O_RDONLY, O_WRONLY, RENAME_NOREPLACE } from "../../../shared/abi/fcntl.ts";
import { TmpfsFilesystem } from "../fsimpl/tmpfs/tmpfs.ts";
import { Credentials, NO_CAPABILITIES } from "./credentials.ts";
import { ManualClock, VfsHarness } from "./testing/vfs_harness.ts";
import type { AttributeChange } from "./types.ts";

let h: VfsHarness;
let time: ManualClock;
const set = (path: string, change: AttributeChange, flags = 0) =>
  h.vfs.setAttributesAt(h.context, h.at, path, flags, change);
const modeOf = (path: string) => h.stat(path).mode & 0o7777;

beforeEach(() => {
  time = new ManualClock();
  h = new VfsHarness(new TmpfsFilesystem({ mode: 0o777 }, null, time.clock));
  h.write("/file", "content");
  set("/file", { uid: 1000, gid: 1000, mode: 0o644 });
});

describe("chmod", () => {
  test("is for the owner and for root", () => {
    h.as(1001, () => expect(set("/file", { mode: 0o600 })).toBe(-EPERM));
    h.as(1000, () => expect(set("/file", { mode: 0o600 })).toBe(0));
    expect(modeOf("/file")).toBe(0o600);
  });

  test("drops set-group-id if the caller isn't in the group", () => {
    set("/file", { gid: 5 });
    h.as(1000, () => set("/file", { mode: 0o2755 }));
    expect(modeOf("/file")).toBe(0o755);
    h.as(1000, () => set("/file", { mode: 0o2755 }), 1000, [5]);
    expect(modeOf("/file")).toBe(0o2755);
  });

  test("of a symbolic link itself isn't supported", () => {
    h.symlink("file", "/link");
    expect(set("/link", { mode: 0 }, AT_SYMLINK_NOFOLLOW)).toBe(-EOPNOTSUPP);
  });
});

describe("chown", () => {
  test("gives a file away only with CAP_CHOWN, but to own groups freely", () => {
    h.as(1000, () => {
      expect(set("/file", { uid: 1001 })).toBe(-EPERM);
      expect(set("/file", { uid: 1000 })).toBe(0);
      expect(set("/file", { gid: 7 })).toBe(-EPERM);
    });
    h.as(1000, () => expect(set("/file", { gid: 7 })).toBe(0), 1000, [7]);
  });

  test("takes set-user-id and set-group-id away, from directories not", () => {
    set("/file", { mode: 0o6755 });
    set("/file", { uid: 0 });
    expect(modeOf("/file")).toBe(0o755);
    h.mkdir("/dir");
    set("/dir", { mode: 0o2755 });
    set("/dir", { uid: 5 });
    expect(modeOf("/dir")).toBe(0o2755);
  });
});

describe("writing and truncating", () => {
  test("take set-user-id away, unless CAP_FSETID keeps it", () => {
    set("/file", { mode: 0o6777 });
    const write = () => {
      const file = h.open("/file", O_WRONLY);
      file.write(h.context, Buffer.from("x"), 0, 1);
      file.dropReference();
    };
    write();
    expect(modeOf("/file")).toBe(0o6777);
    h.as(1001, write);
    expect(modeOf("/file")).toBe(0o777);
    set("/file", { mode: 0o4777 });
    h.as(1001, () => expect(set("/file", { size: 1 })).toBe(0));
    expect(modeOf("/file")).toBe(0o777);
  });

  test("need write permission, a file, and room within RLIMIT_FSIZE", () => {
    h.as(1001, () => expect(set("/file", { size: 0 })).toBe(-EACCES));
    expect(set("/", { size: 0 })).toBe(-EISDIR);
    expect(set("/file", { size: -1 })).toBe(-EINVAL);
    h.change({ fileSizeLimit: 10 });
    expect(set("/file", { size: 11 })).toBe(-EFBIG);
    const file = h.open("/file", O_WRONLY);
    expect(file.pwrite(h.context, Buffer.from("0123456789"), 0, 10, 5)).toBe(5);
    expect(file.pwrite(h.context, Buffer.from("x"), 0, 1, 10)).toBe(-EFBIG);
    file.dropReference();
    const reader = h.open("/file", O_RDONLY);
    expect(h.vfs.setAttributesOf(h.context, reader, { size: 0 })).toBe(-EINVAL);
    reader.dropReference();
  });
});

describe("utimes", () => {
  test("to now needs write permission, to anything else ownership", () => {
    h.as(1001, () => {
      expect(set("/file", { atime: "now", mtime: "now" })).toBe(-EACCES);
      expect(set("/file", { atime: [1, 2] })).toBe(-EPERM);
      expect(set("/file", { atime: "now" })).toBe(-EPERM);
    });
    set("/file", { mode: 0o666 });
    h.as(1001, () => expect(set("/file", { atime: "now", mtime: "now" })).toBe(0));
    h.as(1000, () => expect(set("/file", { atime: [1, 2], mtime: [3, 4] })).toBe(0));
    expect(h.stat("/file")).toMatchObject({ atimeSec: 1, atimeNsec: 2, mtimeSec: 3, mtimeNsec: 4 });
  });

  test("reading touches the access time as relatime says", () => {
    const atime = () => h.stat("/file").atimeSec;
    const start = atime();
    time.ms += 5000;
    h.read("/file");
    expect(atime()).toBe(start + 5);
    time.ms += 5000;
    h.read("/file");
    expect(atime()).toBe(start + 5);
    time.ms += 86_400_000;
    h.write("/other", "");
    h.read("/file");
    expect(atime()).toBe(start + 86_410);
  });
});

test("access(2) asks with the real ids, AT_EACCESS with the effective ones", () => {
  set("/file", { mode: 0o600 });
  const credentials = Credentials.root().with({ ruid: 1001, rgid: 1001 });
  h.change({ credentials });
  expect(h.vfs.accessAt(h.context, h.at, "/file", 4, 0)).toBe(-EACCES);
  expect(h.vfs.accessAt(h.context, h.at, "/file", 4, AT_EACCESS)).toBe(0);
  expect(h.vfs.accessAt(h.context, h.at, "/file", 1, AT_EACCESS)).toBe(-EACCES);
  expect(h.vfs.accessAt(h.context, h.at, "/file", 8, 0)).toBe(-EINVAL);
});

test("new files get the group of a set-group-id directory, new directories the bit too", () => {
  h.mkdir("/shared", 0o777);
  set("/shared", { gid: 50, mode: 0o2777 });
  h.as(1000, () => {
    h.write("/shared/file", "", 0o666);
    h.mkdir("/shared/dir");
  });
  expect(h.stat("/shared/file")).toMatchObject({ uid: 1000, gid: 50 });
  expect(h.stat("/shared/dir")).toMatchObject({ gid: 50, mode: 0o42755 });
});

test("in a sticky directory only owners remove and rename", () => {
  h.mkdir("/tmp");
  set("/tmp", { mode: 0o1777 });
  h.as(1000, () => h.write("/tmp/mine", "", 0o666));
  h.as(1001, () => {
    h.write("/tmp/other", "", 0o666);
    expect(h.unlink("/tmp/mine")).toBe(-EPERM);
    expect(h.rename("/tmp/mine", "/tmp/stolen")).toBe(-EPERM);
    expect(h.rename("/tmp/other", "/tmp/mine")).toBe(-EPERM);
    expect(h.rename("/tmp/other", "/tmp/new", RENAME_NOREPLACE)).toBe(0);
  });
  h.as(1000, () => expect(h.unlink("/tmp/mine")).toBe(0));
});

describe("extended attributes", () => {
  const value = Buffer.from("v");
  const get = (name: string, path = "/file") => h.vfs.getXattrAt(h.context, h.at, path, 0, name);
  const put = (name: string, path = "/file", flags = 0) =>
    h.vfs.setXattrAt(h.context, h.at, path, 0, name, value, flags);

  test("have namespaces with rules of their own", () => {
    h.as(1000, () => {
      expect(put("user.x")).toBe(0);
      expect(put("trusted.x")).toBe(-EPERM);
      expect(put("security.x")).toBe(-EPERM);
      expect(put("system.x")).toBe(-EOPNOTSUPP);
      expect(put("user.")).toBe(-EINVAL);
      expect(put("")).toBe(-ERANGE);
      expect(put(`user.${"n".repeat(251)}`)).toBe(-ERANGE);
    });
    expect(put("trusted.x")).toBe(0);
    expect(get("trusted.x")).toEqual(new Uint8Array(value));
    h.as(1000, () => {
      expect(get("trusted.x")).toBe(-ENODATA);
      expect(h.vfs.listXattrAt(h.context, h.at, "/file", 0)).toEqual(["user.x"]);
    });
    h.as(1001, () => expect(put("user.y")).toBe(-EACCES));
  });

  test("XATTR_CREATE, XATTR_REPLACE and removal", () => {
    expect(put("user.x", "/file", 2)).toBe(-ENODATA);
    expect(put("user.x", "/file", 1)).toBe(0);
    expect(put("user.x", "/file", 1)).toBeLessThan(0);
    expect(h.vfs.removeXattrAt(h.context, h.at, "/file", 0, "user.x")).toBe(0);
    expect(get("user.x")).toBe(-ENODATA);
    expect(h.vfs.setXattrAt(h.context, h.at, "/file", 0, "user.x", new Uint8Array(70_000), 0)).toBe(-E2BIG);
  });

  test("user attributes are for files and directories only", () => {
    h.symlink("nowhere", "/link");
    expect(h.vfs.setXattrAt(h.context, h.at, "/link", AT_SYMLINK_NOFOLLOW, "user.x", value, 0)).toBe(-EPERM);
    expect(h.vfs.setXattrAt(h.context, h.at, "/link", AT_SYMLINK_NOFOLLOW, "trusted.x", value, 0)).toBe(0);
  });
});

test("an owner without capabilities is not root", () => {
  const credentials = Credentials.user(0, 0, [], NO_CAPABILITIES);
  expect(credentials.has(CAP_FSETID)).toBe(false);
  set("/file", { mode: 0o600 });
  h.change({ credentials });
  expect(h.tryOpen("/file", O_RDONLY)).toBe(-EACCES);
});
