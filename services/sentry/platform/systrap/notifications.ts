/**
 * The seccomp listener: doorbells, first signs of life, and host calls that stubs make by order. A call goes on only when its
 * number and all six arguments are those of the operation that this very thread was ordered to do next; anything else kills
 * its process. Registers can't change between the comparison and the call.
 */
import { EINPROGRESS, ENOENT } from "../../../../shared/abi/errno.ts";
import { SYS_clone, SYS_kill, SYS_mmap } from "../../../../shared/abi/syscall_numbers.ts";
import { notificationAddFd, notificationReceive, notificationSend, pidfdOpen, syscall } from "./host_native.ts";
import { DOORBELL_ADDRESS, DOORBELL_DEADLINE, FIRST_FILE_FD, LISTENER_FD, TURN_MASK, TURN_STUB } from "./layout.ts";
import type { Machine } from "./machine.ts";
import type { Operation } from "./orders.ts";
import { DOING_CLONE, DOING_ORDERS_AND_APPLICATION, HAND_PARKED, HAND_STUB, type SystrapThread } from "./thread.ts";

const NOTIFICATION_SIZE = 80;
const ID_LOW = 0;
const ID_HIGH = 1;
const PID = 2;
const NUMBER = 4;
const ARGUMENT_0 = 8;
const SIGKILL = 9;
/** Signals that can meet one clone(2): beyond them the stub makes processes that nobody knows. */
const MOST_CLONE_REPEATS = 4;

export class Notifications {
  readonly #machine: Machine;
  readonly #onStub: (thread: SystrapThread) => void;
  readonly #words = new Uint32Array(NOTIFICATION_SIZE / 4);
  #disarmed = false;

  /** `onStub` hears of each new process, whose `hostPid` and `pidfd` are then known. */
  constructor(machine: Machine, onStub: (thread: SystrapThread) => void) {
    this.#machine = machine;
    this.#onStub = onStub;
  }

  /** Serves what is there, up to `limit`; returns how many there were. */
  serve(limit: number): number {
    let served = 0;
    while (served < limit && notificationReceive(this.#machine.listener, this.#words, 0) === 1) {
      served++;
      this.#serveOne();
    }
    return served;
  }

  /** Serves one that poll(2) has just found. */
  serveReady(): number {
    if (notificationReceive(this.#machine.listener, this.#words, 1) !== 1) return 0;
    this.#serveOne();
    return 1;
  }

  #argument(index: number): number {
    return this.#words[ARGUMENT_0 + index * 2 + 1] * 2 ** 32 + this.#words[ARGUMENT_0 + index * 2];
  }

  #serveOne(): void {
    const machine = this.#machine;
    const tid = this.#words[PID];
    const thread = machine.threadsByTid.get(tid);
    if (this.#words[NUMBER] === SYS_mmap && this.#argument(0) === DOORBELL_ADDRESS) {
      this.#ring(tid, thread, this.#argument(1));
      return;
    }
    if (thread === undefined) {
      this.#meetProcess(tid);
      return;
    }
    const next = thread.expected[thread.expectedNext];
    if (thread.hand === HAND_STUB && next !== undefined && this.#matches(next)) {
      this.#goOn(thread, next);
    } else if (!this.#repeatsClone(thread)) {
      machine.killSpace(thread.space, `thread ${tid} made host call ${this.#words[NUMBER]} without an order`);
    }
  }

  #matches(operation: Operation): boolean {
    if (this.#words[NUMBER] !== operation.number) return false;
    for (let i = 0; i < 6; i++) {
      // Above 2^53 numbers that differ are equal as doubles: the lower halves are compared by themselves.
      const expected = operation.arguments[i];
      if (this.#argument(i) !== expected || this.#words[ARGUMENT_0 + i * 2] !== expected >>> 0) return false;
    }
    return true;
  }

  #goOn(thread: SystrapThread, operation: Operation): void {
    const { listener } = this.#machine;
    const low = this.#words[ID_LOW];
    const high = this.#words[ID_HIGH];
    if (!this.#disarmed) this.#disarm(low, high);
    if (operation.fd >= 0) {
      const added = notificationAddFd(listener, low, high, operation.fd, operation.arguments[4]);
      // Interrupted before it had its answer: the stub will ask again.
      if (added === -ENOENT || added === -EINPROGRESS) return;
      if (added < 0) {
        notificationSend(listener, low, high, added, 0);
        return;
      }
    }
    this.#machine.beforeAnswer();
    if (notificationSend(listener, low, high, 0, 1) < 0) return;
    thread.expectedNext++;
    const last = thread.expectedNext === thread.expected.length;
    if (last && thread.doing === DOING_ORDERS_AND_APPLICATION) this.#machine.setNoticeDue(thread, false);
  }

  /** The host restarts a clone(2) that met a signal before it made anything, and asks again. */
  #repeatsClone(thread: SystrapThread): boolean {
    const last = thread.expected[0];
    if (thread.hand !== HAND_STUB || thread.doing !== DOING_CLONE || thread.child === null || thread.child.tid !== 0)
      return false;
    if (last.number !== SYS_clone || !this.#matches(last)) return false;
    if (++thread.cloneRepeats > MOST_CLONE_REPEATS) return false;
    notificationSend(this.#machine.listener, this.#words[ID_LOW], this.#words[ID_HIGH], 0, 1);
    return true;
  }

  /** The first host call of a forked process maps its slots; the upper half of its descriptor register is the child's cookie. */
  #meetProcess(tid: number): void {
    const machine = this.#machine;
    const cookie = Math.floor(this.#argument(4) / 2 ** 32);
    const child = machine.clones.startingByCookie.get(cookie);
    if (child === undefined || child.space.hostPid !== 0 || !this.#matches(child.expected[0])) {
      syscall(SYS_kill, tid, SIGKILL);
      return;
    }
    machine.clones.bindStarting(child, tid);
    child.space.hostPid = tid;
    child.space.pidfd = pidfdOpen(tid);
    this.#onStub(child);
    this.#goOn(child, child.expected[0]);
  }

  #ring(tid: number, known: SystrapThread | undefined, cookie: number): void {
    const machine = this.#machine;
    let thread = known;
    machine.counters.doorbells++;
    if (thread === undefined) {
      thread = machine.clones.startingByCookie.get(cookie);
      if (thread === undefined || thread.space.hostPid === 0 || thread.space.dead) {
        syscall(SYS_kill, tid, SIGKILL);
        return;
      }
      machine.clones.bindStarting(thread, tid);
    }
    thread.hasBell = true;
    thread.bellLow = this.#words[ID_LOW];
    thread.bellHigh = this.#words[ID_HIGH];
    const turn = Atomics.load(machine.arena.words, thread.turnWord);
    if (thread.hand === HAND_STUB && (turn & TURN_MASK) !== TURN_STUB) {
      machine.takeEvent(thread, turn);
    } else if (thread.hand === HAND_PARKED && cookie === DOORBELL_DEADLINE) {
      machine.takeDeadline(thread);
    } else {
      machine.answerBell(thread);
    }
  }

  /** What the zygote couldn't close, its listener among it, becomes a copy of the arena's descriptor; all stubs share its table. */
  #disarm(low: number, high: number): void {
    this.#disarmed = true;
    for (let number = LISTENER_FD; number < FIRST_FILE_FD; number++) {
      notificationAddFd(this.#machine.listener, low, high, this.#machine.arena.fd, number);
    }
  }
}
