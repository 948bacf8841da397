/**
 * devpts: the names of pseudo terminals. Every mount is an instance of its own, with its own numbers; a number is used again when both sides of its
 * terminal are closed, its name goes when the master is.
 */

import { CAP_SYS_ADMIN } from "../../../../shared/abi/capability.ts";
import { EBUSY, EIO, ENOSPC, type Errno } from "../../../../shared/abi/errno.ts";
import { DEVPTS_SUPER_MAGIC } from "../../../../shared/abi/mount.ts";
import { S_IFCHR } from "../../../../shared/abi/stat.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { Pty } from "../../tty/pty.ts";
import { SlaveFile, type TerminalInode } from "../../tty/terminal_file.ts";
import { makeDevice } from "../../vfs/device_registry.ts";
import type { FileClock } from "../../vfs/file_clock.ts";
import type { FileDescription } from "../../vfs/file_description.ts";
import type { AttributeChange, Attributes, VfsContext, VfsPath } from "../../vfs/types.ts";
import { PseudoFilesystem } from "../pseudo/pseudo_filesystem.ts";
import { PseudoDirectory, type PseudoEntry, type PseudoHost, PseudoInode } from "../pseudo/pseudo_inode.ts";
import { type DevptsOptions, formatDevptsOptions, parseDevptsOptions } from "./devpts_options.ts";

/** kernel.pty.max. */
const MOST_TERMINALS = 4096;
const PTMX_MAJOR = 5;
const PTMX_MINOR = 2;
/** How exactly the times of a terminal are kept: nobody shall see single keystrokes by them. */
const TIME_STEP_SEC = 8;

/** A device node whose owner and mode can be changed. */
abstract class DeviceNode extends PseudoInode {
  mode: number;
  uid: number;
  gid: number;
  readonly #clock: FileClock;
  #atimeSec: number;
  #mtimeSec: number;
  #ctimeSec: number;

  constructor(filesystem: PseudoHost, clock: FileClock, mode: number, uid: number, gid: number) {
    super(filesystem);
    this.mode = S_IFCHR | mode;
    this.uid = uid;
    this.gid = gid;
    this.#clock = clock;
    clock.refresh();
    this.#atimeSec = this.#mtimeSec = this.#ctimeSec = clock.seconds;
  }

  abstract readonly device: number;

  override getAttributes(out: Attributes): 0 | Errno {
    super.getAttributes(out);
    out.rdev = this.device;
    out.atimeSec = this.#atimeSec;
    out.mtimeSec = this.#mtimeSec;
    out.ctimeSec = this.#ctimeSec;
    return 0;
  }

  override setAttributes(_context: VfsContext, change: AttributeChange): 0 | Errno {
    this.#clock.refresh();
    const now = this.#clock.seconds;
    if (change.mode !== undefined) this.mode = S_IFCHR | (change.mode & 0o7777);
    if (change.uid !== undefined) this.uid = change.uid;
    if (change.gid !== undefined) this.gid = change.gid;
    if (change.atime !== undefined) this.#atimeSec = change.atime === "now" ? now : change.atime[0];
    if (change.mtime !== undefined) this.#mtimeSec = change.mtime === "now" ? now : change.mtime[0];
    this.#ctimeSec = now;
    return 0;
  }

  /** It was read or written. */
  touch(isRead: boolean): void {
    this.#clock.refresh();
    const seconds = this.#clock.seconds - (this.#clock.seconds % TIME_STEP_SEC);
    if (isRead) this.#atimeSec = Math.max(this.#atimeSec, seconds);
    else this.#mtimeSec = Math.max(this.#mtimeSec, seconds);
  }
}

/** ptmx: opening it makes a terminal; the device registry does that by its number. */
class PtmxNode extends DeviceNode {
  readonly device = makeDevice(PTMX_MAJOR, PTMX_MINOR);

  override open(): Errno {
    return -EIO;
  }
}

class SlaveNode extends DeviceNode implements TerminalInode {
  readonly pty: Pty;

  constructor(filesystem: PseudoHost, clock: FileClock, mode: number, uid: number, gid: number, pty: Pty) {
    super(filesystem, clock, mode, uid, gid);
    this.pty = pty;
  }

  get device(): number {
    return this.pty.device;
  }
  override get isAlive(): boolean {
    return this.pty.isMasterOpen;
  }
  override get opensItself(): boolean {
    return true;
  }

  override open(context: VfsContext, path: VfsPath, flags: number): FileDescription | Errno {
    const { pty } = this;
    if (!pty.isMasterOpen || pty.isLocked) return -EIO;
    if (pty.isExclusive && !context.credentials.has(CAP_SYS_ADMIN)) return -EBUSY;
    return new SlaveFile(pty, path, flags);
  }
}

class DevptsDirectory extends PseudoDirectory {
  readonly options: DevptsOptions;
  readonly #host: PseudoHost;
  readonly #clock: FileClock;
  readonly #ptmx: PtmxNode;
  /** By number, until both sides are closed. */
  readonly #slaves = new Map<number, SlaveNode>();

  constructor(host: PseudoHost, clock: FileClock, options: DevptsOptions) {
    super(host, 0o755);
    this.#host = host;
    this.#clock = clock;
    this.options = options;
    this.#ptmx = new PtmxNode(host, clock, options.ptmxMode, 0, 0);
  }

  override lookup(name: string): PseudoInode | null | Errno {
    if (name === "ptmx") return this.#ptmx;
    if (!/^(0|[1-9]\d{0,6})$/.test(name)) return null;
    const slave = this.#slaves.get(Number(name));
    return slave?.isAlive === true ? slave : null;
  }

  override *list(_context: VfsContext): Iterable<PseudoEntry> {
    yield { name: "ptmx", inode: this.#ptmx };
    for (const [number, inode] of this.#slaves) if (inode.isAlive) yield { name: String(number), inode };
  }

  /** A new terminal with the lowest free number. */
  newTerminal(uid: number, gid: number): Pty | Errno {
    const { mode, max } = this.options;
    let index = 0;
    while (this.#slaves.has(index)) index++;
    if (index >= Math.min(max, MOST_TERMINALS)) return -ENOSPC;
    const pty = new Pty(index, () => this.#slaves.delete(index));
    const [owner, group] = [this.options.uid ?? uid, this.options.gid ?? gid];
    this.#slaves.set(index, new SlaveNode(this.#host, this.#clock, mode, owner, group, pty));
    return pty;
  }

  /** Options of a remount are for what is opened from now on. */
  setOptions(options: DevptsOptions): void {
    Object.assign(this.options, options);
    this.#ptmx.mode = S_IFCHR | options.ptmxMode;
  }
}

export class DevptsFilesystem extends PseudoFilesystem {
  private constructor(clock: FileClock, options: DevptsOptions) {
    super("devpts", DEVPTS_SUPER_MAGIC, (filesystem) => new DevptsDirectory(filesystem, clock, options));
  }

  /** A new instance. */
  static create(kernel: Kernel, options: string): DevptsFilesystem | Errno {
    const parsed = parseDevptsOptions(options);
    return typeof parsed === "number" ? parsed : new DevptsFilesystem(kernel.vfs.clock, parsed);
  }

  get #directory(): DevptsDirectory {
    return this.root.inode as DevptsDirectory;
  }

  /** A new terminal, locked, whose owner is `uid` and `gid` unless the mount says otherwise; -ENOSPC. */
  newTerminal(uid: number, gid: number): Pty | Errno {
    return this.#directory.newTerminal(uid, gid);
  }

  override mountOptions(): string {
    return formatDevptsOptions(this.#directory.options);
  }

  override remount(options: string): 0 | Errno {
    const parsed = parseDevptsOptions(options);
    if (typeof parsed === "number") return parsed;
    this.#directory.setOptions(parsed);
    return 0;
  }
}
