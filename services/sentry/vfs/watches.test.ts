import { expect, test } from "vitest";
import { O_CREAT, O_RDONLY, O_WRONLY } from "../../../shared/abi/fcntl.ts";
import {
  IN_ALL_EVENTS,
  IN_ATTRIB,
  IN_CLOSE_NOWRITE,
  IN_CLOSE_WRITE,
  IN_CREATE,
  IN_DELETE,
  IN_DELETE_SELF,
  IN_ISDIR,
  IN_MODIFY,
  IN_MOVE_SELF,
  IN_MOVED_FROM,
  IN_MOVED_TO,
  IN_OPEN,
  IN_UNMOUNT,
} from "../../../shared/abi/inotify.ts";
import { TmpfsFilesystem } from "../fsimpl/tmpfs/tmpfs.ts";
import { VfsHarness } from "./testing/vfs_harness.ts";
import type { Inode } from "./types.ts";
import { addWatch, notifyFile, removeWatch, Watch } from "./watches.ts";

class Recorder extends Watch {
  readonly events: [number, string][] = [];
  readonly cookies: number[] = [];
  isGone = false;

  constructor() {
    super(IN_ALL_EVENTS);
  }
  override onEvent(event: number, cookie: number, name: string): void {
    this.events.push([event, name]);
    if (cookie !== 0) this.cookies.push(cookie);
  }
  override onInodeGone(): void {
    this.isGone = true;
  }
  take(): [number, string][] {
    return this.events.splice(0);
  }
}

function watched(h: VfsHarness, path: string): Recorder {
  const recorder = new Recorder();
  addWatch(h.place(path).dentry.inode as Inode, recorder);
  return recorder;
}

test("a directory hears of its entries", () => {
  const h = new VfsHarness(new TmpfsFilesystem());
  h.mkdir("/d");
  const recorder = watched(h, "/d");
  const file = h.open("/d/f", O_CREAT | O_WRONLY);
  notifyFile(file, IN_MODIFY);
  file.dropReference();
  expect(recorder.take()).toEqual([
    [IN_CREATE, "f"],
    [IN_OPEN, "f"],
    [IN_MODIFY, "f"],
    [IN_CLOSE_WRITE, "f"],
  ]);
  h.vfs.setAttributesAt(h.context, h.at, "/d/f", 0, { mode: 0o600 });
  h.rename("/d/f", "/d/g");
  expect(recorder.take()).toEqual([
    [IN_ATTRIB, "f"],
    [IN_MOVED_FROM, "f"],
    [IN_MOVED_TO, "g"],
  ]);
  expect(recorder.cookies[0]).toBe(recorder.cookies[1]);
  h.unlink("/d/g");
  h.mkdir("/d/sub");
  h.rmdir("/d/sub");
  expect(recorder.take()).toEqual([
    [IN_DELETE, "g"],
    [IN_CREATE | IN_ISDIR, "sub"],
    [IN_DELETE | IN_ISDIR, "sub"],
  ]);
});

test("a file hears of itself, last of its end", () => {
  const h = new VfsHarness(new TmpfsFilesystem());
  h.write("/f", "");
  const recorder = watched(h, "/f");
  const file = h.open("/f", O_RDONLY);
  h.rename("/f", "/g");
  h.unlink("/g");
  expect(recorder.isGone).toBe(false);
  file.dropReference();
  expect(recorder.take().map(([event]) => event)).toEqual([
    IN_OPEN,
    IN_MOVE_SELF,
    IN_ATTRIB,
    IN_CLOSE_NOWRITE,
    IN_DELETE_SELF,
  ]);
  expect(recorder.isGone).toBe(true);
});

test("an unmount ends the watches in it", () => {
  const h = new VfsHarness(new TmpfsFilesystem());
  h.mkdir("/mnt");
  h.vfs.mountFilesystem(new TmpfsFilesystem(), h.place("/mnt"), 0, "none");
  h.write("/mnt/f", "");
  const recorders = [watched(h, "/mnt"), watched(h, "/mnt/f")];
  expect(h.vfs.umountAt(h.context, h.at, "/mnt", 0)).toBe(0);
  for (const recorder of recorders) {
    expect(recorder.take()).toEqual([[IN_UNMOUNT, ""]]);
    expect(recorder.isGone).toBe(true);
  }
});

test("a watch that was taken off hears nothing", () => {
  const h = new VfsHarness(new TmpfsFilesystem());
  h.mkdir("/d");
  const inode = h.place("/d").dentry.inode as Inode;
  const recorder = watched(h, "/d");
  removeWatch(inode, recorder);
  h.write("/d/x", "");
  expect(recorder.events).toEqual([]);
  expect(inode.watches).toBeNull();
});
