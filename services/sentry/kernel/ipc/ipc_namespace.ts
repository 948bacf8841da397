/**
 * The System V IPC objects that some tasks share, and where their POSIX message queues live: ipc_namespaces(7).
 *
 * The first one lives as long as the kernel; one made by CLONE_NEWIPC goes with the last task in it, and its objects with it.
 */
import type { Filesystem } from "../../vfs/types.ts";
import type { Task } from "../task.ts";
import { MessageQueues } from "./message_queue.ts";
import { Semaphores } from "./semaphore_set.ts";
import { SharedMemory } from "./shared_memory.ts";

export class IpcNamespace {
  readonly sharedMemory: SharedMemory;
  readonly semaphores: Semaphores;
  readonly messageQueues: MessageQueues;
  /** The instance of mqueue that mq_open(2) and mounts share; made when first needed. */
  mqueue: Filesystem | null = null;
  /** Whole seconds since the epoch. */
  readonly nowSec: () => number;
  /** Its inode number for /proc/[pid]/ns/ipc. */
  readonly id: number;
  static #nextId = 0xf000_0100;
  #references: number;

  /** The kernel's first one holds itself; it has the number that Linux fixes. */
  constructor(nowSec: () => number, isFirst = true) {
    this.nowSec = nowSec;
    this.id = isFirst ? 0xefff_ffff : IpcNamespace.#nextId++;
    this.#references = isFirst ? 1 : 0;
    this.sharedMemory = new SharedMemory(nowSec);
    this.semaphores = new Semaphores(nowSec);
    this.messageQueues = new MessageQueues(nowSec);
  }

  /** CLONE_NEWIPC: an empty one. */
  fork(): IpcNamespace {
    return new IpcNamespace(this.nowSec, false);
  }

  /** A task is in it. */
  takeReference(): void {
    this.#references++;
  }

  dropReference(): void {
    if (--this.#references > 0) return;
    for (const segment of this.sharedMemory.all()) segment.markForRemoval();
    for (const set of this.semaphores.all()) this.semaphores.remove(set);
    for (const queue of this.messageQueues.all()) this.messageQueues.remove(queue);
  }
}

/** A task has exited: the last one of a process takes back what the process did to semaphores with SEM_UNDO. */
export function leaveIpc({ ipc, threadGroup }: Task): void {
  if (threadGroup.tasks.size === 0) ipc.semaphores.undoAll(threadGroup, threadGroup.pid);
  ipc.dropReference();
}

/** unshare(2) with CLONE_NEWIPC. */
export function unshareIpc(task: Task): void {
  const old = task.ipc;
  old.semaphores.undoAll(task.threadGroup, task.threadGroup.pid);
  task.ipc = old.fork();
  task.ipc.takeReference();
  old.dropReference();
}
