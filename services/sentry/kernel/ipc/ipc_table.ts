/** The objects of one kind by id and by key. Ids are given out as Linux does: an index that goes round, and a sequence number above it. */
import { EEXIST, EINVAL, ENOENT, ENOSPC, type Errno } from "../../../../shared/abi/errno.ts";
import { IPC_CREAT, IPC_EXCL, IPC_PRIVATE } from "../../../../shared/abi/ipc.ts";
import type { Credentials } from "../../vfs/credentials.ts";
import type { IpcObject } from "./ipc_object.ts";

const INDEX_BITS = 15;
const INDEX_MASK = (1 << INDEX_BITS) - 1;
/** Sequence numbers go up to INT_MAX >> INDEX_BITS. */
const SEQUENCES = 1 << (31 - INDEX_BITS);
/** Indices go round after this many at least, so that a stale id is seldom someone else's. */
const SHORTEST_CYCLE = 64;

export class IpcTable<T extends IpcObject> {
  readonly #byIndex = new Map<number, T>();
  #lastIndex = -1;
  #sequence = 0;
  /** The kind's limit on objects: SHMMNI, SEMMNI, MSGMNI. */
  readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  get count(): number {
    return this.#byIndex.size;
  }

  /** By index, as listings show them. */
  all(): T[] {
    return [...this.#byIndex.values()].sort((a, b) => a.index - b.index);
  }

  /** The highest index in use, 0 if there is none: what IPC_INFO returns. */
  get highestIndex(): number {
    let highest = 0;
    for (const index of this.#byIndex.keys()) highest = Math.max(highest, index);
    return highest;
  }

  get(id: number): T | Errno {
    const object = id < 0 ? undefined : this.#byIndex.get(id & INDEX_MASK);
    return object === undefined || object.id !== id ? -EINVAL : object;
  }

  /** By index: SHM_STAT and its kin. */
  at(index: number): T | Errno {
    return this.#byIndex.get(index & INDEX_MASK) ?? -EINVAL;
  }

  find(key: number): T | undefined {
    for (const object of this.#byIndex.values()) if (object.key === key) return object;
    return undefined;
  }

  /** shmget(2) and its kin: the id of the object with `key`, checked by `accepts`, or of a new one from `make`. */
  open(
    key: number,
    flags: number,
    credentials: Credentials,
    make: () => T | Errno,
    accepts: (object: T) => 0 | Errno,
  ): number {
    const found = key === IPC_PRIVATE ? undefined : this.find(key);
    if (found === undefined) {
      if (key !== IPC_PRIVATE && (flags & IPC_CREAT) === 0) return -ENOENT;
      if (this.count >= this.limit) return -ENOSPC;
      const made = make();
      return typeof made === "number" ? made : this.#add(made);
    }
    if ((flags & IPC_CREAT) !== 0 && (flags & IPC_EXCL) !== 0) return -EEXIST;
    const accepted = accepts(found);
    if (accepted < 0) return accepted;
    const allowed = found.checkAccess(credentials, flags);
    return allowed < 0 ? allowed : found.id;
  }

  #add(object: T): number {
    const cycle = Math.min(Math.max(Math.floor(this.count * 1.5), SHORTEST_CYCLE), INDEX_MASK + 1);
    let index = (this.#lastIndex + 1) % cycle;
    while (this.#byIndex.has(index)) index = (index + 1) % cycle;
    if (index <= this.#lastIndex) this.#sequence = (this.#sequence + 1) % SEQUENCES;
    this.#lastIndex = index;
    object.index = index;
    object.sequence = this.#sequence;
    object.id = (this.#sequence << INDEX_BITS) | index;
    this.#byIndex.set(index, object);
    return object.id;
  }

  /** It is gone: nobody finds it any more. */
  remove(object: T): void {
    object.isRemoved = true;
    this.#byIndex.delete(object.index);
  }
}
