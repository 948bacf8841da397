/** A description for unit tests: readable when told so. */
import { POLLIN } from "../../../../shared/abi/poll.ts";
import { WaitQueue } from "../../../../shared/waiter/wait_queue.ts";
import { FileDescription } from "../../vfs/file_description.ts";
import type { Inode } from "../../vfs/types.ts";
import { anonInode } from "../anonymous_inode.ts";

export class FakeFile extends FileDescription {
  readonly inode: Inode = anonInode;
  readonly queue = new WaitQueue();
  events = 0;
  releases = 0;

  constructor(flags = 2) {
    super(flags, null);
  }

  override get waiters(): WaitQueue {
    return this.queue;
  }

  override readiness(): number {
    return this.events;
  }

  become(events: number): void {
    this.events = events;
    if (events !== 0) this.queue.notify(events);
  }

  becomeReadable(): void {
    this.become(POLLIN);
  }

  protected override release(): void {
    this.releases++;
  }
}
