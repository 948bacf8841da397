/**
 * A platform without a machine, for unit tests: one address space whose memory is an array, and a thread that only remembers its arguments and result.
 *
 * Application memory is [FAKE_MEMORY, FAKE_MEMORY + FAKE_MEMORY_BYTES); any other address is a bad one.
 */
import { MemoryManager } from "../../mm/memory_manager.ts";
import type { AddressSpace, AppThread, Order, Platform, PlatformHandler } from "../../platform/platform.ts";
import { Credentials } from "../../vfs/credentials.ts";
import type { VfsPath } from "../../vfs/types.ts";
import { FDTable } from "../fd_table.ts";
import { FsContext } from "../fs_context.ts";
import { Kernel } from "../kernel.ts";
import { SignalActions } from "../signal/signal_actions.ts";
import { STATE_IN_KERNEL, Task } from "../task.ts";
import { ThreadGroup } from "../thread_group.ts";

export const FAKE_MEMORY = 0x10000;
export const FAKE_MEMORY_BYTES = 1 << 20;
const WINDOW_BYTES = 252 << 10;

class FakeSpace implements AddressSpace {
  owner: unknown = null;
  readonly hostPid = 1;
  readonly memory = new Uint8Array(FAKE_MEMORY_BYTES);
  readonly firstThread: FakeThread;

  constructor(platform: FakePlatform) {
    this.firstThread = new FakeThread(this, platform);
  }

  #bytesAt(address: number, length: number): number {
    const at = address - FAKE_MEMORY;
    return at < 0 ? 0 : Math.max(0, Math.min(length, FAKE_MEMORY_BYTES - at));
  }

  read(address: number, memory: Uint8Array, start: number, length: number): number {
    const n = this.#bytesAt(address, length);
    const at = address - FAKE_MEMORY;
    if (n > 0) memory.set(this.memory.subarray(at, at + n), start);
    return n;
  }

  write(address: number, memory: Uint8Array, start: number, length: number): number {
    const n = this.#bytesAt(address, length);
    if (n > 0) this.memory.set(memory.subarray(start, start + n), address - FAKE_MEMORY);
    return n;
  }

  forceRead(address: number, memory: Uint8Array, start: number, length: number): number {
    return this.read(address, memory, start, length);
  }
  forceWrite(address: number, memory: Uint8Array, start: number, length: number): number {
    return this.write(address, memory, start, length);
  }
  writeFromFile(): number {
    return 0;
  }
  residentBytes(): number {
    return 0;
  }
  noteExecutable(): void {}
  forgetExecutable(): void {}
  terminate(): void {}
  destroy(): void {}
}

/** Copies queued for the program are done at once; `copyFaults` counts those with a bad address. */
export class FakeThread implements AppThread {
  readonly space: FakeSpace;
  owner: unknown = null;
  syscallNumber = 0;
  readonly arguments = [0, 0, 0, 0, 0, 0];
  result = 0;
  copyFaults = 0;
  resumes = 0;
  interrupts = 0;
  parkedUntilNs = 0;
  readonly windowStart = 0;
  readonly windowLength = WINDOW_BYTES;
  readonly prefetchedLength = 0;
  readonly #platform: FakePlatform;

  constructor(space: FakeSpace, platform: FakePlatform) {
    this.space = space;
    this.#platform = platform;
  }

  argU53(index: number): number {
    const value = this.arguments[index];
    return value < 0 ? 2 ** 53 : value;
  }
  argI53(index: number): number {
    return this.arguments[index];
  }
  argI32(index: number): number {
    return this.arguments[index] | 0;
  }
  argLow(index: number): number {
    return this.arguments[index] >>> 0;
  }
  argHigh(index: number): number {
    return Math.floor(this.arguments[index] / 2 ** 32) >>> 0;
  }
  setResult(value: number): void {
    this.result = value;
  }
  rewindSyscall(): void {}
  getRegister(): number {
    return 0;
  }
  setRegister(): void {}
  readRegisters(): void {}
  writeRegisters(): void {}
  getFsBase(): number {
    return 0;
  }
  setFsBase(): void {}
  findPrefetched(): number {
    return -1;
  }
  findPrefetchedString(): number {
    return -1;
  }
  findQueued(): number {
    return -1;
  }
  queueCopyOut(address: number, arenaOffset: number, length: number): boolean {
    if (this.space.write(address, this.#platform.arena, arenaOffset, length) < length) this.copyFaults++;
    return true;
  }
  cpuTimeNs(): number {
    return 0;
  }
  resume(): void {
    this.resumes++;
  }
  park(deadlineNs: number): void {
    this.parkedUntilNs = deadlineNs;
  }
  order(_orders: readonly Order[]): void {
    this.#platform.handler?.onOrdersDone(this, -1, 0);
  }
  orderAndResume(_orders: readonly Order[]): void {}
  spawn(): void {
    this.#platform.handler?.onSpawned(this, new FakeThread(this.space, this.#platform));
  }
  fork(): void {
    this.#platform.handler?.onSpawned(this, new FakeSpace(this.#platform).firstThread);
  }
  interrupt(): void {
    this.interrupts++;
  }
  setAffinity(): void {}
  release(): void {}
}

export class FakePlatform implements Platform {
  readonly name = "fake";
  readonly arena = new Uint8Array(WINDOW_BYTES);
  readonly arenaView = new DataView(this.arena.buffer);
  readonly fpuStateBytes = 832;
  readonly fpuFeatures = 7;
  readonly lowestAddress = 0x10000;
  readonly highestAddress = 0x7fff_ffff_f000;
  readonly reservedRanges = [];
  readonly vdsoAddress = 0x7fff_0000_0000;
  readonly vdsoRanges = [];
  readonly counters = {};
  /** Set by `start`: then forks, spawns and orders come to their end at once. */
  handler: PlatformHandler | null = null;
  /** CLOCK_MONOTONIC, moved by the test. */
  now = 1e9;

  takeAddressSpace(onReady: (space: AddressSpace) => void): void {
    onReady(new FakeSpace(this));
  }
  setAlarm(): void {}
  nowNs(): number {
    return this.now;
  }
  start(handler: PlatformHandler): void {
    this.handler = handler;
  }
  shutdown(): void {}
}

/** A task of a new kernel, in a system call, with an empty descriptor table. It can use no paths unless `root` is given. */
export class FakeTask {
  readonly platform = new FakePlatform();
  readonly kernel = new Kernel(this.platform);
  readonly space = new FakeSpace(this.platform);
  readonly thread = this.space.firstThread;
  readonly view = new DataView(this.space.memory.buffer);
  readonly task: Task;

  constructor(root?: VfsPath, credentials = Credentials.root()) {
    const { kernel, platform } = this;
    const { pidNamespace } = kernel;
    const tid = pidNamespace.allocate();
    const processGroup = pidNamespace.newSession(null, tid);
    const group = new ThreadGroup(
      kernel,
      pidNamespace,
      tid,
      null,
      processGroup,
      new SignalActions(),
      kernel.defaultLimits.fork(),
    );
    processGroup.session.leader = group;
    const place = root as VfsPath;
    this.task = new Task({
      kernel,
      thread: this.thread,
      tid,
      threadGroup: group,
      credentials,
      fs: root === undefined ? (null as unknown as FsContext) : new FsContext(place, place, 0o22),
      fdTable: new FDTable(),
      mm: MemoryManager.create(platform, 8 << 20, () => 1),
      uts: kernel.uts,
      ipc: kernel.ipc,
      name: "fake",
    });
    group.leader = this.task;
    group.tasks.add(this.task);
    pidNamespace.add(this.task);
    this.task.state = STATE_IN_KERNEL;
  }

  /** Runs a handler with these arguments. */
  call(handler: (task: Task, args: Task["args"]) => number, ...args: number[]): number {
    for (let i = 0; i < 6; i++) this.thread.arguments[i] = args[i] ?? 0;
    return handler(this.task, this.task.args);
  }

  /** Puts a string with its NUL at `offset` of the memory, and gives its address. */
  put(offset: number, text: string): number {
    for (let i = 0; i < text.length; i++) this.space.memory[offset + i] = text.charCodeAt(i);
    this.space.memory[offset + text.length] = 0;
    return FAKE_MEMORY + offset;
  }

  /** `length` bytes of memory as a latin1 string. */
  text(offset: number, length: number): string {
    return Buffer.from(this.space.memory.buffer, offset, length).toString("latin1");
  }
}
