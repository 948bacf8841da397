/** The devices of major 1: null(4), zero(4), full(4), random(4) and kmsg. */
import { EAGAIN, EINVAL, ENODEV, ENOSPC, EPIPE, type Errno, ESPIPE } from "../../../../shared/abi/errno.ts";
import { SEEK_CUR, SEEK_DATA, SEEK_END, SEEK_SET } from "../../../../shared/abi/fcntl.ts";
import { RNDGETENTCNT } from "../../../../shared/abi/ioctl.ts";
import type { WaitQueue } from "../../../../shared/waiter/wait_queue.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { Task } from "../../kernel/task.ts";
import type { DeviceRegistry } from "../../vfs/device_registry.ts";
import { FileDescription, type MappableFile } from "../../vfs/file_description.ts";
import type { Inode, VfsContext, VfsPath } from "../../vfs/types.ts";

const MEMORY_MAJOR = 1;

/** What these devices can't get by themselves once the sentry is isolated. */
export interface DeviceFacts {
  /** The host's /dev/zero, open for reading and writing, for mmap(2); or -1. */
  readonly zeroFd: number;
}

abstract class DeviceFile extends FileDescription {
  readonly inode: Inode;

  constructor(path: VfsPath, flags: number) {
    super(flags, path);
    this.inode = path.dentry.inode as Inode;
  }

  override get isSeekable(): boolean {
    return true;
  }
  /** Seeking works and means nothing. */
  override seek(_context: VfsContext, _offset: number, _whence: number): number {
    return 0;
  }
  override pread(context: VfsContext, memory: Uint8Array, start: number, length: number, _position: number): number {
    return this.read(context, memory, start, length);
  }
  override pwrite(context: VfsContext, memory: Uint8Array, start: number, length: number, _position: number): number {
    return this.write(context, memory, start, length);
  }
}

class NullFile extends DeviceFile {
  override read(): number {
    return 0;
  }
  override write(_context: VfsContext, _memory: Uint8Array, _start: number, length: number): number {
    return length;
  }
}

class ZeroFile extends DeviceFile {
  readonly #zeroFd: number;

  constructor(path: VfsPath, flags: number, zeroFd: number) {
    super(path, flags);
    this.#zeroFd = zeroFd;
  }

  override read(_context: VfsContext, memory: Uint8Array, start: number, length: number): number {
    memory.fill(0, start, start + length);
    return length;
  }
  override write(_context: VfsContext, _memory: Uint8Array, _start: number, length: number): number {
    return length;
  }
  override mappable(): MappableFile | Errno {
    if (this.#zeroFd < 0) return -ENODEV;
    return {
      hostFd: this.#zeroFd,
      hostOffset: 0,
      device: this.inode.filesystem.device,
      ino: this.inode.ino,
      contentKey: "",
      addMapping() {},
      removeMapping() {},
    };
  }
}

class FullFile extends ZeroFile {
  override write(): number {
    return -ENOSPC;
  }
  override mappable(): Errno {
    return -ENODEV;
  }
}

class RandomFile extends DeviceFile {
  readonly #kernel: Kernel;

  constructor(path: VfsPath, flags: number, kernel: Kernel) {
    super(path, flags);
    this.#kernel = kernel;
  }

  override read(_context: VfsContext, memory: Uint8Array, start: number, length: number): number {
    this.#kernel.randomBytes(memory, start, length);
    return length;
  }
  /** What is written would be mixed in; the host's generator needs no help. */
  override write(_context: VfsContext, _memory: Uint8Array, _start: number, length: number): number {
    return length;
  }
  override ioctl(caller: unknown, command: number, argument: number): number {
    if (command !== RNDGETENTCNT || !(caller instanceof Task)) return -EINVAL;
    return caller.memory.copyOutU32(argument, 256);
  }
}

/** /dev/kmsg: one record a read, `priority,sequence,microseconds,-;text`. */
class KmsgFile extends DeviceFile {
  readonly #kernel: Kernel;
  #sequence = 0;

  constructor(path: VfsPath, flags: number, kernel: Kernel) {
    super(path, flags);
    this.#kernel = kernel;
  }

  override get waiters(): WaitQueue {
    return this.#kernel.kmsg.waiters;
  }

  override read(_context: VfsContext, memory: Uint8Array, start: number, length: number): number {
    const record = this.#kernel.kmsg.at(this.#sequence);
    if (record === undefined) return -EAGAIN;
    if (record.sequence > this.#sequence && this.#sequence > 0) {
      this.#sequence = record.sequence;
      return -EPIPE;
    }
    const head = `${record.priority},${record.sequence},${Math.floor(record.timeNs / 1000)},-;`;
    const line = Buffer.from(`${head}${record.text.replaceAll("\n", "\\x0a")}\n`, "latin1");
    if (line.length > length) return -EINVAL;
    memory.set(line, start);
    this.#sequence = record.sequence + 1;
    return line.length;
  }

  override write(_context: VfsContext, memory: Uint8Array, start: number, length: number): number {
    const LONGEST = 1024;
    if (length > LONGEST) return -EINVAL;
    const text = Buffer.from(memory.subarray(start, start + length)).toString("latin1");
    const level = /^<(\d{1,4})>/.exec(text);
    const USER_INFO = 14;
    this.#kernel.kmsg.print(text.slice(level?.[0].length ?? 0).replace(/\n+$/, ""), Number(level?.[1] ?? USER_INFO));
    return length;
  }

  override readiness(): number {
    const POLLOUT = 0x104;
    return this.#kernel.kmsg.at(this.#sequence) === undefined ? POLLOUT : POLLOUT | 0x41;
  }

  override seek(_context: VfsContext, offset: number, whence: number): number {
    if (offset !== 0 || whence === SEEK_CUR) return -ESPIPE;
    if (whence === SEEK_SET) this.#sequence = 0;
    else if (whence === SEEK_END || whence === SEEK_DATA) this.#sequence = this.#kernel.kmsg.nextSequence;
    else return -EINVAL;
    return 0;
  }
}

/** Registers the devices of major 1. */
export function registerMemoryDevices(devices: DeviceRegistry, kernel: Kernel, facts: DeviceFacts): void {
  const add = (minor: number, make: (path: VfsPath, flags: number) => FileDescription): void => {
    devices.addCharacter(MEMORY_MAJOR, minor, (_context, path, flags) => make(path, flags));
  };
  add(3, (path, flags) => new NullFile(path, flags));
  add(5, (path, flags) => new ZeroFile(path, flags, facts.zeroFd));
  add(7, (path, flags) => new FullFile(path, flags, facts.zeroFd));
  add(8, (path, flags) => new RandomFile(path, flags, kernel));
  add(9, (path, flags) => new RandomFile(path, flags, kernel));
  add(11, (path, flags) => new KmsgFile(path, flags, kernel));
}
