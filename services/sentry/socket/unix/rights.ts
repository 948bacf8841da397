/**
 * Descriptors in flight: files that messages in Unix sockets' queues carry (SCM_RIGHTS), unix(7).
 *
 * A socket can be in flight in a queue that only sockets in flight can reach: then nobody will ever read it, and no reference count
 * falls to zero. `collectGarbage` finds such sockets, as net/unix/garbage.c does: a socket all of whose references are in flight is a
 * candidate; it is alive if a queue that it lies in belongs to a socket that is alive.
 */

import { CAP_SYS_ADMIN, CAP_SYS_RESOURCE } from "../../../../shared/abi/capability.ts";
import { type Errno, ETOOMANYREFS } from "../../../../shared/abi/errno.ts";
import type { Credentials } from "../../vfs/credentials.ts";
import type { FileDescription } from "../../vfs/file_description.ts";

/** A socket that can hold rights in its queue. */
export interface RightsHolder {
  /** The files in its queue, those of connections that nobody has accepted included. */
  forEachRight(visit: (file: FileDescription) => void): void;
  /** Drops all that its queue holds. */
  discardQueue(): void;
  /** The socket through whose queue it is reached: the listener of a connection that nobody has accepted. */
  readonly reachedThrough: FileDescription;
}

/** How many messages' rights each socket is in. */
const inFlight = new Map<FileDescription, number>();
/** Queues with rights in them, by the socket that is read to get at them. */
const holders = new Set<RightsHolder>();
/** Files in flight per user. */
const inFlightOfUser = new Map<number, number>();

/** The rights of one message. */
export class Rights {
  readonly files: FileDescription[];
  readonly #uid: number;

  constructor(files: FileDescription[], uid: number) {
    this.files = files;
    this.#uid = uid;
  }

  /** They are in the queue of `holder` from now on. */
  enter(holder: RightsHolder): void {
    holders.add(holder);
    inFlightOfUser.set(this.#uid, (inFlightOfUser.get(this.#uid) ?? 0) + this.files.length);
    for (const file of this.files) if (isHolder(file)) inFlight.set(file, (inFlight.get(file) ?? 0) + 1);
  }

  /** They have left every queue: the receiver takes them, or `drop` follows. */
  leave(): void {
    const left = (inFlightOfUser.get(this.#uid) ?? 0) - this.files.length;
    if (left > 0) inFlightOfUser.set(this.#uid, left);
    else inFlightOfUser.delete(this.#uid);
    for (const file of this.files) {
      if (!isHolder(file)) continue;
      const count = (inFlight.get(file) ?? 0) - 1;
      if (count > 0) inFlight.set(file, count);
      else inFlight.delete(file);
    }
  }

  drop(): void {
    falling.push(...this.files);
    this.files.length = 0;
    if (isFalling) return;
    isFalling = true;
    for (let file = falling.pop(); file !== undefined; file = falling.pop()) file.dropReference();
    isFalling = false;
    collectGarbage();
  }
}

/** To be dropped: a socket in another's queue, in another's queue... must not become as many calls within each other. */
const falling: FileDescription[] = [];
let isFalling = false;

/** The files for a receiver: his own from now on, or further references with MSG_PEEK. */
export function takeRights(rights: Rights, peeks: boolean): FileDescription[] {
  if (peeks) for (const file of rights.files) file.takeReference();
  else rights.leave();
  return [...rights.files];
}

function isHolder(file: FileDescription): file is FileDescription & RightsHolder {
  return "forEachRight" in file;
}

/** The limit on files in flight is that on open files; -ETOOMANYREFS. */
export function checkInFlight(credentials: Credentials, limit: number): 0 | Errno {
  if ((inFlightOfUser.get(credentials.ruid) ?? 0) <= limit) return 0;
  collectGarbage();
  if ((inFlightOfUser.get(credentials.ruid) ?? 0) <= limit) return 0;
  return credentials.has(CAP_SYS_RESOURCE) || credentials.has(CAP_SYS_ADMIN) ? 0 : -ETOOMANYREFS;
}

/** `holder` has no rights in its queue any more. */
export function forgetHolder(holder: RightsHolder): void {
  holders.delete(holder);
}

let isCollecting = false;

/** A Unix socket was closed: frees what only it kept reachable. Costs nothing while no socket is in flight. */
export function collectGarbage(): void {
  if (inFlight.size === 0 || isCollecting || isFalling) return;
  isCollecting = true;
  const garbage = new Set<FileDescription>();
  for (const [socket, count] of inFlight) if (socket.references === count) garbage.add(socket);
  const alive: RightsHolder[] = [];
  for (const holder of holders) if (!garbage.has(holder.reachedThrough)) alive.push(holder);
  for (let holder = alive.pop(); holder !== undefined; holder = alive.pop()) {
    holder.forEachRight((file) => {
      if (garbage.delete(file) && isHolder(file)) alive.push(file);
    });
  }
  // Held while their queues are emptied, so that none is released in the middle.
  for (const socket of garbage) socket.takeReference();
  for (const socket of garbage) (socket as FileDescription & RightsHolder).discardQueue();
  isCollecting = false;
  for (const socket of garbage) socket.dropReference();
}
