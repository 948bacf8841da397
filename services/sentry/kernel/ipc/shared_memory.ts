/**
 * System V shared memory: shmget(2), shmat(2). A segment is a file in memory, and an attachment a mapping of it.
 *
 * Invariant: a segment's `attachments` is the number of Vmas that show it, in all address spaces, which the VMA sets report by way of `AttachedFile`. A
 * segment marked for removal (SHM_DEST) goes with the last of them.
 */
import { EINVAL, ENOMEM, ENOSPC, type Errno, isErrno } from "../../../../shared/abi/errno.ts";
import { IPC_PRIVATE, SHM_DEST, SHMMIN, SHMMNI } from "../../../../shared/abi/ipc.ts";
import type { Credentials } from "../../vfs/credentials.ts";
import type { FileDescription, MappableFile } from "../../vfs/file_description.ts";
import type { VfsContext, VfsPath } from "../../vfs/types.ts";
import type { AnonymousFileMaker } from "../anonymous_files.ts";
import { IpcObject } from "./ipc_object.ts";
import { IpcTable } from "./ipc_table.ts";

const PAGE_SIZE = 4096;
/** Pages of all segments together; Linux's limit is beyond any memory. */
const MOST_PAGES = 2 ** 40;

export class SharedSegment extends IpcObject {
  readonly sizeBytes: number;
  readonly creatorPid: number;
  readonly #table: SharedMemory;
  readonly #file: FileDescription;
  lastPid = 0;
  attachSec = 0;
  detachSec = 0;
  attachments = 0;

  constructor(
    table: SharedMemory,
    file: FileDescription,
    request: { key: number; flags: number; sizeBytes: number; pid: number },
    credentials: Credentials,
    nowSec: number,
  ) {
    super(request.key, request.flags, credentials, nowSec);
    this.#table = table;
    this.#file = file;
    this.sizeBytes = request.sizeBytes;
    this.creatorPid = request.pid;
  }

  get pages(): number {
    return Math.ceil(this.sizeBytes / PAGE_SIZE);
  }

  /** An open file of its own for an attachment, with `flags` O_RDONLY or O_RDWR, and what its mapping refers to. The caller drops the description's reference. */
  openAttachment(
    context: VfsContext,
    flags: number,
    isWritable: boolean,
  ): { description: FileDescription; file: AttachedFile } | Errno {
    const description = this.#file.inode.open(context, this.#file.path as VfsPath, flags);
    if (isErrno(description)) return description;
    const file = description.mappable(true, isWritable);
    if (!isErrno(file)) return { description, file: new AttachedFile(this, file) };
    description.dropReference();
    return file;
  }

  /** For AttachedFile: a mapping was made. */
  onAttached(): void {
    this.attachments++;
    this.attachSec = this.#table.nowSec();
  }

  /** For AttachedFile: a mapping went away. */
  onDetached(): void {
    this.attachments--;
    this.detachSec = this.#table.nowSec();
    if (this.attachments === 0 && (this.mode & SHM_DEST) !== 0) this.#destroy();
  }

  /** IPC_RMID: its key is free at once, the memory lives until the last attachment goes. */
  markForRemoval(): void {
    if (this.attachments === 0) {
      this.#destroy();
      return;
    }
    this.mode |= SHM_DEST;
    this.key = IPC_PRIVATE;
  }

  #destroy(): void {
    if (this.isRemoved) return;
    this.#table.remove(this);
    this.#file.dropReference();
  }
}

/** The file of one attachment: that of the segment, which it tells of mappings. */
export class AttachedFile implements MappableFile {
  readonly segment: SharedSegment;
  readonly hostFd: number;
  readonly hostOffset: number;
  readonly device: number;
  readonly contentKey = "";
  readonly #file: MappableFile;

  constructor(segment: SharedSegment, file: MappableFile) {
    this.segment = segment;
    this.#file = file;
    this.hostFd = file.hostFd;
    this.hostOffset = file.hostOffset;
    this.device = file.device;
  }

  /** As on Linux, maps shows the segment's id here. */
  get ino(): number {
    return this.segment.id;
  }

  addMapping(writableShared: boolean): void {
    this.#file.addMapping(writableShared);
    this.segment.onAttached();
  }
  removeMapping(writableShared: boolean): void {
    this.#file.removeMapping(writableShared);
    this.segment.onDetached();
  }
}

export class SharedMemory extends IpcTable<SharedSegment> {
  readonly nowSec: () => number;
  #totalPages = 0;

  constructor(nowSec: () => number) {
    super(SHMMNI);
    this.nowSec = nowSec;
  }

  /** Pages of all segments. */
  get totalPages(): number {
    return this.#totalPages;
  }

  /** shmget(2) for a segment that doesn't exist. */
  create(
    files: AnonymousFileMaker,
    context: VfsContext,
    request: { key: number; flags: number; sizeBytes: number; pid: number },
  ): SharedSegment | Errno {
    const { sizeBytes, key } = request;
    if (sizeBytes < SHMMIN || sizeBytes > Number.MAX_SAFE_INTEGER) return -EINVAL;
    const pages = Math.ceil(sizeBytes / PAGE_SIZE);
    if (this.#totalPages + pages > MOST_PAGES) return -ENOSPC;
    const name = `SYSV${(key >>> 0).toString(16).padStart(8, "0")}`;
    const file = files.create(context.credentials, name, false, request.flags & 0o777);
    const sized = file.inode.setAttributes(context, { size: sizeBytes });
    if (sized < 0) {
      file.dropReference();
      return -ENOMEM;
    }
    this.#totalPages += pages;
    return new SharedSegment(this, file, request, context.credentials, this.nowSec());
  }

  override remove(segment: SharedSegment): void {
    super.remove(segment);
    this.#totalPages -= segment.pages;
  }
}
