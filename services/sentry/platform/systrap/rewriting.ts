/**
 * Rewrites hot system call sites into jumps, so that a call needs no trap of the host: the trampoline rail.
 *
 * A site is looked at when it has trapped often. Two shapes are known; between them they cover nearly every site of a C library:
 *
 *   - `mov $nr,%eax; syscall`, seven bytes, becomes `jmp *[entry]`. The entry lies in a table whose address makes the old `syscall`
 *     byte an invalid instruction: code that jumps straight there, or a thread that was preempted between the two, gets
 *     SIGILL, and that is served as the system call it was.
 *   - `syscall; cmp $imm32,%rax`, eight bytes: the jump starts where the `syscall` was. The address after it, where threads that wait
 *     in this very call will return, is inside the jump; such an address is translated whenever the sentry sets or shows rip.
 *     A branch in the program to there is looked for first, byte by byte and so conservatively, and no other thread may run.
 *
 * Code that the application itself can write is left alone. A thunk per site loads what the shape needs and enters the stub. The application's stack isn't touched, so the red zone is safe.
 * Table, thunks and rewritten code are private memory of the process: fork copies them, exec starts without.
 */
import type { AddressSpace } from "../platform.ts";
import { TABLE_ADDRESS, TABLE_SIZE, THUNK_AFTER, THUNK_SIZE, THUNKS_OFFSET, THUNKS_SIZE } from "./layout.ts";

/** Traps of one site before it is looked at: about what a rewrite costs. */
export const HOT = 12;
export const NEVER = -Infinity;
/** An application can make system calls from as many places as it likes: beyond so many, counting starts anew. */
const MOST_COUNTED = 50_000;
/** Look again after so many more traps. */
const LATER = -HOT;
const CODE_BEFORE = 8;
const CODE_BYTES = 16;
const JUMP_BYTES = 7;
const CMP_BYTES = 6;
const SCAN_CHUNK = 1 << 20;
const MAX_SITES = Math.min(TABLE_SIZE / 8, THUNKS_SIZE / THUNK_SIZE);

export interface ExecutableRange {
  address: number;
  length: number;
  file: string;
}

/** What is rewritten in one address space. Copies share until one of them changes. */
export class Sites {
  /** Traps by the address after the `syscall` instruction. */
  readonly hits: Map<number, number>;
  /** Start of each rewritten site of the first shape. */
  readonly starts: Set<number>;
  /** Second shape: address after the `syscall`, to the thunk's continuation, and back. */
  readonly inner: Map<number, number>;
  readonly outer: Map<number, number>;
  ranges: ExecutableRange[];
  used: number;

  constructor(from: Sites | null) {
    this.hits = new Map(from?.hits);
    this.starts = new Set(from?.starts);
    this.inner = new Map(from?.inner);
    this.outer = new Map(from?.outer);
    this.ranges = from === null ? [] : [...from.ranges];
    this.used = from === null ? 0 : from.used;
  }

  /** Counts `traps` more of the site before `after`; returns how many there were in all. */
  count(after: number, traps: number): number {
    const hits = (this.hits.get(after) ?? 0) + traps;
    if (this.hits.size >= MOST_COUNTED) this.hits.clear();
    this.hits.set(after, hits);
    return hits;
  }

  /** Code at [address, address+length) isn't what it was. */
  forget(address: number, length: number): void {
    const end = address + length;
    const gone = (at: number): boolean => at >= address && at < end;
    this.ranges = this.ranges.filter((range) => range.address + range.length <= address || range.address >= end);
    for (const at of this.hits.keys()) if (gone(at)) this.hits.delete(at);
    for (const at of this.starts) if (gone(at)) this.starts.delete(at);
    // A thread may still be on its way through the thunk: only the way in is forgotten.
    for (const at of this.inner.keys()) if (gone(at)) this.inner.delete(at);
  }
}

/** Answers by file and site whether some branch may lead into the second shape's interior; code of one file is scanned once. */
const scanned = new Map<string, boolean>();
const scanBuffer = new Uint8Array(SCAN_CHUNK + 8);

/** The eight bytes around which everything turns, or why not. */
export type Shape = "number" | "compare" | null;

/** The shape of the site whose `syscall` ends at `code[CODE_BEFORE]`. `number` is what rax held. */
export function shapeOf(code: Uint8Array, number: number): Shape {
  const at = CODE_BEFORE;
  if (code[at - 2] !== 0x0f || code[at - 1] !== 0x05) return null;
  const immediate = (code[at - 6] | (code[at - 5] << 8) | (code[at - 4] << 16) | (code[at - 3] << 24)) >>> 0;
  // A prefix before would make it a move to another register.
  const prefix = code[at - 8];
  if (code[at - 7] === 0xb8 && immediate === number >>> 0 && (prefix & 0xf0) !== 0x40) return "number";
  return code[at] === 0x48 && code[at + 1] === 0x3d ? "compare" : null;
}

/** Whether bytes of `code` (at `address`), read from any byte on, form a branch into [first, last]. */
export function branchesInto(code: Uint8Array, count: number, address: number, first: number, last: number): boolean {
  for (let i = 0; i + 1 < count; i++) {
    const byte = code[i];
    let end = 0;
    let distance = 0;
    if (byte === 0xeb || (byte >= 0x70 && byte <= 0x7f) || (byte >= 0xe0 && byte <= 0xe3)) {
      end = i + 2;
      distance = (code[i + 1] << 24) >> 24;
      const target = address + end + distance;
      if (target >= first && target <= last) return true;
      continue;
    }
    if (byte === 0xe8 || byte === 0xe9) end = i + 5;
    else if (byte === 0x0f && code[i + 1] >= 0x80 && code[i + 1] <= 0x8f) end = i + 6;
    else continue;
    if (end > count) continue;
    distance = code[end - 4] | (code[end - 3] << 8) | (code[end - 2] << 16) | (code[end - 1] << 24);
    const target = address + end + distance;
    if (target >= first && target <= last) return true;
  }
  return false;
}

/** True when the mapping that holds `after` has been searched and nothing in it seems to branch into the jump's interior. */
function interiorIsQuiet(space: AddressSpace, sites: Sites, after: number): boolean {
  const range = sites.ranges.find((r) => after >= r.address && after < r.address + r.length);
  if (range === undefined) return false;
  const key = `${range.file} ${after - range.address} ${range.length}`;
  const known = range.file === "" ? undefined : scanned.get(key);
  if (known !== undefined) return known;
  let quiet = true;
  for (let done = 0; done < range.length && quiet; done += SCAN_CHUNK) {
    const wanted = Math.min(SCAN_CHUNK + 8, range.length - done);
    const got = space.forceRead(range.address + done, scanBuffer, 0, wanted);
    quiet = !branchesInto(scanBuffer, got, range.address + done, after, after + JUMP_BYTES - 3);
  }
  if (range.file !== "") scanned.set(key, quiet);
  return quiet;
}

export interface RewriteRequest {
  space: AddressSpace;
  sites: Sites;
  /** Address after the `syscall`. */
  after: number;
  number: number;
  /** Base of the stub image, and the offset of its entry for thunks. */
  base: number;
  entry: number;
  /** No other thread of the process can be in application code. */
  alone: boolean;
}

const code = new Uint8Array(CODE_BYTES);
const thunk = new Uint8Array(THUNK_SIZE);
const thunkView = new DataView(thunk.buffer);
const jump = new Uint8Array(JUMP_BYTES);
const pointer = new DataView(new ArrayBuffer(8));

/** Rewrites the site if that is safe now. Returns true when it did; `sites.hits` says when to ask again. */
export function rewriteSite(request: RewriteRequest): boolean {
  const { space, sites, after, base } = request;
  sites.hits.set(after, NEVER);
  if (sites.used >= MAX_SITES || space.read(after - CODE_BEFORE, code, 0, CODE_BYTES) !== CODE_BYTES) return false;
  const shape = shapeOf(code, request.number);
  if (shape === null) return false;
  // Code that can be written is being written, or is a shared mapping through which we would change a file. This byte stays as it is.
  if (space.write(after - 2, code, CODE_BEFORE - 2, 1) !== 0) return false;
  if (shape === "compare") {
    if (!request.alone) {
      sites.hits.set(after, LATER);
      return false;
    }
    if (!interiorIsQuiet(space, sites, after)) return false;
  }

  const index = sites.used++;
  const thunkAddress = base + THUNKS_OFFSET + index * THUNK_SIZE;
  const entryAddress = base + request.entry;
  const start = shape === "number" ? after - JUMP_BYTES : after - 2;
  thunk.fill(0xcc);
  if (shape === "number") {
    // mov $nr,%eax; movabs $after,%rcx; jmp entry
    thunk.set(code.subarray(CODE_BEFORE - JUMP_BYTES, CODE_BEFORE - 2), 0);
    thunk[5] = 0x48;
    thunk[6] = 0xb9;
    writeAddress(thunkView, 7, after);
    thunk[15] = 0xe9;
    thunkView.setInt32(16, entryAddress - (thunkAddress + 20), true);
  } else {
    // lea 5(%rip),%rcx; jmp entry; cmp $imm32,%rax; jmp *0(%rip) to after the cmp
    thunk.set([0x48, 0x8d, 0x0d, 5, 0, 0, 0, 0xe9], 0);
    thunkView.setInt32(8, entryAddress - (thunkAddress + THUNK_AFTER), true);
    thunk.set(code.subarray(CODE_BEFORE, CODE_BEFORE + CMP_BYTES), THUNK_AFTER);
    thunk.set([0xff, 0x25, 0, 0, 0, 0], THUNK_AFTER + CMP_BYTES);
    writeAddress(thunkView, THUNK_AFTER + CMP_BYTES + 6, after + CMP_BYTES);
  }
  const tableEntry = TABLE_ADDRESS + index * 8;
  writeAddress(pointer, 0, thunkAddress);
  jump.set([
    0xff,
    0x24,
    0x25,
    tableEntry & 0xff,
    (tableEntry >> 8) & 0xff,
    (tableEntry >> 16) & 0xff,
    tableEntry >> 24,
  ]);
  if (space.forceWrite(thunkAddress, thunk, 0, THUNK_SIZE) !== THUNK_SIZE) return false;
  if (space.forceWrite(tableEntry, new Uint8Array(pointer.buffer), 0, 8) !== 8) return false;
  if (!writeJump(space, start, request.alone)) return false;
  if (shape === "number") {
    sites.starts.add(start);
  } else {
    sites.inner.set(after, thunkAddress + THUNK_AFTER);
    sites.outer.set(thunkAddress + THUNK_AFTER, after);
  }
  return true;
}

/**
 * With other threads about, a breakpoint stands in for the first byte until the rest is written, and the byte that a preempted thread
 * would run next is made invalid in one step; whoever meets either comes to the sentry, which is done by then.
 */
function writeJump(space: AddressSpace, start: number, alone: boolean): boolean {
  if (alone) return space.forceWrite(start, jump, 0, JUMP_BYTES) === JUMP_BYTES;
  const breakpoint = new Uint8Array([0xcc]);
  return (
    space.forceWrite(start, breakpoint, 0, 1) === 1 &&
    space.forceWrite(start + 5, jump, 5, 1) === 1 &&
    space.forceWrite(start + 1, jump, 1, JUMP_BYTES - 1) === JUMP_BYTES - 1 &&
    space.forceWrite(start, jump, 0, 1) === 1
  );
}

function writeAddress(view: DataView, at: number, address: number): void {
  view.setUint32(at, address % 2 ** 32, true);
  view.setUint32(at + 4, Math.floor(address / 2 ** 32), true);
}
