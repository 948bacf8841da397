/**
 * Copying between a task's application memory and the kernel.
 *
 * What the system call's copy plan has already brought into the payload window is taken from there; anything else is read from the
 * address space by the platform. Copy-outs go by the platform at once (`copyOut`), or are queued for the stub to do at resume (`queueOut`), which
 * is the fast way for a result that nothing depends on.
 */
import { EFAULT, ENAMETOOLONG, type Errno } from "../../../shared/abi/errno.ts";
import { type AppThread, type Platform, WINDOW_TAIL_BYTES } from "../platform/platform.ts";

/** Room for the longest argument of execve(2), and then some. */
const SCRATCH_BYTES = 1 << 18;
const PAGE = 4096;
const STRING_DECODE = "latin1";

export class TaskMemory {
  readonly #platform: Platform;
  thread: AppThread;
  /** What lies queued behind the window. The kernel sets it to 0 when a system call begins. */
  queuedBytes = 0;
  /** Private kernel memory for one system call's structs: whatever is copied here can't change any more. Shared by all tasks; contents last until the handler returns. */
  static readonly scratch: Uint8Array = new Uint8Array(SCRATCH_BYTES);
  static readonly scratchView: DataView = new DataView(TaskMemory.scratch.buffer);
  static readonly #text: Buffer = Buffer.from(TaskMemory.scratch.buffer);

  constructor(platform: Platform, thread: AppThread) {
    this.#platform = platform;
    this.thread = thread;
  }

  get arena(): Uint8Array {
    return this.#platform.arena;
  }

  get arenaView(): DataView {
    return this.#platform.arenaView;
  }

  /** Copies [address, address+length) into `memory`; 0 or -EFAULT. */
  copyIn(address: number, memory: Uint8Array, start: number, length: number): 0 | Errno {
    if (length === 0) return 0;
    const at = this.thread.findPrefetched(address, length);
    if (at >= 0) {
      const arena = this.#platform.arena;
      if (length <= 64) for (let i = 0; i < length; i++) memory[start + i] = arena[at + i] as number;
      else memory.set(arena.subarray(at, at + length), start);
      return 0;
    }
    return this.thread.space.read(address, memory, start, length) === length ? 0 : -EFAULT;
  }

  /** Copies into `scratch` at `start`. */
  copyInScratch(address: number, start: number, length: number): 0 | Errno {
    return this.copyIn(address, TaskMemory.scratch, start, length);
  }

  /** Copies out now; 0 or -EFAULT. */
  copyOut(address: number, memory: Uint8Array, start: number, length: number): 0 | Errno {
    if (length === 0) return 0;
    return this.thread.space.write(address, memory, start, length) === length ? 0 : -EFAULT;
  }

  copyOutScratch(address: number, start: number, length: number): 0 | Errno {
    return this.copyOut(address, TaskMemory.scratch, start, length);
  }

  /** Copies kernel bytes out when the task resumes: a bad address turns the call's result into -EFAULT then. Nothing may depend on it. */
  queueOut(address: number, memory: Uint8Array, start: number, length: number): 0 | Errno {
    const thread = this.thread;
    const used = this.queuedBytes;
    if (used + length > WINDOW_TAIL_BYTES) return this.copyOut(address, memory, start, length);
    const at = thread.windowStart + thread.windowLength + used;
    const arena = this.#platform.arena;
    if (length <= 64) for (let i = 0; i < length; i++) arena[at + i] = memory[start + i];
    else arena.set(memory.subarray(start, start + length), at);
    if (!thread.queueCopyOut(address, at, length)) return this.copyOut(address, memory, start, length);
    this.queuedBytes = used + length;
    return 0;
  }

  /** A NUL-terminated latin1 string of at most `maximum` bytes without the NUL; -EFAULT or -ENAMETOOLONG. */
  copyInString(address: number, maximum: number): string | Errno {
    const at = this.thread.findPrefetchedString(address);
    if (at >= 0) {
      const length = this.thread.prefetchedLength;
      if (length > maximum) return -ENAMETOOLONG;
      return this.#decode(at, length);
    }
    if (at < -1) return at;
    return this.#readString(address, maximum);
  }

  /** A path argument: at most PATH_MAX bytes with its NUL. */
  copyInPath(address: number): string | Errno {
    return this.copyInString(address, 4095);
  }

  copyInU32(address: number): number {
    const failed = this.copyInScratch(address, 0, 4);
    return failed < 0 ? failed : TaskMemory.scratchView.getUint32(0, true);
  }

  copyOutU32(address: number, value: number): 0 | Errno {
    TaskMemory.scratchView.setUint32(0, value, true);
    return this.copyOutScratch(address, 0, 4);
  }

  copyOutU64(address: number, value: number): 0 | Errno {
    TaskMemory.scratchView.setUint32(0, value >>> 0, true);
    TaskMemory.scratchView.setUint32(4, Math.floor(value / 0x1_0000_0000) >>> 0, true);
    return this.copyOutScratch(address, 0, 8);
  }

  #decode(at: number, length: number): string {
    // One copy out of shared memory first: what is decoded can't change while it is looked at.
    const scratch = TaskMemory.scratch;
    const arena = this.#platform.arena;
    if (length <= 96) {
      for (let i = 0; i < length; i++) scratch[i] = arena[at + i] as number;
    } else {
      scratch.set(arena.subarray(at, at + length));
    }
    const text = TaskMemory.#text.toString(STRING_DECODE, 0, length);
    const nul = text.indexOf("\0");
    return nul < 0 ? text : text.slice(0, nul);
  }

  #readString(address: number, maximum: number): string | Errno {
    const scratch = TaskMemory.scratch;
    const space = this.thread.space;
    let total = 0;
    while (total <= maximum) {
      const from = address + total;
      const chunk = Math.min(PAGE - (from % PAGE), maximum + 1 - total, scratch.length - total);
      if (chunk <= 0) return -ENAMETOOLONG;
      const got = space.read(from, scratch, total, chunk);
      if (got <= 0) return -EFAULT;
      const nul = scratch.indexOf(0, total);
      if (nul >= 0 && nul < total + got) return TaskMemory.#text.toString(STRING_DECODE, 0, nul);
      if (got < chunk) return -EFAULT;
      total += got;
    }
    return -ENAMETOOLONG;
  }
}
