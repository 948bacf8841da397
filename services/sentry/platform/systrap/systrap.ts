/**
 * The systrap platform: applications run in stub processes that trap every system call, and a hot call is a hand-off of a slot
 * between two cores. README.md of this directory tells how the pieces fit.
 */
import { availableParallelism } from "node:os";
import { EAGAIN, type Errno } from "../../../../shared/abi/errno.ts";
import { SYS_openat, SYS_timerfd_create, SYS_timerfd_settime } from "../../../../shared/abi/syscall_numbers.ts";
import type { AddressSpace, CopyPlans, Platform, PlatformHandler } from "../platform.ts";
import { type SpaceHost, SystrapAddressSpace } from "./address_space.ts";
import { Arena, createSharedMemory } from "./arena.ts";
import { Deaths } from "./deaths.ts";
import { close, cpuFeatures, monotonicNs, POLLER_READABLE, Poller, read, syscall } from "./host_native.ts";
import {
  SHARED_DIRECT_FUTEX,
  SHARED_FPU_FEATURES,
  SHARED_FPU_SIZE,
  SHARED_SIZE,
  SHARED_SPIN,
  TABLE_ADDRESS,
  TABLE_SIZE,
} from "./layout.ts";
import { Loop } from "./loop.ts";
import { Machine } from "./machine.ts";
import { Notifications } from "./notifications.ts";
import { encodePlans } from "./plans.ts";
import type { SystrapThread } from "./thread.ts";
import { HIGHEST_ADDRESS, startZygote, stopZygote, type Zygote } from "./zygote.ts";

export interface SystrapOptions {
  /** What stubs copy in before each system call; see `CopyStep`. */
  plans: CopyPlans;
  /** Reports what an operator should know; default: standard error. */
  log?: (line: string) => void;
  /** The zygote died: nothing runs any more. Default: throws. */
  onDeath?: (reason: string) => void;
  /** Cores to count on; 1 means never to spin. Default: those of the machine. */
  cores?: number;
  /** Arena chunks, which bound the number of processes and, at 4 to a chunk, of threads. */
  chunks?: number;
}

const DEFAULT_CHUNKS = 2000;
/** Turns of the stub's own spin loop (a pause each) before it sleeps. */
const STUB_SPINS = 600;
const POOL_SIZE = 2;
const O_PATH_DIRECTORY_CLOEXEC = 0x29_0000;
const CLOCK_MONOTONIC = 1;
const TFD_NONBLOCK_CLOEXEC = 0x8_0800;
const TFD_TIMER_ABSTIME = 1;
const LOWEST_ADDRESS = 0x1_0000;

class SystrapPlatform implements Platform, SpaceHost {
  readonly name = "systrap";
  readonly arena: Uint8Array;
  readonly arenaView: DataView;
  readonly fpuStateBytes: number;
  readonly fpuFeatures: number;
  readonly lowestAddress = LOWEST_ADDRESS;
  readonly highestAddress = HIGHEST_ADDRESS;
  readonly reservedRanges = [{ address: TABLE_ADDRESS, length: TABLE_SIZE }];
  readonly vdsoAddress: number;
  readonly vdsoRanges: Platform["vdsoRanges"];
  readonly counters: Readonly<Record<string, number>>;
  readonly base: number;
  readonly procFd: number;

  readonly #options: SystrapOptions;
  readonly #arena: Arena;
  readonly #shared: Int32Array;
  readonly #zygote: Zygote;
  readonly #machine: Machine;
  readonly #notifications: Notifications;
  readonly #cores: number;
  readonly #zygoteThread: SystrapThread;
  readonly #timer: number;
  #loop: Loop | null = null;
  #deaths: Deaths | null = null;
  #alarmPoller: Poller | null = null;
  #handler: PlatformHandler | null = null;
  #alarmNs = Infinity;
  #down = false;
  /** Spaces that nobody has taken yet, and those who wait for one. */
  readonly #pool: SystrapAddressSpace[] = [];
  readonly #waiting: ((space: AddressSpace | Errno) => void)[] = [];
  #zygoteBusy = false;
  readonly #timerSpec = new Int32Array(8);
  readonly #timerTicks = new Uint8Array(8);
  readonly #clockOffset: number;

  constructor(options: SystrapOptions) {
    this.#options = options;
    this.#cores = options.cores ?? availableParallelism();
    const cpu = new Int32Array(3);
    cpuFeatures(cpu);
    if (cpu[2] !== 1 || cpu[0] === 0) throw new Error("systrap: this machine lacks FSGSBASE or XSAVE");
    this.fpuFeatures = cpu[0];
    this.fpuStateBytes = cpu[1];
    this.#clockOffset = calibrateClock();
    this.#arena = new Arena(options.chunks ?? DEFAULT_CHUNKS);
    this.arena = this.#arena.bytes;
    this.arenaView = this.#arena.view;
    const shared = createSharedMemory("shared", SHARED_SIZE);
    this.#shared = new Int32Array(shared.buffer);
    this.#shared[SHARED_FPU_FEATURES / 4] = cpu[0];
    this.#shared[SHARED_FPU_SIZE / 4] = cpu[1];
    this.#shared[SHARED_SPIN / 4] = this.#cores > 1 ? STUB_SPINS : 0;
    this.#shared[SHARED_DIRECT_FUTEX / 4] = 1;
    encodePlans(options.plans, new DataView(shared.buffer));
    this.procFd = syscall(SYS_openat, -100, Buffer.from("/proc\0"), O_PATH_DIRECTORY_CLOEXEC, 0);
    if (this.procFd < 0) throw new Error(`systrap: /proc: errno ${-this.procFd}`);

    const zygoteChunk = this.#arena.takeChunk();
    this.#zygote = startZygote(this.#arena.fd, this.#arena.words, this.#arena.view, shared.fd);
    close(shared.fd);
    this.base = this.#zygote.base;
    this.vdsoRanges = this.#zygote.vdso.map(({ start, end, name }) => ({
      address: start,
      length: end - start,
      name: name as "[vdso]",
    }));
    this.vdsoAddress = this.vdsoRanges.find((range) => range.name === "[vdso]")?.address ?? 0;
    this.#machine = new Machine(this.#arena, this.base, this.#zygote.listener, this, () => this.nowNs());
    this.counters = this.#machine.counters;
    this.#notifications = new Notifications(this.#machine, (thread) => this.#adoptProcess(thread.space));
    const zygoteSpace = new SystrapAddressSpace(this);
    zygoteSpace.addChunk(zygoteChunk);
    zygoteSpace.freeSlots.pop();
    zygoteSpace.hostPid = this.#zygote.pid;
    this.#zygoteThread = this.#machine.clones.adoptThread(zygoteSpace, 0, 0, this.#zygote.pid);
    this.#timer = syscall(SYS_timerfd_create, CLOCK_MONOTONIC, TFD_NONBLOCK_CLOEXEC);
    if (this.#timer < 0) throw new Error(`systrap: timerfd_create: errno ${-this.#timer}`);
  }

  start(handler: PlatformHandler): void {
    this.#handler = handler;
    this.#machine.handler = handler;
    this.#deaths = new Deaths();
    this.#deaths.watch(this.#zygote.pidfd, () => this.#zygoteDied());
    this.#loop = new Loop(this.#machine, this.#notifications, this.#shared, () => this.nowNs(), this.#cores);
    const alarmPoller = Poller.watch(this.#timer, POLLER_READABLE, () => this.#onTimer());
    if (typeof alarmPoller === "number") throw new Error("systrap: cannot watch the timer");
    this.#alarmPoller = alarmPoller;
    this.#machine.park(this.#zygoteThread, Infinity);
    this.#fillPool();
  }

  nowNs(): number {
    return performance.now() * 1e6 + this.#clockOffset;
  }

  takeAddressSpace(onReady: (space: AddressSpace | Errno) => void): void {
    const space = this.#pool.pop();
    if (space !== undefined) {
      // The kernel comes first; the pool is filled again when there is time.
      setImmediate(() => this.#fillPool());
      onReady(space);
      return;
    }
    this.#waiting.push(onReady);
    this.#fillPool();
  }

  setAlarm(deadlineNs: number): void {
    if (deadlineNs === this.#alarmNs) return;
    this.#alarmNs = deadlineNs;
    const finite = deadlineNs !== Infinity;
    const at = Math.max(1, deadlineNs);
    const seconds = finite ? Math.floor(at / 1e9) : 0;
    this.#timerSpec[4] = seconds;
    this.#timerSpec[6] = finite ? at - seconds * 1e9 : 0;
    syscall(SYS_timerfd_settime, this.#timer, TFD_TIMER_ABSTIME, this.#timerSpec, 0);
  }

  shutdown(): void {
    if (this.#down) return;
    this.#down = true;
    this.#loop?.close();
    this.#alarmPoller?.close();
    this.#deaths?.close();
    stopZygote(this.#zygote);
    close(this.#timer);
    close(this.procFd);
    close(this.#arena.fd);
  }

  // SpaceHost.

  onDestroy(space: SystrapAddressSpace): void {
    this.#machine.forgetThreads(space);
    // A process that never showed itself has mapped nothing and can't any more.
    if (space.hostPid === 0) this.#freeChunks(space);
  }

  #adoptProcess(space: SystrapAddressSpace): void {
    this.#deaths?.watch(space.pidfd, () => {
      space.closePidfd();
      if (!space.dead) this.#machine.killSpace(space, "its host process was killed");
      this.#freeChunks(space);
    });
  }

  #freeChunks(space: SystrapAddressSpace): void {
    for (const chunk of space.chunks) this.#arena.freeChunk(chunk);
    space.chunks.length = 0;
  }

  #fillPool(): void {
    if (this.#zygoteBusy || this.#down) return;
    if (this.#pool.length >= POOL_SIZE && this.#waiting.length === 0) return;
    this.#zygoteBusy = true;
    this.#machine.clones.cloneSpace(this.#zygoteThread, [], [], (child) => {
      this.#zygoteBusy = false;
      this.#machine.park(this.#zygoteThread, Infinity);
      const waiting = this.#waiting.shift();
      if (typeof child === "number") {
        waiting?.(child === 0 ? -EAGAIN : child);
        return;
      }
      if (waiting !== undefined) waiting(child.space);
      else this.#pool.push(child.space);
      this.#fillPool();
    });
  }

  #zygoteDied(): void {
    if (this.#down) return;
    const reason = "systrap: the zygote died, and all application processes with it";
    if (this.#options.onDeath === undefined) throw new Error(reason);
    this.#options.onDeath(reason);
  }

  #onTimer(): void {
    read(this.#timer, this.#timerTicks, 0, 8);
    if (this.nowNs() < this.#alarmNs) return;
    this.#alarmNs = Infinity;
    this.#handler?.onAlarm();
  }
}

/** What to add to performance.now(), which is much cheaper than a host call, to get CLOCK_MONOTONIC; never behind it. */
function calibrateClock(): number {
  let offset = -Infinity;
  for (let i = 0; i < 50; i++) offset = Math.max(offset, monotonicNs() - performance.now() * 1e6);
  return offset;
}

/** Starts the zygote; throws an error with a line for the user when the host can't run this platform. */
export function createSystrapPlatform(options: SystrapOptions): Platform {
  return new SystrapPlatform(options);
}
