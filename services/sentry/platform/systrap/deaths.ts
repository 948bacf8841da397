/** Watches the processes of all address spaces for their end, through one epoll descriptor on the event loop. */
import { SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_wait } from "../../../../shared/abi/syscall_numbers.ts";
import { close, POLLER_READABLE, Poller, syscall } from "./host_native.ts";

const EPOLL_CLOEXEC = 0x8_0000;
const EPOLL_CTL_ADD = 1;
const EPOLLIN = 1;
/** struct epoll_event is packed on x86-64. */
const EVENT_SIZE = 12;
const BATCH = 32;

export class Deaths {
  readonly #epoll: number;
  readonly #poller: Poller;
  readonly #watched = new Map<number, () => void>();
  readonly #event = new DataView(new ArrayBuffer(EVENT_SIZE));
  readonly #events = new DataView(new ArrayBuffer(EVENT_SIZE * BATCH));
  #nextId = 1;

  constructor() {
    this.#epoll = syscall(SYS_epoll_create1, EPOLL_CLOEXEC);
    const poller = Poller.watch(this.#epoll, POLLER_READABLE, () => this.collect());
    if (this.#epoll < 0 || typeof poller === "number") throw new Error("systrap: no epoll descriptor for the stubs");
    this.#poller = poller;
  }

  /** Calls `onDeath` once the process of `pidfd` has ended; it must close the pidfd, which ends the watch. */
  watch(pidfd: number, onDeath: () => void): void {
    const id = this.#nextId++;
    this.#watched.set(id, onDeath);
    this.#event.setUint32(0, EPOLLIN, true);
    this.#event.setUint32(4, id, true);
    syscall(SYS_epoll_ctl, this.#epoll, EPOLL_CTL_ADD, pidfd, this.#event);
  }

  collect(): void {
    for (;;) {
      const count = syscall(SYS_epoll_wait, this.#epoll, this.#events, BATCH, 0);
      for (let i = 0; i < count; i++) {
        const id = this.#events.getUint32(i * EVENT_SIZE + 4, true);
        const onDeath = this.#watched.get(id);
        this.#watched.delete(id);
        onDeath?.();
      }
      if (count < BATCH) return;
    }
  }

  close(): void {
    this.#poller.close();
    close(this.#epoll);
  }
}
