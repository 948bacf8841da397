/**
 * The fids of a session, bounded: each holds a host descriptor.
 *
 * A client that comes to the bound gets ENFILE and should let some go; the server never closes a fid of its own accord.
 */

import { EBADF, EINVAL, ENFILE, type Errno } from "../../../shared/abi/errno.ts";
import { NOFID } from "../../../shared/p9/limits.ts";
import type { Fid } from "./fid.ts";

export class FidTable {
  readonly #fids = new Map<number, Fid>();
  readonly #limit: number;
  readonly #close: (fd: number) => void;

  /** At most `limit` fids; `close` is called with the descriptor of each that goes. */
  constructor(limit: number, close: (fd: number) => void) {
    this.#limit = limit;
    this.#close = close;
  }

  get size(): number {
    return this.#fids.size;
  }

  get(number: number): Fid | Errno {
    return this.#fids.get(number) ?? -EBADF;
  }

  /** Whether `number` can become a fid now: 0, -EINVAL if it is one or never can be, or -ENFILE. */
  checkNew(number: number): number {
    if (number === NOFID || this.#fids.has(number)) return -EINVAL;
    return this.#fids.size >= this.#limit ? -ENFILE : 0;
  }

  /** Adds a fid for which `checkNew` said 0. */
  add(number: number, fid: Fid): void {
    this.#fids.set(number, fid);
  }

  /** Lets a fid go: 0 or -EBADF. */
  remove(number: number): number {
    const fid = this.#fids.get(number);
    if (fid === undefined) return -EBADF;
    this.#fids.delete(number);
    this.#close(fid.fd);
    return 0;
  }

  clear(): void {
    for (const fid of this.#fids.values()) this.#close(fid.fd);
    this.#fids.clear();
  }
}
