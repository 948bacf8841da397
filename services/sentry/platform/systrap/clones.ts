/**
 * New threads and new processes. Both are clone(2), made by a stub by order; the newcomer is known by a cookie until its first
 * notification tells its tid. Threads whose task is gone are kept and used again.
 */
import { EAGAIN, isErrno } from "../../../../shared/abi/errno.ts";
import { MAP_FIXED, MAP_SHARED } from "../../../../shared/abi/mman.ts";
import type { Order } from "../platform.ts";
import { type SpaceHost, SystrapAddressSpace } from "./address_space.ts";
import {
  AREA_SIZE,
  AREA_TOP,
  AREAS_OFFSET,
  ARENA_FD,
  CHUNK_SIZE,
  CHUNK_SLOTS,
  COMMAND_FORK,
  COMMAND_SPAWN,
  OP_SAVE_FPU,
  OP_SIZE,
  SLOT_FS_BASE,
  SLOT_OPS,
  SLOT_REGISTERS,
  SLOT_SIZE,
  SLOT_VALUE,
  SLOTS_OFFSET,
  SLOTS_SIZE,
  TURN_EVENT_SHIFT,
} from "./layout.ts";
import type { Machine, Range } from "./machine.ts";
import { cloneOperation, fpuOperation, mapSharedOperation, type Operation, unmapOperation } from "./orders.ts";
import { DOING_APPLICATION, DOING_CLONE, HAND_DEAD, HAND_KERNEL, SystrapThread } from "./thread.ts";

const PROT_READ_WRITE = 3;
const SIGCHLD = 17;
const CLONE_FILES = 0x400;
const FORK_FLAGS = CLONE_FILES | SIGCHLD;
/** CLONE_VM, FS, FILES, SIGHAND, THREAD, SYSVSEM. */
const THREAD_FLAGS = 0x5_0f00;
const STATE_END = SLOT_FS_BASE + 8;

export class Clones {
  readonly #machine: Machine;
  readonly #spaceHost: SpaceHost;
  readonly startingByCookie = new Map<number, SystrapThread>();

  constructor(machine: Machine, spaceHost: SpaceHost) {
    this.#machine = machine;
    this.#spaceHost = spaceHost;
  }

  spawn(thread: SystrapThread): void {
    const idle = thread.space.idleThreads.pop();
    if (idle !== undefined) {
      this.#reuse(thread, idle);
      return;
    }
    if (thread.space.freeSlots.length === 0) {
      this.#growSlots(thread, () => this.spawn(thread));
      return;
    }
    const area = thread.space.takeArea();
    if (isErrno(area)) {
      this.#machine.handler.onSpawned(thread, -EAGAIN);
      return;
    }
    const slot = thread.space.freeSlots.pop() as number;
    const child = this.#createThread(thread.space, slot, area);
    thread.settleResult();
    this.#machine.arena.copyState(thread.slotOffset, child.slotOffset, SLOT_REGISTERS, STATE_END);
    const top = this.#areaTop(area);
    const clone = cloneOperation(THREAD_FLAGS, top);
    this.#machine.writeOperation(thread, 0, clone);
    this.#machine.writeArguments(thread, 1, [child.slotAddress, top, child.cookie, 0, 0, 0]);
    this.#clone(thread, child, clone, COMMAND_SPAWN, (result) => {
      if (result < 0) {
        thread.space.freeSlots.push(slot);
        thread.space.usedAreas.delete(area);
      }
      this.#machine.handler.onSpawned(thread, result < 0 ? result : child);
    });
  }

  /** The thread of a process that exists already (the zygote). */
  adoptThread(space: SystrapAddressSpace, slot: number, area: number, tid: number): SystrapThread {
    const thread = this.#createThread(space, slot, area);
    this.startingByCookie.delete(thread.cookie);
    this.#bind(thread, tid);
    thread.hand = HAND_KERNEL;
    thread.doing = DOING_APPLICATION;
    this.#machine.setNoticeDue(thread, false);
    return thread;
  }

  /** Forks `thread`'s process; `onDone` gets the copy's thread once it is parked, or an errno. */
  cloneSpace(
    thread: SystrapThread,
    wipe: readonly Range[],
    omit: readonly Range[],
    onDone: (child: SystrapThread | number) => void,
  ): void {
    const chunk = this.#machine.arena.takeChunk();
    if (isErrno(chunk)) {
      onDone(-EAGAIN);
      return;
    }
    const space = new SystrapAddressSpace(this.#spaceHost);
    space.addChunk(chunk);
    const slot = space.freeSlots.pop() as number;
    space.usedAreas.add(thread.area);
    space.shareSites(thread.space);
    const child = this.#createThread(space, slot, thread.area);
    space.firstThread = child;
    thread.settleResult();
    this.#machine.arena.copyState(thread.slotOffset, child.slotOffset, SLOT_REGISTERS, STATE_END);
    const slots = this.#machine.base + SLOTS_OFFSET;
    const shared = MAP_SHARED | MAP_FIXED;
    // The upper half of the descriptor's register means nothing to mmap(2) and carries the child's cookie.
    const fdWord = ARENA_FD + child.cookie * 2 ** 32;
    const own = mapSharedOperation(slots, CHUNK_SIZE, PROT_READ_WRITE, shared, fdWord, chunk * CHUNK_SIZE);
    const more = thread.space.chunks.length > 1;
    const rest = unmapOperation(slots + CHUNK_SIZE, SLOTS_SIZE - CHUNK_SIZE);
    const clone = cloneOperation(FORK_FLAGS, 0);
    this.#machine.writeOperation(thread, 0, clone);
    this.#machine.writeOperation(thread, 1, own);
    this.#machine.writeOperation(thread, 2, rest);
    if (!more) thread.writeU53(SLOT_OPS + 2 * OP_SIZE + 16, 0);
    child.expected = more ? [own, rest] : [own];
    const orders = [...omit.map(unmapOrder), ...wipe.map(wipeOrder)];
    this.#clone(thread, child, clone, COMMAND_FORK, (result) => {
      if (result < 0) {
        space.dead = true;
        this.#machine.arena.freeChunk(chunk);
        onDone(result);
        return;
      }
      if (orders.length === 0) {
        onDone(child);
        return;
      }
      child.resumeAfter = false;
      child.orders = orders;
      child.ordersDone = 0;
      child.continuation = () => {
        this.#machine.park(child, Infinity);
        onDone(child);
      };
      this.#machine.performNext(child);
    });
  }

  /** A thread's first notification: from now on it is known by its tid. */
  bindStarting(thread: SystrapThread, tid: number): void {
    this.startingByCookie.delete(thread.cookie);
    this.#bind(thread, tid);
  }

  #bind(thread: SystrapThread, tid: number): void {
    thread.tid = tid;
    this.#machine.threadsByTid.set(tid, thread);
  }

  #createThread(space: SystrapAddressSpace, slot: number, area: number): SystrapThread {
    const thread = new SystrapThread(this.#machine, space, space.slotOffset(slot), space.slotAddress(slot), area);
    do {
      thread.cookie = Math.floor(Math.random() * (2 ** 32 - 16)) + 16;
    } while (this.startingByCookie.has(thread.cookie));
    space.threads.add(thread);
    this.startingByCookie.set(thread.cookie, thread);
    this.#machine.setNoticeDue(thread, true);
    return thread;
  }

  #areaTop(area: number): number {
    return this.#machine.base + AREAS_OFFSET + area * AREA_SIZE + AREA_SIZE - AREA_TOP;
  }

  #clone(
    thread: SystrapThread,
    child: SystrapThread,
    clone: Operation,
    command: number,
    done: (result: number) => void,
  ): void {
    thread.expected = [clone];
    thread.expectedNext = 0;
    thread.doing = DOING_CLONE;
    thread.child = child;
    thread.cloneRepeats = 0;
    // Until the child is known its memory can't be reached, and the kernel may want to write there at once: both must report.
    let waiting = 2;
    let lost = false;
    const step = (): void => {
      if (--waiting > 0) return;
      // Its maker may be gone by now, and nobody asks for it.
      if (thread.hand === HAND_DEAD) child.space.destroy();
      else done(lost ? -EAGAIN : 0);
    };
    thread.continuation = (_index, result) => {
      if (result > 0) {
        step();
        return;
      }
      this.#dropThread(child);
      done(result < 0 && result > -4096 ? result : -EAGAIN);
    };
    child.continuation = (_index, result) => {
      lost = result < 0;
      step();
    };
    this.#machine.setNoticeDue(thread, true);
    this.#machine.counters.clones++;
    this.#machine.watch(child);
    this.#machine.handOver(thread, command << TURN_EVENT_SHIFT);
  }

  finishClone(thread: SystrapThread): void {
    const continuation = thread.continuation;
    thread.doing = DOING_APPLICATION;
    thread.continuation = null;
    thread.child = null;
    continuation?.(-1, thread.readI53(SLOT_VALUE));
  }

  started(thread: SystrapThread): void {
    thread.doing = DOING_APPLICATION;
    thread.hand = HAND_KERNEL;
    this.#machine.park(thread, Infinity);
    const continuation = thread.continuation;
    thread.continuation = null;
    continuation?.(-1, 0);
  }

  #dropThread(thread: SystrapThread): void {
    this.#machine.unwatch(thread);
    this.#machine.setNoticeDue(thread, false);
    thread.hand = HAND_DEAD;
    this.startingByCookie.delete(thread.cookie);
    thread.space.threads.delete(thread);
  }

  /** Gives an idle host thread the maker's registers and FPU state. */
  #reuse(thread: SystrapThread, idle: SystrapThread): void {
    thread.settleResult();
    this.#machine.arena.copyState(thread.slotOffset, idle.slotOffset, SLOT_REGISTERS, STATE_END);
    idle.registersChanged = true;
    const buffer = this.#areaTop(idle.area);
    this.#machine.performOne(thread, fpuOperation(OP_SAVE_FPU, buffer), () => {
      // It sleeps on; what it is woken for is preceded by the load.
      idle.fpuFrom = buffer;
      this.#machine.handler.onSpawned(thread, idle);
    });
  }

  #growSlots(thread: SystrapThread, then: () => void): void {
    const chunk = this.#machine.arena.takeChunk();
    const place = thread.space.chunks.length;
    if (isErrno(chunk) || (place + 1) * CHUNK_SLOTS * SLOT_SIZE > SLOTS_SIZE) {
      if (!isErrno(chunk)) this.#machine.arena.freeChunk(chunk);
      this.#machine.handler.onSpawned(thread, -EAGAIN);
      return;
    }
    const address = this.#machine.base + SLOTS_OFFSET + place * CHUNK_SIZE;
    const operation = mapSharedOperation(
      address,
      CHUNK_SIZE,
      PROT_READ_WRITE,
      MAP_SHARED,
      ARENA_FD,
      chunk * CHUNK_SIZE,
    );
    this.#machine.performOne(thread, operation, (failedIndex) => {
      if (failedIndex >= 0) {
        this.#machine.arena.freeChunk(chunk);
        this.#machine.handler.onSpawned(thread, -EAGAIN);
        return;
      }
      thread.space.addChunk(chunk);
      then();
    });
  }
}

function unmapOrder(range: Range): Order {
  return { kind: "unmap", address: range.address, length: range.length };
}

function wipeOrder(range: Range): Order {
  return {
    kind: "map",
    address: range.address,
    length: range.length,
    prot: PROT_READ_WRITE,
    flags: 0x22,
    fd: -1,
    offset: 0,
  };
}
