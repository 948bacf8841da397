/** System V IPC of one kernel, and where its POSIX message queues live: ipc_namespaces(7). There is one. */
import type { Filesystem } from "../../vfs/types.ts";
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

  constructor(nowSec: () => number) {
    this.nowSec = nowSec;
    this.sharedMemory = new SharedMemory(nowSec);
    this.semaphores = new Semaphores(nowSec);
    this.messageQueues = new MessageQueues(nowSec);
  }
}
