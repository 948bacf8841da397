/**
 * The hand-off between kernel and stubs: gives slots to stubs with a command, takes them back with an event, and keeps what the
 * stubs were ordered to do. notifications.ts and loop.ts call in here; nothing here waits.
 *
 * Invariant: a thread in HAND_STUB is on the watch list; any other isn't. A stub that posts an event which doesn't fit what it was
 * doing is killed with its process.
 */
import { EAGAIN, ENOMEM } from "../../../../shared/abi/errno.ts";
import { SYS_futex, SYS_tgkill } from "../../../../shared/abi/syscall_numbers.ts";
import type { Fault, Order, PlatformHandler } from "../platform.ts";
import { REG_ERR, REG_TRAPNO } from "../platform.ts";
import type { SpaceHost, SystrapAddressSpace } from "./address_space.ts";
import type { Arena } from "./arena.ts";
import { Clones } from "./clones.ts";
import { futexWake, notificationSend, syscall } from "./host_native.ts";
import {
  COMMAND_GO_ON,
  COMMAND_ORDERS,
  COMMAND_RESUME,
  COMMAND_RESUME_FULL,
  COMMAND_RESUME_SMALL,
  EVENT_CLONED,
  EVENT_COPY_FAULT,
  EVENT_DEADLINE,
  EVENT_FAULT,
  EVENT_HELLO,
  EVENT_INTERRUPT,
  EVENT_INTERRUPT_IN_FUTEX,
  EVENT_ORDERS_DONE,
  EVENT_SYSCALL,
  EVENT_TRAPPED,
  FIRST_FILE_FD,
  KICK_SIGNAL,
  MAX_OPS,
  NO_NUMBER,
  OP_LOAD_FPU,
  OP_SIZE,
  SLOT_COPY_OUT_COUNT,
  SLOT_DEADLINE,
  SLOT_FAULT_ADDRESS,
  SLOT_FAULT_CODE,
  SLOT_FAULT_SIGNAL,
  SLOT_INDEX,
  SLOT_INTERRUPT,
  SLOT_OP_COUNT,
  SLOT_OPS,
  SLOT_VALUE,
  TRAPS_PER_EVENT,
  TURN_EVENT_SHIFT,
  TURN_LIVE_FPU,
  TURN_MASK,
  TURN_NUMBER_SHIFT,
  TURN_PARKED,
  TURN_SENTRY,
  TURN_SMALL_SHIFT,
  TURN_STUB,
} from "./layout.ts";
import { checkOrder, encodeOrders, fpuOperation, type Operation } from "./orders.ts";
import { noteTrap, serveRewrittenSite } from "./site_traps.ts";
import {
  DOING_APPLICATION,
  DOING_CLONE,
  DOING_ORDERS,
  DOING_ORDERS_AND_APPLICATION,
  DOING_START,
  HAND_DEAD,
  HAND_KERNEL,
  HAND_PARKED,
  HAND_STUB,
  NOT_SMALL,
  type SystrapThread,
  type ThreadDriver,
} from "./thread.ts";

const RESUME_SMALL = COMMAND_RESUME_SMALL << TURN_EVENT_SHIFT;

export interface Range {
  address: number;
  length: number;
}

export interface Counters {
  [name: string]: number;
  systemCalls: number;
  trampolineCalls: number;
  faults: number;
  doorbells: number;
  orders: number;
  clones: number;
  wakeUps: number;
  sleeps: number;
  interrupts: number;
  killedStubs: number;
}

export class Machine implements ThreadDriver {
  readonly arena: Arena;
  readonly base: number;
  readonly listener: number;
  readonly clones: Clones;
  readonly #nowNs: () => number;
  handler!: PlatformHandler;
  /** Runs before a notification is answered, which may give the core to the stub at once. */
  beforeAnswer: () => void = () => {};
  /** Threads whose next event we wait for. */
  readonly watched: SystrapThread[] = [];
  readonly threadsByTid = new Map<number, SystrapThread>();
  /** Threads doing something that raises notifications. */
  noticesDue = 0;
  readonly counters: Counters = {
    systemCalls: 0,
    trampolineCalls: 0,
    faults: 0,
    doorbells: 0,
    orders: 0,
    clones: 0,
    wakeUps: 0,
    sleeps: 0,
    interrupts: 0,
    killedStubs: 0,
    rewrittenSites: 0,
  };
  readonly #freeFileNumbers: number[] = [];
  #nextFileNumber = FIRST_FILE_FD;

  constructor(arena: Arena, base: number, listener: number, spaceHost: SpaceHost, nowNs: () => number) {
    this.arena = arena;
    this.base = base;
    this.listener = listener;
    this.#nowNs = nowNs;
    this.clones = new Clones(this, spaceHost);
  }

  // The kernel's wishes.

  resume(thread: SystrapThread): void {
    if (!this.mayHandOver(thread)) return;
    if (thread.fpuFrom !== 0) {
      this.#loadFpuAndResume(thread);
      return;
    }
    thread.doing = DOING_APPLICATION;
    this.handOver(thread, this.#prepareResume(thread));
  }

  /** Puts the result where the way back wants it; returns the turn word for that way. */
  #prepareResume(thread: SystrapThread): number {
    if (thread.lastEvent === EVENT_SYSCALL && thread.hasResult && !thread.registersChanged) {
      const small = thread.takeSmallResult();
      if (small !== NOT_SMALL) return RESUME_SMALL | (small << TURN_SMALL_SHIFT);
      thread.storeResult();
      return COMMAND_RESUME << TURN_EVENT_SHIFT;
    }
    thread.settleResult();
    return COMMAND_RESUME_FULL << TURN_EVENT_SHIFT;
  }

  park(thread: SystrapThread, deadlineNs: number): void {
    if (thread.hand === HAND_DEAD) return;
    const words = this.arena.words;
    const earlier = thread.hand === HAND_PARKED ? thread.deadlineNs : Infinity;
    thread.hand = HAND_PARKED;
    thread.deadlineNs = deadlineNs;
    if (deadlineNs === earlier && Atomics.load(words, thread.turnWord) === TURN_PARKED) return;
    thread.writeU53(SLOT_DEADLINE, deadlineNs === Infinity ? 0 : Math.max(1, deadlineNs));
    const turn = Atomics.exchange(words, thread.turnWord, TURN_PARKED);
    // Without a deadline a stub may wait wherever it waits; a deadline it must come and read.
    if (deadlineNs !== Infinity) this.#wake(thread, turn);
  }

  order(thread: SystrapThread, orders: readonly Order[], resume: boolean): void {
    for (const order of orders) checkOrder(order);
    if (!this.mayHandOver(thread)) return;
    if (this.loadsFpuFirst(thread, () => this.order(thread, orders, resume))) return;
    thread.resumeAfter = resume;
    thread.orders = orders;
    thread.ordersDone = 0;
    thread.continuation = null;
    this.performNext(thread);
  }

  spawn(thread: SystrapThread): void {
    if (this.mayHandOver(thread) && !this.loadsFpuFirst(thread, () => this.spawn(thread))) this.clones.spawn(thread);
  }

  fork(thread: SystrapThread, wipe: readonly Range[], omit: readonly Range[]): void {
    if (!this.mayHandOver(thread) || this.loadsFpuFirst(thread, () => this.fork(thread, wipe, omit))) return;
    this.clones.cloneSpace(thread, wipe, omit, (child) => this.handler.onSpawned(thread, child));
  }

  interrupt(thread: SystrapThread): void {
    if (thread.hand !== HAND_STUB || thread.interruptSent) return;
    if (thread.doing !== DOING_APPLICATION && thread.doing !== DOING_ORDERS_AND_APPLICATION) return;
    thread.interruptSent = true;
    const words = this.arena.words;
    Atomics.store(words, thread.slotWord + SLOT_INTERRUPT / 4, 1);
    if ((Atomics.load(words, thread.turnWord) & TURN_MASK) !== TURN_STUB) return;
    this.counters.interrupts++;
    syscall(SYS_tgkill, thread.space.hostPid, thread.tid, KICK_SIGNAL);
  }

  release(thread: SystrapThread): void {
    if (thread.hand === HAND_DEAD) return;
    thread.owner = null;
    thread.fpuFrom = 0;
    this.park(thread, Infinity);
    thread.space.idleThreads.push(thread);
  }

  // Events.

  /** Takes the event of a watched thread whose turn word has changed. */
  takeEvent(thread: SystrapThread, turn: number): void {
    // A new thread's doorbell, which tells its tid, is on its way.
    if (thread.tid === 0) return;
    this.#dispatch(thread, turn);
    if (thread.hand !== HAND_STUB) this.unwatch(thread);
  }

  #dispatch(thread: SystrapThread, turn: number): void {
    const words = this.arena.words;
    const event = (turn >> TURN_EVENT_SHIFT) & TURN_MASK;
    if (thread.doing === DOING_ORDERS_AND_APPLICATION) {
      this.setNoticeDue(thread, false);
      // Whatever else it says, it says as an application.
      thread.doing = event === EVENT_ORDERS_DONE ? DOING_ORDERS : DOING_APPLICATION;
      thread.expected = [];
      if (event !== EVENT_ORDERS_DONE) {
        this.#returnFileNumbers(thread);
        thread.continuation = null;
      }
    }
    const doing = thread.doing;
    thread.hand = HAND_KERNEL;
    if (thread.interruptSent) {
      thread.interruptSent = false;
      Atomics.store(words, thread.slotWord + SLOT_INTERRUPT / 4, 0);
    }
    if (doing === DOING_APPLICATION) {
      words[thread.slotWord + SLOT_COPY_OUT_COUNT / 4] = 0;
      thread.lastEvent = event;
      switch (event) {
        case EVENT_TRAPPED:
          // A call that the host serves without us, at a site that keeps trapping.
          thread.syscallNumber = turn >>> TURN_NUMBER_SHIFT;
          noteTrap(this, thread, TRAPS_PER_EVENT);
          this.handOver(thread, COMMAND_GO_ON << TURN_EVENT_SHIFT);
          return;
        case EVENT_SYSCALL:
          thread.syscallNumber = turn >>> TURN_NUMBER_SHIFT;
          if (thread.syscallNumber === NO_NUMBER) thread.syscallNumber = -1;
          thread.registersChanged = false;
          thread.setPrefetchedApart();
          this.counters.systemCalls++;
          if ((turn & TURN_LIVE_FPU) === 0) noteTrap(this, thread, 1);
          else this.counters.trampolineCalls++;
          this.handler.onSyscall(thread);
          return;
        case EVENT_FAULT:
          if (!FAULT_SIGNALS.includes(words[thread.slotWord + SLOT_FAULT_SIGNAL / 4])) break;
          this.counters.faults++;
          if (!serveRewrittenSite(this, thread)) this.handler.onFault(thread, this.#fault(thread));
          return;
        case EVENT_INTERRUPT:
          this.handler.onInterrupt(thread, false);
          return;
        case EVENT_INTERRUPT_IN_FUTEX:
          // The turn word says only what happened; which call it was is known.
          thread.syscallNumber = SYS_futex;
          this.handler.onInterrupt(thread, true);
          return;
        case EVENT_COPY_FAULT:
          thread.lastEvent = EVENT_SYSCALL;
          this.handler.onCopyFault(thread);
          return;
      }
    } else if (doing === DOING_ORDERS && event === EVENT_ORDERS_DONE) {
      this.setNoticeDue(thread, false);
      this.#finishOrders(thread);
      return;
    } else if (doing === DOING_CLONE && event === EVENT_CLONED) {
      this.setNoticeDue(thread, false);
      this.clones.finishClone(thread);
      return;
    } else if (doing === DOING_START && event === EVENT_HELLO) {
      this.setNoticeDue(thread, false);
      this.clones.started(thread);
      return;
    }
    this.killSpace(thread.space, `thread ${thread.tid} posted event ${event} while doing ${doing}`);
  }

  /** The doorbell that says a parked thread's deadline has passed. */
  takeDeadline(thread: SystrapThread): void {
    const words = this.arena.words;
    const turn = Atomics.load(words, thread.turnWord);
    if (thread.hand !== HAND_PARKED || (turn & TURN_MASK) !== TURN_SENTRY) return;
    if (((turn >> TURN_EVENT_SHIFT) & TURN_MASK) !== EVENT_DEADLINE || this.#nowNs() < thread.deadlineNs) {
      // Too early: a signal of ours, or a lie. It goes back to its wait.
      const deadlineNs = thread.deadlineNs;
      thread.deadlineNs = Infinity;
      this.park(thread, deadlineNs);
      return;
    }
    thread.hand = HAND_KERNEL;
    this.handler.onDeadline(thread);
  }

  /** Answers the doorbell of a thread that is to go on waiting in another way, or has nothing to wait for. */
  answerBell(thread: SystrapThread): boolean {
    thread.hasBell = false;
    this.beforeAnswer();
    return notificationSend(this.listener, thread.bellLow, thread.bellHigh, 0, 0) >= 0;
  }

  setNoticeDue(thread: SystrapThread, due: boolean): void {
    if (thread.noticeDue === due) return;
    thread.noticeDue = due;
    this.noticesDue += due ? 1 : -1;
  }

  killSpace(space: SystrapAddressSpace, reason: string): void {
    if (space.dead) return;
    this.counters.killedStubs++;
    space.kill();
    this.forgetThreads(space);
    this.handler.onAddressSpaceDied(space, reason);
  }

  /** After the death of a process: nothing is expected of its threads any more. */
  forgetThreads(space: SystrapAddressSpace): void {
    for (const thread of space.threads) {
      if (thread.hand === HAND_DEAD) continue;
      this.unwatch(thread);
      this.setNoticeDue(thread, false);
      thread.hand = HAND_DEAD;
      this.#returnFileNumbers(thread);
      this.clones.startingByCookie.delete(thread.cookie);
      if (this.threadsByTid.get(thread.tid) === thread) this.threadsByTid.delete(thread.tid);
      // A copy that nobody will ask for.
      const child = thread.child;
      if (child !== null && child.space !== space) {
        child.continuation = null;
        child.space.destroy();
      }
      const continuation = thread.continuation;
      thread.continuation = null;
      if (thread.doing === DOING_START) continuation?.(-1, -EAGAIN);
    }
  }

  /** A descriptor number that no stub has in use. */
  takeNumberFor(thread: SystrapThread): number {
    const number = this.#freeFileNumbers.pop() ?? this.#nextFileNumber++;
    thread.fileNumbers.push(number);
    return number;
  }

  // Private: hand-offs.

  handOver(thread: SystrapThread, turn: number): void {
    const words = this.arena.words;
    thread.hand = HAND_STUB;
    this.watch(thread);
    this.#wake(thread, Atomics.exchange(words, thread.turnWord, TURN_STUB | turn));
  }

  #wake(thread: SystrapThread, earlierTurn: number): void {
    // A signal may have ended the doorbell's wait; then the stub waits on the turn word like any other.
    if (thread.hasBell && this.answerBell(thread)) return;
    if ((earlierTurn & TURN_MASK) !== TURN_SENTRY) {
      this.counters.wakeUps++;
      futexWake(this.arena.bytes, thread.turnWord * 4, 1);
    }
  }

  watch(thread: SystrapThread): void {
    if (thread.watchIndex >= 0) return;
    thread.watchIndex = this.watched.length;
    this.watched.push(thread);
  }

  unwatch(thread: SystrapThread): void {
    const index = thread.watchIndex;
    if (index < 0) return;
    const last = this.watched.pop() as SystrapThread;
    if (last !== thread) {
      this.watched[index] = last;
      last.watchIndex = index;
    }
    thread.watchIndex = -1;
  }

  /** False when the thread is gone; a thread that isn't with the kernel is a bug of ours. */
  mayHandOver(thread: SystrapThread): boolean {
    if (thread.hand === HAND_STUB) throw new Error(`thread ${thread.tid} is not with the kernel`);
    return thread.hand !== HAND_DEAD;
  }

  // Private: orders.

  performNext(thread: SystrapThread): void {
    const operations = encodeOrders(thread.orders, thread.ordersDone, { takeNumber: () => this.takeNumberFor(thread) });
    for (const [i, operation] of operations.entries()) this.writeOperation(thread, i, operation);
    thread.expected = operations.filter((operation) => operation.notified);
    thread.expectedNext = 0;
    const words = this.arena.words;
    const resume = thread.resumeAfter && thread.ordersDone + operations.length === thread.orders.length;
    thread.doing = resume ? DOING_ORDERS_AND_APPLICATION : DOING_ORDERS;
    words[thread.slotWord + SLOT_VALUE / 4] = resume ? this.#prepareResume(thread) : 0;
    words[thread.slotWord + SLOT_OP_COUNT / 4] = operations.length;
    this.setNoticeDue(thread, thread.expected.length > 0);
    this.counters.orders += operations.length;
    this.handOver(thread, COMMAND_ORDERS << TURN_EVENT_SHIFT);
  }

  #finishOrders(thread: SystrapThread): void {
    thread.doing = DOING_APPLICATION;
    this.#returnFileNumbers(thread);
    const failed = this.arena.words[thread.slotWord + SLOT_INDEX / 4] >>> 0;
    const result = thread.readI53(SLOT_VALUE);
    const count = Math.min(thread.orders.length - thread.ordersDone, MAX_OPS);
    if (failed >= count) {
      thread.ordersDone += count;
      if (thread.ordersDone < thread.orders.length) {
        this.performNext(thread);
        return;
      }
    }
    const failedIndex = failed < count ? thread.ordersDone + failed : -1;
    // What the stub says is checked like any other word of its; an errno is all it can be.
    const errno = failedIndex < 0 ? 0 : result < 0 && result > -4096 ? result : -ENOMEM;
    const continuation = thread.continuation;
    thread.continuation = null;
    if (continuation !== null) continuation(failedIndex, errno);
    else this.handler.onOrdersDone(thread, failedIndex, errno);
  }

  #returnFileNumbers(thread: SystrapThread): void {
    for (const number of thread.fileNumbers) this.#freeFileNumbers.push(number);
    thread.fileNumbers.length = 0;
  }

  writeOperation(thread: SystrapThread, index: number, operation: Operation): void {
    this.arena.words[(thread.slotOffset + SLOT_OPS + index * OP_SIZE) / 4] = operation.number;
    this.writeArguments(thread, index, operation.arguments);
  }

  writeArguments(thread: SystrapThread, index: number, values: readonly number[]): void {
    const view = this.arena.view;
    const at = thread.slotOffset + SLOT_OPS + index * OP_SIZE + 8;
    for (let i = 0; i < 6; i++) {
      view.setUint32(at + i * 8, values[i] % 2 ** 32, true);
      view.setUint32(at + i * 8 + 4, Math.floor(values[i] / 2 ** 32), true);
    }
  }

  #loadFpuAndResume(thread: SystrapThread): void {
    this.#writeOne(thread, fpuOperation(OP_LOAD_FPU, thread.fpuFrom));
    thread.fpuFrom = 0;
    thread.continuation = () => this.killSpace(thread.space, `thread ${thread.tid} lost its FPU state`);
    thread.doing = DOING_ORDERS_AND_APPLICATION;
    this.arena.words[thread.slotWord + SLOT_VALUE / 4] = this.#prepareResume(thread);
    this.handOver(thread, COMMAND_ORDERS << TURN_EVENT_SHIFT);
  }

  /** True when the thread has to take over another's FPU state before it does anything else; `then` runs after that. */
  loadsFpuFirst(thread: SystrapThread, then: () => void): boolean {
    const from = thread.fpuFrom;
    if (from === 0) return false;
    thread.fpuFrom = 0;
    this.performOne(thread, fpuOperation(OP_LOAD_FPU, from), then);
    return true;
  }

  /** Performs one operation of the platform's own; `done` gets 0 or -1 as the failed index, and the result. */
  performOne(thread: SystrapThread, operation: Operation, done: (failedIndex: number, result: number) => void): void {
    this.#writeOne(thread, operation);
    thread.continuation = done;
    thread.doing = DOING_ORDERS;
    this.arena.words[thread.slotWord + SLOT_VALUE / 4] = 0;
    this.setNoticeDue(thread, operation.notified);
    this.handOver(thread, COMMAND_ORDERS << TURN_EVENT_SHIFT);
  }

  #writeOne(thread: SystrapThread, operation: Operation): void {
    this.writeOperation(thread, 0, operation);
    thread.orders = [NOTHING];
    thread.resumeAfter = false;
    thread.ordersDone = 0;
    thread.expected = operation.notified ? [operation] : [];
    thread.expectedNext = 0;
    this.arena.words[thread.slotWord + SLOT_OP_COUNT / 4] = 1;
  }

  #fault(thread: SystrapThread): Fault {
    const words = this.arena.words;
    const address = this.arena.view.getBigUint64(thread.slotOffset + SLOT_FAULT_ADDRESS, true);
    return {
      signal: words[thread.slotWord + SLOT_FAULT_SIGNAL / 4],
      code: words[thread.slotWord + SLOT_FAULT_CODE / 4],
      address: Number(address < 2n ** 53n ? address : 2n ** 53n),
      trapNumber: thread.getRegister(REG_TRAPNO),
      errorCode: thread.getRegister(REG_ERR),
    };
  }
}

/** SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV: what a stub can report as a fault. */
const FAULT_SIGNALS = [4, 5, 7, 8, 11];

/** Stands for an internal operation in a list whose length alone matters. */
const NOTHING: Order = { kind: "unmap", address: 0, length: 0 };
