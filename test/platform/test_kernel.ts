/** The smallest kernel that the platform tests need: loads the guest by orders and serves a dozen calls. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  type AddressSpace,
  type AppThread,
  type CopyStep,
  type Fault,
  type Order,
  type Platform,
  type PlatformHandler,
  REG_RAX,
  REG_RDI,
  REG_RIP,
  REG_RSI,
  REG_RSP,
} from "../../services/sentry/platform/platform.ts";
import { createSystrapPlatform, type SystrapOptions } from "../../services/sentry/platform/systrap/systrap.ts";

const STACK_TOP = 0x7fe0_0000_0000;
const STACK_BYTES = 0x2_0000;
const EFAULT = 14;
const EINTR = 4;
const ENOSYS = 38;

/** PROT_* by PF_X, PF_W and PF_R. */
const PROT_OF_FLAGS = [0, 4, 2, 6, 1, 5, 3, 7];

interface Segment {
  address: number;
  bytes: Uint8Array;
  memoryBytes: number;
  prot: number;
}

export interface Guest {
  entry: number;
  segments: Segment[];
}

/** Compiles test/platform/guest.c and reads its segments. */
export function buildGuest(source = path.join(import.meta.dirname, "guest.c")): Guest {
  const directory = mkdtempSync(path.join(tmpdir(), "guest-"));
  const output = path.join(directory, "guest");
  const flags = "-O1 -static -nostdlib -ffreestanding -fno-stack-protector -fno-pie -no-pie -Wl,--build-id=none";
  execFileSync("gcc", [...flags.split(" "), "-o", output, source]);
  const file = readFileSync(output);
  rmSync(directory, { recursive: true });
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const segments: Segment[] = [];
  for (let i = 0; i < view.getUint16(56, true); i++) {
    const header = 64 + i * 56;
    if (view.getUint32(header, true) !== 1) continue;
    const offset = Number(view.getBigUint64(header + 8, true));
    const fileBytes = Number(view.getBigUint64(header + 32, true));
    segments.push({
      address: Number(view.getBigUint64(header + 16, true)),
      bytes: file.subarray(offset, offset + fileBytes),
      memoryBytes: Number(view.getBigUint64(header + 40, true)),
      prot: PROT_OF_FLAGS[view.getUint32(header + 4, true) & 7],
    });
  }
  return { entry: Number(view.getBigUint64(24, true)), segments };
}

const PLANS: (readonly CopyStep[] | undefined)[] = [];
PLANS[1] = [{ kind: "buffer", arg: 1, lengthArg: 2, scale: 1 }];
PLANS[4] = [{ kind: "string", arg: 0 }];
PLANS[35] = [{ kind: "struct", arg: 0, size: 16 }];

export interface Outcome {
  exitCode: number;
  output: string;
  fault: Fault | null;
  died: string | null;
  interrupts: boolean[];
  elapsedMs: number;
}

interface Task {
  thread: AppThread;
  parent: Task | null;
  endedChildren: number;
  waiting: boolean;
  done: ((outcome: Outcome) => void) | null;
  after: "result" | "none";
}

const NS_PER_MS = 1e6;

export class TestKernel implements PlatformHandler {
  readonly platform: Platform;
  readonly #guest: Guest;
  readonly #tasks = new Set<Task>();
  #output = "";
  #fault: Fault | null = null;
  #interrupts: boolean[] = [];
  #startNs = 0;
  #interruptFlag = 0;
  alarms = 0;

  constructor(guest: Guest, options: Partial<SystrapOptions> = {}) {
    this.#guest = guest;
    this.platform = createSystrapPlatform({ plans: { plans: PLANS }, ...options });
    this.platform.start(this);
  }

  /** Runs the guest with `mode` and `argument` to its end. `ready` sees the space before the first instruction. */
  run(mode: number, argument = 0, ready?: (space: AddressSpace) => void): Promise<Outcome> {
    this.#output = "";
    this.#fault = null;
    this.#interrupts = [];
    this.#startNs = this.platform.nowNs();
    return new Promise((resolve, reject) => {
      this.platform.takeAddressSpace((space) => {
        if (typeof space === "number") {
          reject(new Error(`takeAddressSpace: ${space}`));
          return;
        }
        const thread = space.firstThread;
        const task: Task = { thread, parent: null, endedChildren: 0, waiting: false, done: resolve, after: "none" };
        this.#tasks.add(task);
        thread.owner = task;
        const orders: Order[] = this.#guest.segments.map((segment) => {
          const start = segment.address - (segment.address % 4096);
          const length = Math.ceil((segment.address + segment.memoryBytes - start) / 4096) * 4096;
          return { kind: "map", address: start, length, prot: segment.prot, flags: 0x22, fd: -1, offset: 0 };
        });
        orders.push({
          kind: "map",
          address: STACK_TOP - STACK_BYTES,
          length: STACK_BYTES,
          prot: 3,
          flags: 0x22,
          fd: -1,
          offset: 0,
        });
        orders.push({ kind: "loadFpu", address: 0 });
        space.owner = () => {
          for (const segment of this.#guest.segments) {
            space.forceWrite(segment.address, segment.bytes, 0, segment.bytes.length);
          }
          space.noteExecutable(0x400000, 0x10000, "");
          ready?.(space);
          thread.setRegister(REG_RIP, this.#guest.entry);
          thread.setRegister(REG_RSP, STACK_TOP - 64);
          thread.setRegister(REG_RDI, mode);
          thread.setRegister(REG_RSI, argument);
          thread.resume();
        };
        thread.order(orders);
      });
    });
  }

  get tasks(): number {
    return this.#tasks.size;
  }

  onSyscall(thread: AppThread): void {
    const task = thread.owner as Task;
    switch (thread.syscallNumber) {
      case 39:
        return reply(thread, 42);
      case 1:
        return this.#write(thread);
      case 4:
        return this.#stat(thread);
      case 9:
        task.after = "result";
        thread.setResult(thread.argU53(0));
        return thread.order([
          {
            kind: "map",
            address: thread.argU53(0),
            length: thread.argU53(1),
            prot: thread.argI32(2),
            flags: thread.argI32(3),
            fd: -1,
            offset: 0,
          },
        ]);
      case 10:
        task.after = "result";
        thread.setResult(0);
        return thread.order([
          { kind: "protect", address: thread.argU53(0), length: thread.argU53(1), prot: thread.argI32(2) },
        ]);
      case 11:
        task.after = "result";
        thread.setResult(0);
        return thread.orderAndResume([{ kind: "unmap", address: thread.argU53(0), length: thread.argU53(1) }]);
      case 35:
        thread.setResult(0);
        return thread.park(
          this.platform.nowNs() +
            this.platform.arenaView.getUint32(thread.findPrefetched(thread.argU53(0), 16) + 8, true),
        );
      case 56:
        return thread.spawn();
      case 57:
        return thread.fork([], []);
      case 60:
        return this.#exit(task, thread.argI32(0));
      case 202:
        return reply(thread, -ENOSYS);
      case 1000: {
        const address = thread.argU53(0);
        this.#interruptFlag = address;
        setTimeout(() => thread.interrupt(), 20);
        return reply(thread, 0);
      }
      case 1001:
        if (task.endedChildren === 0) {
          task.waiting = true;
          return thread.park(Infinity);
        }
        task.endedChildren--;
        return reply(thread, 0);
    }
    reply(thread, -ENOSYS);
  }

  onFault(thread: AppThread, fault: Fault): void {
    this.#fault = fault;
    this.#exit(thread.owner as Task, 128 + fault.signal);
  }

  onInterrupt(thread: AppThread, inHostFutex: boolean): void {
    this.#interrupts.push(inHostFutex);
    thread.space.forceWrite(this.#interruptFlag, new Uint8Array([1]), 0, 1);
    if (inHostFutex) thread.setResult(-EINTR);
    thread.resume();
  }

  onOrdersDone(thread: AppThread, failedIndex: number, result: number): void {
    if (failedIndex >= 0) thread.setResult(result);
    const task = thread.owner as Task;
    if (task.after === "none") (thread.space.owner as () => void)();
    else thread.resume();
  }

  onSpawned(thread: AppThread, child: AppThread | number): void {
    const parent = thread.owner as Task;
    if (typeof child === "number") return reply(thread, child);
    const task: Task = { thread: child, parent, endedChildren: 0, waiting: false, done: null, after: "result" };
    child.owner = task;
    this.#tasks.add(task);
    if (child.space === thread.space) child.setRegister(REG_RSP, thread.argU53(1));
    child.setRegister(REG_RAX, 0);
    child.resume();
    reply(thread, 7);
  }

  onCopyFault(thread: AppThread): void {
    reply(thread, -EFAULT);
  }

  onDeadline(thread: AppThread): void {
    thread.resume();
  }

  onAddressSpaceDied(space: AddressSpace, reason: string): void {
    for (const task of this.#tasks) {
      if (task.thread.space === space) this.#end(task, -1, reason);
    }
  }

  onAlarm(): void {
    this.alarms++;
  }

  #write(thread: AppThread): void {
    const length = thread.argU53(2);
    const from = length === 0 ? 0 : thread.findPrefetched(thread.argU53(1), length);
    if (from < 0) return reply(thread, -EFAULT);
    if (length < 4096) this.#output += Buffer.from(this.platform.arena.slice(from, from + length)).toString("latin1");
    reply(thread, length);
  }

  #stat(thread: AppThread): void {
    const path = thread.findPrefetchedString(thread.argU53(0));
    if (path < 0) return reply(thread, path);
    this.platform.arena.fill("s".charCodeAt(0), thread.windowStart, thread.windowStart + 144);
    thread.queueCopyOut(thread.argU53(1), thread.windowStart, 144);
    reply(thread, 0);
  }

  #exit(task: Task, code: number): void {
    const { thread } = task;
    const last = ![...this.#tasks].some((other) => other !== task && other.thread.space === thread.space);
    if (last) thread.space.destroy();
    else thread.release();
    this.#end(task, code, null);
  }

  #end(task: Task, exitCode: number, died: string | null): void {
    this.#tasks.delete(task);
    const { parent } = task;
    if (parent?.waiting) {
      parent.waiting = false;
      reply(parent.thread, exitCode);
    } else if (parent !== null) {
      parent.endedChildren++;
    }
    const elapsedMs = (this.platform.nowNs() - this.#startNs) / NS_PER_MS;
    task.done?.({ exitCode, output: this.#output, fault: this.#fault, died, interrupts: this.#interrupts, elapsedMs });
  }
}

function reply(thread: AppThread, result: number): void {
  thread.setResult(result);
  thread.resume();
}
