/**
 * --strace: a line when a call begins and one when it ends, made from the rows of the table.
 *
 *   nginx E read(0x3 /lib/x86_64-linux-gnu/libc.so.6, 0x7f2d2c4640d8, 0x340)
 *   nginx X read(0x3 /lib/x86_64-linux-gnu/libc.so.6, 0x7f2d2c4640d8 "\x7fELF...", 0x340) = 832 (0x340) (12.3µs)
 *
 * What is shown of memory is read from the application again: it is what is there now, not necessarily what the kernel saw.
 */
import { errnoName } from "../../../shared/abi/errno.ts";
import { syscallName } from "../../../shared/abi/syscall_numbers.ts";
import type { SyscallObserver } from "../kernel/kernel.ts";
import type { Result } from "../kernel/result.ts";
import { signalName } from "../kernel/signal/signal_names.ts";
import type { Task } from "../kernel/task.ts";
import { pathOf } from "../vfs/path_name.ts";
import type { Argument, Row, ValueNames } from "./row.ts";
import { SYSCALL_TABLE } from "./table.ts";

const AT_FDCWD = -100;
const MOST_STRINGS = 64;
const LONGEST_STRING = 4096;
const TWO_32 = 0x1_0000_0000;

/** What an open call needs for its end. */
interface OpenCall {
  readonly nr: number;
  readonly args: readonly number[];
  readonly startNs: number;
  readonly threadSpaceChanges: object;
}

export interface StraceOptions {
  /** Names of calls to show; empty for all. */
  readonly syscalls?: readonly string[];
  /** Bytes of a buffer that a line shows. */
  readonly bufferBytes?: number;
}

export class Strace implements SyscallObserver {
  readonly #write: (line: string) => void;
  readonly #only: ReadonlySet<string>;
  readonly #bufferBytes: number;
  readonly #open = new WeakMap<Task, OpenCall>();

  constructor(write: (line: string) => void, options: StraceOptions = {}) {
    this.#write = write;
    this.#only = new Set(options.syscalls ?? []);
    this.#bufferBytes = options.bufferBytes ?? 1024;
  }

  onEnter(task: Task): void {
    const nr = task.syscallNumber;
    const name = SYSCALL_TABLE[nr]?.name ?? syscallName(nr);
    if (this.#only.size > 0 && !this.#only.has(name)) {
      this.#open.delete(task);
      return;
    }
    const args = [0, 1, 2, 3, 4, 5].map((index) => task.args.addr(index));
    this.#open.set(task, { nr, args, startNs: task.nowNs(), threadSpaceChanges: task.thread.space });
    this.#write(`${prefix(task)} E ${name}(${this.#arguments(task, SYSCALL_TABLE[nr], args, null)})`);
  }

  onExit(task: Task, result: Result): void {
    const call = this.#open.get(task);
    if (call === undefined) return;
    this.#open.delete(task);
    const row = SYSCALL_TABLE[call.nr];
    const name = row?.name ?? syscallName(call.nr);
    const micros = ((task.nowNs() - call.startNs) / 1000).toFixed(1);
    // execve has replaced the memory that the arguments were in.
    const isReplaced = call.threadSpaceChanges !== task.thread.space;
    const shown = isReplaced ? "..." : this.#arguments(task, row, call.args, result);
    this.#write(`${prefix(task)} X ${name}(${shown}) = ${formatResult(result)} (${micros}µs)`);
  }

  #arguments(task: Task, row: Row | undefined, args: readonly number[], result: Result | null): string {
    if (row === undefined || (row.arguments.length === 0 && row.level === "unsupported")) {
      return args.map((value) => hex(value)).join(", ");
    }
    return row.arguments.map((argument, i) => this.#argument(task, argument, args, i, result)).join(", ");
  }

  #argument(task: Task, argument: Argument, args: readonly number[], index: number, result: Result | null): string {
    const value = args[index];
    const low = value % TWO_32;
    switch (argument.kind) {
      case "int":
      case "pid":
        return String(low | 0);
      case "uint":
        return String(low);
      case "octal":
        return `0o${low.toString(8)}`;
      case "offset":
      case "size":
      case "hex":
      case "address":
        return value === 0 && argument.kind === "address" ? "null" : hex(value);
      case "fd":
      case "dirfd":
        return formatDescriptor(task, low | 0);
      case "signal":
        return signalName(low | 0);
      case "values":
        return formatValues(argument.values, low);
      case "path":
      case "string":
        return value === 0 ? "null" : `${hex(value)} ${this.#string(task, value)}`;
      case "stringArray":
        return value === 0 ? "null" : `${hex(value)} ${this.#stringArray(task, value)}`;
      case "inBuffer":
        return this.#buffer(task, value, (args[argument.lengthArgument] ?? 0) * argument.scale);
      case "outBuffer":
        if (result === null || result < 0) return hex(value);
        return this.#buffer(task, value, Math.min(result, args[argument.lengthArgument] ?? 0) * argument.scale);
      case "inStruct":
      case "inOutStruct":
        return this.#struct(task, value, argument.size, argument.format);
      case "outStruct":
        if (result === null || result < 0) return hex(value);
        return this.#struct(task, value, argument.size, argument.format);
      case "inIovec":
        return this.#iovec(task, value, args[argument.countArgument] ?? 0, Number.POSITIVE_INFINITY);
      case "outIovec":
        if (result === null || result < 0) return hex(value);
        return this.#iovec(task, value, args[argument.countArgument] ?? 0, result);
    }
  }

  #read(task: Task, address: number, length: number): Buffer | null {
    const bytes = Buffer.alloc(length);
    // Results that the thread will copy out itself, when it resumes, aren't in its memory yet.
    const queued = task.thread.findQueued(address);
    if (queued >= 0) {
      bytes.set(task.memory.arena.subarray(queued, queued + length));
      return bytes;
    }
    const got = task.thread.space.read(address, bytes, 0, length);
    return got <= 0 && length > 0 ? null : bytes.subarray(0, Math.max(0, got));
  }

  #string(task: Task, address: number): string {
    const bytes = this.#read(task, address, LONGEST_STRING);
    if (bytes === null) return "(bad address)";
    const end = bytes.indexOf(0);
    return quote(end < 0 ? bytes : bytes.subarray(0, end));
  }

  #stringArray(task: Task, address: number): string {
    const strings: string[] = [];
    for (let i = 0; i < MOST_STRINGS; i++) {
      const pointer = this.#read(task, address + i * 8, 8);
      if (pointer === null || pointer.length < 8) return "(bad address)";
      const at = pointer.readUInt32LE(0) + pointer.readUInt32LE(4) * TWO_32;
      if (at === 0) return `[${strings.join(", ")}]`;
      strings.push(this.#string(task, at));
    }
    return `[${strings.join(", ")}, ...]`;
  }

  #buffer(task: Task, address: number, length: number): string {
    if (address === 0) return "null";
    const shown = Math.min(length, this.#bufferBytes);
    const bytes = this.#read(task, address, shown);
    if (bytes === null) return `${hex(address)} (bad address)`;
    return `${hex(address)} ${quote(bytes)}${length > shown ? "..." : ""}`;
  }

  #struct(task: Task, address: number, size: number, format: (view: DataView, start: number) => string): string {
    if (address === 0) return "null";
    const bytes = this.#read(task, address, size);
    if (bytes === null || bytes.length < size) return `${hex(address)} (bad address)`;
    return `${hex(address)} ${format(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0)}`;
  }

  #iovec(task: Task, address: number, count: number, total: number): string {
    if (address === 0) return "null";
    let left = Math.min(total, this.#bufferBytes);
    const parts: string[] = [];
    for (let i = 0; i < Math.min(count, MOST_STRINGS); i++) {
      const entry = this.#read(task, address + i * 16, 16);
      if (entry === null || entry.length < 16) return `${hex(address)} (bad address)`;
      const base = entry.readUInt32LE(0) + entry.readUInt32LE(4) * TWO_32;
      const length = entry.readUInt32LE(8) + entry.readUInt32LE(12) * TWO_32;
      parts.push(`{base=${this.#buffer(task, base, Math.min(left, length))}, len=${length}}`);
      left = Math.max(0, left - length);
    }
    return `${hex(address)} [${parts.join(", ")}]`;
  }
}

function prefix(task: Task): string {
  return `[${String(task.threadGroup.pid).padStart(4)}:${String(task.tid).padStart(4)}] ${task.name}`;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

function formatResult(result: Result): string {
  if (result < 0 && result >= -4095) return `${result} (${errnoName(result)})`;
  return `${result} (${hex(Math.max(0, result))})`;
}

function formatDescriptor(task: Task, descriptor: number): string {
  if (descriptor === AT_FDCWD) return `AT_FDCWD ${nameOf(task, task.fs.cwd)}`;
  const file = task.fdTable.get(descriptor);
  const shown = descriptor < 0 ? String(descriptor) : hex(descriptor);
  if (file === undefined) return `${shown} (bad FD)`;
  return `${shown} ${file.path === null ? file.describe() : nameOf(task, file.path)}`;
}

function nameOf(task: Task, path: Parameters<typeof pathOf>[0]): string {
  const name = pathOf(path, task.fs.root);
  return Buffer.from(typeof name === "string" ? name : "?", "latin1").toString();
}

function formatValues(values: ValueNames, value: number): string {
  if (values.kind === "enum") {
    const found = values.names.find(([one]) => one >>> 0 === value);
    return found === undefined ? hex(value) : found[1];
  }
  let rest = value;
  const shown: string[] = [];
  for (const [bits, name] of values.names) {
    const mask = bits >>> 0;
    if (mask === 0 || (rest & mask) >>> 0 !== mask) continue;
    rest = (rest & ~mask) >>> 0;
    shown.push(name);
  }
  if (rest !== 0 || shown.length === 0) shown.push(hex(rest));
  return shown.join("|");
}

/** As a C string: printable ASCII as it is, the rest escaped. */
function quote(bytes: Uint8Array): string {
  let text = '"';
  for (const byte of bytes) {
    if (byte === 0x22 || byte === 0x5c) text += `\\${String.fromCharCode(byte)}`;
    else if (byte === 10) text += "\\n";
    else if (byte === 9) text += "\\t";
    else if (byte === 13) text += "\\r";
    else if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
    else text += `\\x${byte.toString(16).padStart(2, "0")}`;
  }
  return `${text}"`;
}
