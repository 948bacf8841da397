/** struct ipc64_perm, with which the status of every System V IPC object begins. */
import { EINVAL, type Errno } from "../../../shared/abi/errno.ts";
import type { I32, Layout, U16, U32 } from "../../../shared/abi/layout.ts";
import type { IpcObject } from "../kernel/ipc/ipc_object.ts";
import { TaskMemory } from "../kernel/task_memory.ts";

interface PermissionFields {
  readonly key: I32;
  readonly uid: U32;
  readonly gid: U32;
  readonly cuid: U32;
  readonly cgid: U32;
  readonly mode: U32;
  readonly seq: U16;
}

const NO_ID = 0xffff_ffff;

/** Clears a struct at 0 of `view` and fills in who owns `object`. */
export function writeOwner(layout: Layout<PermissionFields>, view: DataView, object: IpcObject): void {
  layout.zero(view, 0);
  layout.key.write(view, 0, object.key);
  layout.uid.write(view, 0, object.uid);
  layout.gid.write(view, 0, object.gid);
  layout.cuid.write(view, 0, object.creatorUid);
  layout.cgid.write(view, 0, object.creatorGid);
  layout.mode.write(view, 0, object.mode);
  layout.seq.write(view, 0, object.sequence);
}

/** What IPC_SET takes of a struct that was copied in to `scratch`; -EINVAL for ids that nobody has. */
export function ownerFrom(layout: PermissionFields): { uid: number; gid: number; mode: number } | Errno {
  const view = TaskMemory.scratchView;
  const uid = layout.uid.read(view, 0);
  const gid = layout.gid.read(view, 0);
  return uid === NO_ID || gid === NO_ID ? -EINVAL : { uid, gid, mode: layout.mode.read(view, 0) };
}
