/** Attributes of an inode as stat(2), statx(2) and statfs(2) lay them out, written where the stub takes them from. */
import { StatfsLayout } from "../../../shared/abi/mount.ts";
import { STATX_BASIC_STATS, STATX_BTIME, STATX_MNT_ID, StatLayout, StatxLayout } from "../../../shared/abi/stat.ts";
import type { Result } from "../kernel/result.ts";
import type { Task } from "../kernel/task.ts";
import { TaskMemory } from "../kernel/task_memory.ts";
import { majorOf, minorOf } from "../vfs/device_registry.ts";
import type { Attributes, FilesystemStatistics } from "../vfs/types.ts";

/** A struct on its way out: `view` and `at` say where to write it. */
export class OutStruct {
  view: DataView = TaskMemory.scratchView;
  at = 0;
  #inWindow = false;

  /** Chooses the thread's window, or the kernel's scratch memory if the window is too full. */
  begin(task: Task, bytes: number): void {
    this.#inWindow = task.thread.windowLength >= bytes;
    this.view = this.#inWindow ? task.memory.arenaView : TaskMemory.scratchView;
    this.at = this.#inWindow ? task.thread.windowStart : 0;
  }

  /** Has the bytes copied to `address` when the task resumes. */
  send(task: Task, address: number, bytes: number): Result {
    if (!this.#inWindow) return task.memory.copyOutScratch(address, 0, bytes);
    if (task.thread.queueCopyOut(address, this.at, bytes)) return 0;
    return task.memory.copyOut(address, task.memory.arena, this.at, bytes);
  }
}

const out = new OutStruct();

export function sendStat(task: Task, address: number, a: Attributes): Result {
  out.begin(task, StatLayout.byteLength);
  const { view, at } = out;
  StatLayout.dev.write(view, at, a.dev);
  StatLayout.ino.write(view, at, a.ino);
  StatLayout.nlink.write(view, at, a.nlink);
  StatLayout.mode.write(view, at, a.mode);
  StatLayout.uid.write(view, at, a.uid);
  StatLayout.gid.write(view, at, a.gid);
  view.setUint32(at + 36, 0, true);
  StatLayout.rdev.write(view, at, a.rdev);
  StatLayout.size.write(view, at, a.size);
  StatLayout.blksize.write(view, at, a.blockSize);
  StatLayout.blocks.write(view, at, a.blocks);
  StatLayout.atimeSec.write(view, at, a.atimeSec);
  StatLayout.atimeNsec.write(view, at, a.atimeNsec);
  StatLayout.mtimeSec.write(view, at, a.mtimeSec);
  StatLayout.mtimeNsec.write(view, at, a.mtimeNsec);
  StatLayout.ctimeSec.write(view, at, a.ctimeSec);
  StatLayout.ctimeNsec.write(view, at, a.ctimeNsec);
  for (let i = 120; i < StatLayout.byteLength; i += 4) view.setUint32(at + i, 0, true);
  return out.send(task, address, StatLayout.byteLength);
}

/** `mountId` is shown when the program asks for it in `mask`. */
export function sendStatx(task: Task, address: number, a: Attributes, mask: number, mountId: number): Result {
  out.begin(task, StatxLayout.byteLength);
  const { view, at } = out;
  StatxLayout.zero(view, at);
  let given = STATX_BASIC_STATS;
  if (a.btimeSec !== 0 || a.btimeNsec !== 0) given |= STATX_BTIME;
  if (mountId > 0 && (mask & STATX_MNT_ID) !== 0) given |= STATX_MNT_ID;
  StatxLayout.mask.write(view, at, given);
  StatxLayout.blksize.write(view, at, a.blockSize);
  StatxLayout.nlink.write(view, at, a.nlink);
  StatxLayout.uid.write(view, at, a.uid);
  StatxLayout.gid.write(view, at, a.gid);
  StatxLayout.mode.write(view, at, a.mode);
  StatxLayout.ino.write(view, at, a.ino);
  StatxLayout.size.write(view, at, a.size);
  StatxLayout.blocks.write(view, at, a.blocks);
  StatxLayout.atimeSec.write(view, at, a.atimeSec);
  StatxLayout.atimeNsec.write(view, at, a.atimeNsec);
  StatxLayout.btimeSec.write(view, at, a.btimeSec);
  StatxLayout.btimeNsec.write(view, at, a.btimeNsec);
  StatxLayout.ctimeSec.write(view, at, a.ctimeSec);
  StatxLayout.ctimeNsec.write(view, at, a.ctimeNsec);
  StatxLayout.mtimeSec.write(view, at, a.mtimeSec);
  StatxLayout.mtimeNsec.write(view, at, a.mtimeNsec);
  StatxLayout.rdevMajor.write(view, at, majorOf(a.rdev));
  StatxLayout.rdevMinor.write(view, at, minorOf(a.rdev));
  StatxLayout.devMajor.write(view, at, majorOf(a.dev));
  StatxLayout.devMinor.write(view, at, minorOf(a.dev));
  if ((given & STATX_MNT_ID) !== 0) StatxLayout.mntId.write(view, at, mountId);
  return out.send(task, address, StatxLayout.byteLength);
}

/** `flags` are ST_* of the mount; `device` makes the filesystem id. */
export function sendStatfs(
  task: Task,
  address: number,
  s: FilesystemStatistics,
  flags: number,
  device: number,
): Result {
  out.begin(task, StatfsLayout.byteLength);
  const { view, at } = out;
  StatfsLayout.zero(view, at);
  StatfsLayout.type.write(view, at, s.type);
  StatfsLayout.bsize.write(view, at, s.blockSize);
  StatfsLayout.blocks.write(view, at, s.blocks);
  StatfsLayout.bfree.write(view, at, s.blocksFree);
  StatfsLayout.bavail.write(view, at, s.blocksAvailable);
  StatfsLayout.files.write(view, at, s.files);
  StatfsLayout.ffree.write(view, at, s.filesFree);
  StatfsLayout.fsid0.write(view, at, device);
  StatfsLayout.namelen.write(view, at, s.nameLength);
  StatfsLayout.frsize.write(view, at, s.blockSize);
  StatfsLayout.flags.write(view, at, flags);
  return out.send(task, address, StatfsLayout.byteLength);
}
