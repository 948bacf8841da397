/**
 * Signal-driven I/O: who is told by which signal when a description becomes ready. fcntl(2) F_SETOWN, F_SETSIG, O_ASYNC.
 *
 * Few descriptions ever have an owner, so it is kept beside them.
 */
import { F_OWNER_PGRP, F_OWNER_PID, F_OWNER_TID } from "../../../shared/abi/fcntl.ts";
import { POLLERR, POLLHUP, POLLIN, POLLOUT, POLLPRI, POLLRDNORM, POLLWRNORM } from "../../../shared/abi/poll.ts";
import { POLL_ERR, POLL_HUP, POLL_IN, POLL_OUT, POLL_PRI, SIGIO } from "../../../shared/abi/signal.ts";
import { Waiter } from "../../../shared/waiter/wait_queue.ts";
import type { Credentials } from "../vfs/credentials.ts";
import type { FileDescription } from "../vfs/file_description.ts";
import type { Kernel } from "./kernel.ts";
import { sendToGroup, sendToProcessGroup, sendToTask } from "./signal/send.ts";
import { SignalInfo } from "./signal/signal_info.ts";

export class AsyncOwner {
  /** F_OWNER_TID, F_OWNER_PID or F_OWNER_PGRP. */
  kind = F_OWNER_PID;
  /** 0: nobody. */
  id = 0;
  /** F_SETSIG; 0 is SIGIO without details. */
  signal = 0;
  /** Of whoever named the owner. */
  credentials: Credentials | null = null;
  waiter: AsyncWaiter | null = null;

  set(kind: number, id: number, credentials: Credentials): void {
    this.kind = kind;
    this.id = id;
    this.credentials = credentials;
  }

  /** As F_GETOWN tells it: a process group is negative. */
  get ownerAsNumber(): number {
    return this.kind === F_OWNER_PGRP ? -this.id : this.id;
  }
}

const owners = new WeakMap<FileDescription, AsyncOwner>();

export function asyncOwnerOf(file: FileDescription): AsyncOwner {
  let owner = owners.get(file);
  if (owner === undefined) {
    owner = new AsyncOwner();
    owners.set(file, owner);
  }
  return owner;
}

/** Waits in the file's queue for as long as O_ASYNC is set. */
class AsyncWaiter extends Waiter {
  readonly #kernel: Kernel;
  readonly #file: FileDescription;
  /** The descriptor by which O_ASYNC was set: si_fd. */
  readonly #fd: number;

  constructor(kernel: Kernel, file: FileDescription, fd: number) {
    super();
    this.#kernel = kernel;
    this.#file = file;
    this.#fd = fd;
  }

  override onReady(events: number): boolean {
    const owner = asyncOwnerOf(this.#file);
    if (owner.id === 0) return false;
    const [code, band] = describe(events);
    sendTo(this.#kernel, owner, code, band, this.#fd);
    return false;
  }
}

/** O_ASYNC was set or cleared, by descriptor `fd`. */
export function setAsync(kernel: Kernel, file: FileDescription, on: boolean, fd: number): void {
  const owner = asyncOwnerOf(file);
  const queue = file.waiters;
  if (!on || queue === null) {
    if (owner.waiter !== null) owner.waiter.queue?.remove(owner.waiter);
    owner.waiter = null;
    return;
  }
  if (owner.waiter !== null) return;
  owner.waiter = new AsyncWaiter(kernel, file, fd);
  queue.add(owner.waiter, POLLIN | POLLOUT | POLLPRI | POLLRDNORM | POLLWRNORM);
}

/** si_code and si_band of an event: fs/fcntl.c. */
function describe(events: number): [code: number, band: number] {
  if ((events & POLLHUP) !== 0) return [POLL_HUP, POLLHUP | POLLERR];
  if ((events & POLLERR) !== 0) return [POLL_ERR, POLLERR];
  if ((events & POLLIN) !== 0) return [POLL_IN, POLLIN | POLLRDNORM];
  if ((events & POLLPRI) !== 0) return [POLL_PRI, POLLPRI];
  return [POLL_OUT, POLLOUT | POLLWRNORM];
}

/** Tells the owner by its signal; with F_SETSIG the signal says why, and of which descriptor. */
export function sendTo(kernel: Kernel, owner: AsyncOwner, code: number, band: number, fd: number): void {
  const make = (): SignalInfo =>
    owner.signal === 0 ? SignalInfo.kernel(SIGIO) : SignalInfo.poll(owner.signal, code, band, fd);
  const { pidNamespace } = kernel;
  if (owner.kind === F_OWNER_PGRP) {
    const group = pidNamespace.processGroups.get(owner.id);
    if (group !== undefined) sendToProcessGroup(group, make());
    return;
  }
  const task = pidNamespace.task(owner.id);
  if (task === undefined) return;
  if (owner.kind === F_OWNER_TID) sendToTask(task, make());
  else sendToGroup(task.threadGroup, make());
}
