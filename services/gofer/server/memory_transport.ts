/** A client and a server in one process, joined by an array; for tests and benchmarks. */

import { EAGAIN, type Errno } from "../../../shared/abi/errno.ts";
import { P9Client } from "../../../shared/p9/client.ts";
import type { P9Transport } from "../../../shared/p9/transport.ts";
import type { Hostfs } from "../hostfs/hostfs_native.ts";
import type { AttachPoint } from "./attach_point.ts";
import { Connection } from "./connection.ts";
import type { FdSender } from "./fd_sender.ts";

const OFFSET = 64;

/** Descriptors on their way, by tag. */
class Donations implements FdSender {
  readonly #duplicate: (fd: number) => number;
  readonly #fds = new Map<number, number>();

  constructor(duplicate: (fd: number) => number) {
    this.#duplicate = duplicate;
  }

  sendFd(fd: number, tag: number): number {
    const copy = this.#duplicate(fd);
    if (copy < 0) return copy;
    this.#fds.set(tag, copy);
    return 0;
  }

  take(tag: number): number | Errno {
    const fd = this.#fds.get(tag);
    this.#fds.delete(tag);
    return fd ?? -EAGAIN;
  }
}

export class MemoryTransport implements P9Transport {
  readonly memory: Uint8Array;
  readonly offset = OFFSET;
  readonly capacity: number;
  readonly connection: Connection;
  readonly #donations: Donations;

  constructor(host: Hostfs, attachPoints: readonly AttachPoint[], capacity: number, maxFids: number) {
    this.memory = new Uint8Array(OFFSET + capacity + OFFSET);
    this.capacity = capacity;
    this.#donations = new Donations((fd) => host.duplicate(fd));
    this.connection = new Connection({ host, attachPoints, fdSender: this.#donations, maxFids, capacity });
  }

  call(length: number): number {
    return this.connection.handle(this.memory, this.offset, length);
  }

  receiveFd(tag: number): number | Errno {
    return this.#donations.take(tag);
  }

  client(): P9Client {
    return new P9Client(this);
  }
}
