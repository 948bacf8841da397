import { describe, expect, test } from "vitest";
import { EINVAL } from "../../../../shared/abi/errno.ts";
import { O_RDONLY } from "../../../../shared/abi/fcntl.ts";
import { IPC_PRIVATE, SHM_DEST } from "../../../../shared/abi/ipc.ts";
import { MAP_SHARED } from "../../../../shared/abi/mman.ts";
import { Vma } from "../../mm/vma.ts";
import { VmaSet } from "../../mm/vma_set.ts";
import { Credentials } from "../../vfs/credentials.ts";
import { FileDescription, type MappableFile } from "../../vfs/file_description.ts";
import type { Inode, VfsContext } from "../../vfs/types.ts";
import { SharedMemory, type SharedSegment } from "./shared_memory.ts";

/** A file that only counts how often it is open. */
class TestFile extends FileDescription {
  static open = 0;
  readonly inode = {
    locks: null,
    setAttributes: () => 0,
    open: () => new TestFile(O_RDONLY, null),
  } as unknown as Inode;

  constructor(flags: number, path: null) {
    super(flags, path);
    TestFile.open++;
  }

  override mappable(): MappableFile {
    const nothing = (): void => {};
    return { hostFd: 5, hostOffset: 0, device: 1, ino: 2, contentKey: "", addMapping: nothing, removeMapping: nothing };
  }

  protected override release(): void {
    TestFile.open--;
  }
}

const context = { credentials: Credentials.root() } as VfsContext;
const files = { create: () => new TestFile(2, null) };

function newSegment(memory: SharedMemory): SharedSegment {
  const request = { key: 0x77, flags: 0o600, sizeBytes: 5000, pid: 1 };
  const create = () => memory.create(files, context, request);
  const id = memory.open(0x77, 0o1600, context.credentials, create, () => 0);
  return memory.get(id) as SharedSegment;
}

function attach(segment: SharedSegment, vmas: VmaSet, start: number): void {
  const opened = segment.openAttachment(context, O_RDONLY, false);
  if (typeof opened === "number") throw new Error("not opened");
  const vma = Vma.anonymous(start, start + 8192, 1, MAP_SHARED);
  vma.backing = { file: opened.file, description: opened.description, shared: null };
  vmas.insert(vma);
  opened.description.dropReference();
}

describe("a segment", () => {
  test("counts its attachments over fork, split and exit", () => {
    const segment = newSegment(new SharedMemory(() => 0));
    const vmas = new VmaSet();
    attach(segment, vmas, 0x10000);
    attach(segment, vmas, 0x20000);
    expect(segment.attachments).toBe(2);
    const child = vmas.fork();
    expect(segment.attachments).toBe(4);
    child.clear();
    vmas.remove(0x10000, 0x11000);
    expect(segment.attachments).toBe(2);
    vmas.clear();
    expect(segment.attachments).toBe(0);
  });

  test("lives after IPC_RMID until it is detached, without its key", () => {
    TestFile.open = 0;
    const memory = new SharedMemory(() => 0);
    const segment = newSegment(memory);
    const vmas = new VmaSet();
    attach(segment, vmas, 0x10000);
    segment.markForRemoval();
    expect(segment.mode & SHM_DEST).toBe(SHM_DEST);
    expect(segment.key).toBe(IPC_PRIVATE);
    expect(memory.get(segment.id)).toBe(segment);
    expect(memory.totalPages).toBe(2);
    vmas.clear();
    expect(memory.get(segment.id)).toBe(-EINVAL);
    expect(memory.totalPages).toBe(0);
    expect(TestFile.open).toBe(0);
  });

  test("goes at once when nobody is attached", () => {
    const memory = new SharedMemory(() => 0);
    const segment = newSegment(memory);
    segment.markForRemoval();
    expect(memory.count).toBe(0);
  });
});
