/** /proc/sysvipc: the System V IPC objects, a line each, in the columns of ipc/{shm,sem,msg}.c. */
import type { IpcNamespace } from "../../kernel/ipc/ipc_namespace.ts";
import type { IpcObject } from "../../kernel/ipc/ipc_object.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { PseudoFile, type PseudoHost, type PseudoInode } from "../pseudo/pseudo_inode.ts";
import { callerOf } from "./inspection.ts";

const SHM_HEADING =
  "       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      dtime      ctime                   rss                  swap";
const SEM_HEADING = "       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime";
const MSG_HEADING =
  "       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      stime      rtime      ctime";
const PAGE_SIZE = 4096;

function columns(...fields: readonly (readonly [value: number, width: number])[]): string {
  return fields.map(([value, width]) => String(value).padStart(width)).join(" ");
}

/** Key, id and mode, with which every line begins. */
function identity({ key, id, mode }: IpcObject): string {
  return `${columns([key, 10], [id, 10])}  ${mode.toString(8).padStart(4)}`;
}

function owners({ uid, gid, creatorUid, creatorGid }: IpcObject): string {
  return columns([uid, 5], [gid, 5], [creatorUid, 5], [creatorGid, 5]);
}

export function shmListing({ sharedMemory }: IpcNamespace): string {
  const lines = sharedMemory.all().map((segment) => {
    const use = columns(
      [segment.sizeBytes, 21],
      [segment.creatorPid, 5],
      [segment.lastPid, 5],
      [segment.attachments, 5],
    );
    const times = columns([segment.attachSec, 10], [segment.detachSec, 10], [segment.changeSec, 10]);
    const memory = columns([segment.pages * PAGE_SIZE, 21], [0, 21]);
    return `${identity(segment)} ${use}  ${owners(segment)} ${times} ${memory}\n`;
  });
  return `${SHM_HEADING}\n${lines.join("")}`;
}

export function semListing({ semaphores }: IpcNamespace): string {
  const lines = semaphores.all().map((set) => {
    const times = columns([set.operationSec, 10], [set.changeSec, 10]);
    return `${identity(set)} ${columns([set.count, 10])} ${owners(set)} ${times}\n`;
  });
  return `${SEM_HEADING}\n${lines.join("")}`;
}

export function msgListing({ messageQueues }: IpcNamespace): string {
  const lines = messageQueues.all().map((queue) => {
    const use = columns([queue.bytes, 10], [queue.messageCount, 10], [queue.lastSender, 5], [queue.lastReceiver, 5]);
    const times = columns([queue.sendSec, 10], [queue.receiveSec, 10], [queue.changeSec, 10]);
    return `${identity(queue)}  ${use} ${owners(queue)} ${times}\n`;
  });
  return `${MSG_HEADING}\n${lines.join("")}`;
}

/** They show the namespace of whoever reads. */
export function sysvipcFiles(filesystem: PseudoHost, kernel: Kernel): Record<string, () => PseudoInode> {
  const listing = (render: (ipc: IpcNamespace) => string) => () =>
    new PseudoFile(filesystem, (context) => render(callerOf(context)?.ipc ?? kernel.ipc));
  return { msg: listing(msgListing), sem: listing(semListing), shm: listing(shmListing) };
}
