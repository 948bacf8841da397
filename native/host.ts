/**
 * Host calls, typed and without policy. Results are the call's, or -errno; nothing here throws for an errno.
 *
 * A range is always (memory, start, length), checked against the view by native code; memory may be shared. Only files named
 * `*_native.ts` import this one.
 */

import type { Errno } from "../shared/abi/errno.ts";
import { EAFNOSUPPORT, EAGAIN, EINVAL } from "../shared/abi/errno.ts";
import { AT_FDCWD, F_GETFD, F_SETFD, FD_CLOEXEC, O_CLOEXEC, O_DIRECTORY, O_RDONLY } from "../shared/abi/fcntl.ts";
import {
  AUDIT_ARCH_X86_64,
  BPF_ABS,
  BPF_JA,
  BPF_JEQ,
  BPF_JGE,
  BPF_JMP,
  BPF_K,
  BPF_LD,
  BPF_RET,
  BPF_W,
  SECCOMP_FILTER_FLAG_TSYNC,
  SECCOMP_RET_ALLOW,
  SECCOMP_RET_ERRNO,
  SECCOMP_RET_KILL_PROCESS,
} from "../shared/abi/seccomp.ts";
import { SO_PEERCRED, SOCK_CLOEXEC, SOL_SOCKET } from "../shared/abi/socket.ts";
import {
  SYS_close,
  SYS_fcntl,
  SYS_getsockopt,
  SYS_memfd_create,
  SYS_openat,
  SYS_pidfd_open,
  SYS_pidfd_send_signal,
  SYS_pipe2,
  SYS_prctl,
  SYS_prlimit64,
  SYS_socketpair,
  SYS_wait4,
} from "../shared/abi/syscall_numbers.ts";
import { addon } from "./addon.ts";

export type Memory = ArrayBufferView<ArrayBufferLike>;
/** A system call argument: an exact integer, or memory whose address is passed. */
export type SyscallArgument = number | Memory;

interface HostAddon {
  syscall(nr: number, ...args: SyscallArgument[]): number;
  read(fd: number, memory: Memory, start: number, length: number): number;
  write(fd: number, memory: Memory, start: number, length: number): number;
  pread(fd: number, memory: Memory, start: number, length: number, position: number): number;
  pwrite(fd: number, memory: Memory, start: number, length: number, position: number): number;
  preadv(fd: number, memory: Memory, segments: Float64Array, count: number, position: number): number;
  pwritev(fd: number, memory: Memory, segments: Float64Array, count: number, position: number): number;
  sendFds(
    socket: number,
    memory: Memory,
    start: number,
    length: number,
    fds: Int32Array,
    count: number,
    flags: number,
  ): number;
  recvFds(socket: number, memory: Memory, start: number, length: number, out: Int32Array, flags: number): number;
  addressOf(memory: Memory): number;
  trimHeap(): number;
  spawn(words: readonly string[], fds: Int32Array): number;
  pollOpen(fd: number, callback: (events: number) => void): object | Errno;
  pollSet(poll: object, events: number): number;
  pollRef(poll: object, on: boolean): void;
  pollClose(poll: object): void;
  dropPrivileges(keepLow: number, keepHigh: number, taskDirectory: number): number;
  installFilter(program: Memory, flags: number): number;
}

const host = addon as unknown as HostAddon;

/** syscall(2). Numbers go as 64-bit integers (negative ones too), views as the address of their first byte. */
export const syscall = host.syscall;
/** read(2) and write(2) at the file offset. */
export const read = host.read;
export const write = host.write;
export const pread = host.pread;
export const pwrite = host.pwrite;
/**
 * preadv(2), pwritev(2): `segments` holds `count` (at most 64) pairs of start and length within `memory`. Position -1 means the
 * file offset, as in preadv2(2).
 */
export const preadv = host.preadv;
export const pwritev = host.pwritev;
/** The address of a view's first byte, for structs that hold pointers; valid while the view's buffer lives. */
export const addressOf = host.addressOf;

/** malloc_trim(3): gives free memory of the C library's heap back. */
export const trimHeap = host.trimHeap;

/** A path or name as a NUL-terminated string for `syscall`; latin1, one byte a character. */
export function cString(text: string): Uint8Array {
  return Buffer.from(`${text}\0`, "latin1");
}

const sentFds = new Int32Array(253);

/** sendmsg(2) with `fds` as SCM_RIGHTS (at most 253), MSG_NOSIGNAL. Returns the bytes sent. */
export function sendFds(
  socket: number,
  memory: Memory,
  start: number,
  length: number,
  fds: readonly number[],
  flags = 0,
): number {
  if (fds.length > sentFds.length) return -EINVAL;
  for (let i = 0; i < fds.length; i++) sentFds[i] = fds[i];
  return host.sendFds(socket, memory, start, length, sentFds, fds.length, flags);
}

/**
 * recvmsg(2) with MSG_CMSG_CLOEXEC. Descriptors are put in `out[1]`..., their number in `out[0]`. More of them than `out` has
 * room for are all closed, and -EMSGSIZE is returned. Returns the bytes received, 0 at the end of a stream.
 */
export function recvFds(
  socket: number,
  memory: Memory,
  start: number,
  length: number,
  out: Int32Array,
  flags = 0,
): number {
  return host.recvFds(socket, memory, start, length, out, flags);
}

/** close(2). */
export function close(fd: number): number {
  return syscall(SYS_close, fd);
}

/** Sets or clears FD_CLOEXEC. */
export function setCloseOnExec(fd: number, on: boolean): number {
  const flags = syscall(SYS_fcntl, fd, F_GETFD);
  if (flags < 0) return flags;
  return syscall(SYS_fcntl, fd, F_SETFD, on ? flags | FD_CLOEXEC : flags & ~FD_CLOEXEC);
}

/** A connected pair of AF_UNIX sockets (both close-on-exec) of `type` SOCK_STREAM, SOCK_SEQPACKET or SOCK_DGRAM. */
export function socketpair(type: number): [number, number] | Errno {
  const AF_UNIX = 1;
  const pair = new Int32Array(2);
  const result = syscall(SYS_socketpair, AF_UNIX, type | SOCK_CLOEXEC, 0, pair);
  return result < 0 ? result : [pair[0], pair[1]];
}

export interface PeerCredentials {
  pid: number;
  uid: number;
  gid: number;
}

/** SO_PEERCRED of a connected AF_UNIX socket, unix(7). */
export function peerCredentials(socket: number): PeerCredentials | Errno {
  const credentials = new Int32Array(3);
  const length = new Int32Array([12]);
  const result = syscall(SYS_getsockopt, socket, SOL_SOCKET, SO_PEERCRED, credentials, length);
  if (result < 0) return result;
  if (length[0] !== 12) return -EAFNOSUPPORT;
  return { pid: credentials[0], uid: credentials[1] >>> 0, gid: credentials[2] >>> 0 };
}

/** memfd_create(2). */
export function memfdCreate(name: string, flags: number): number {
  return syscall(SYS_memfd_create, cString(name), flags);
}

/** pidfd_open(2): readable once the process has ended. */
export function pidfdOpen(pid: number, flags = 0): number {
  return syscall(SYS_pidfd_open, pid, flags);
}

/** pidfd_send_signal(2). */
export function pidfdSendSignal(pidfd: number, signal: number): number {
  return syscall(SYS_pidfd_send_signal, pidfd, signal, 0, 0);
}

/**
 * posix_spawn(3) of words[0] with an empty environment and default signals: descriptor i of the new process is fds[i] (3 or more, or i
 * itself). Its pid, or -errno.
 */
export function spawnProcess(words: readonly string[], fds: readonly number[]): number {
  return host.spawn(words, Int32Array.from(fds));
}

/** wait4(2) with WNOHANG: the wait status, -EAGAIN while the process runs, or another -errno. Reaps it. */
export function tryWait(pid: number): number {
  const WNOHANG = 1;
  const status = new Int32Array(1);
  const result = syscall(SYS_wait4, pid, status, WNOHANG, 0);
  if (result < 0) return result;
  return result === 0 ? -EAGAIN : status[0];
}

/** pipe2(2), both ends close-on-exec: [read end, write end]. */
export function pipe(): [number, number] | Errno {
  const ends = new Int32Array(2);
  const result = syscall(SYS_pipe2, ends, O_CLOEXEC);
  return result < 0 ? result : [ends[0], ends[1]];
}

const PR_SET_PDEATHSIG = 1;

/** prctl(2) PR_SET_PDEATHSIG: the signal that this process gets when the thread that started it ends. */
export function setParentDeathSignal(signal: number): number {
  return syscall(SYS_prctl, PR_SET_PDEATHSIG, signal, 0, 0, 0);
}

/** prlimit(2) of this process; Infinity means RLIM_INFINITY. */
export function setRlimit(resource: number, soft: number, hard: number): number {
  const limits = new DataView(new ArrayBuffer(16));
  for (const [offset, limit] of [
    [0, soft],
    [8, hard],
  ]) {
    limits.setBigUint64(offset, limit === Number.POSITIVE_INFINITY ? 0xffff_ffff_ffff_ffffn : BigInt(limit), true);
  }
  return syscall(SYS_prlimit64, 0, resource, limits, 0);
}

/** Events of `Poller`, libuv's values. */
export const POLLER_READABLE = 1;
export const POLLER_WRITABLE = 2;
export const POLLER_DISCONNECT = 4;

/**
 * Readiness of a descriptor on the event loop (uv_poll_t; level-triggered). The descriptor keeps its flags, stays the caller's and
 * must outlive the poller: close() this first.
 */
export class Poller {
  #poll: object | null;

  private constructor(poll: object) {
    this.#poll = poll;
  }

  /** Calls `onReady` with POLLER_* bits, or -errno. Nothing is watched until `set`. */
  static open(fd: number, onReady: (events: number) => void): Poller | Errno {
    const poll = host.pollOpen(fd, onReady);
    return typeof poll === "number" ? poll : new Poller(poll);
  }

  /** `open` and `set` in one. */
  static watch(fd: number, events: number, onReady: (events: number) => void): Poller | Errno {
    const poller = Poller.open(fd, onReady);
    if (typeof poller === "number") return poller;
    const result = poller.set(events);
    if (result === 0) return poller;
    poller.close();
    return result;
  }

  /** Which POLLER_* bits to report; 0 pauses. */
  set(events: number): number {
    return this.#poll === null ? 0 : host.pollSet(this.#poll, events);
  }

  /** Lets the event loop end although this watches. */
  unref(): void {
    if (this.#poll !== null) host.pollRef(this.#poll, false);
  }

  ref(): void {
    if (this.#poll !== null) host.pollRef(this.#poll, true);
  }

  close(): void {
    if (this.#poll === null) return;
    host.pollClose(this.#poll);
    this.#poll = null;
  }
}

/** What a call that is not on the list meets. */
export type SeccompDefault = "kill" | { errno: number };

const SECCOMP_DATA_NR = 0;
const SECCOMP_DATA_ARCH = 4;
const X32_BIT = 0x4000_0000;

/** Classic BPF (bytes of struct sock_filter[]) that allows exactly `numbers` on x86-64; other architectures and x32 are killed. */
export function compileSeccomp(numbers: readonly number[], otherwise: SeccompDefault): Uint8Array {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const instructions: [code: number, jt: number, jf: number, k: number][] = [];
  const refuse = otherwise === "kill" ? SECCOMP_RET_KILL_PROCESS : SECCOMP_RET_ERRNO | otherwise.errno;
  const load = (offset: number) => instructions.push([BPF_LD | BPF_W | BPF_ABS, 0, 0, offset]);
  const answer = (action: number) => instructions.push([BPF_RET | BPF_K, 0, 0, action]);
  load(SECCOMP_DATA_ARCH);
  instructions.push([BPF_JMP | BPF_JEQ | BPF_K, 1, 0, AUDIT_ARCH_X86_64]);
  answer(SECCOMP_RET_KILL_PROCESS);
  load(SECCOMP_DATA_NR);
  instructions.push([BPF_JMP | BPF_JGE | BPF_K, 0, 1, X32_BIT]);
  answer(SECCOMP_RET_KILL_PROCESS);
  // A search tree: a list of 85 comparisons costs as much as the cheapest host calls themselves.
  const search = (first: number, last: number): void => {
    if (last - first < 4) {
      for (let i = first; i < last; i++) {
        instructions.push([BPF_JMP | BPF_JEQ | BPF_K, 0, 1, sorted[i]]);
        answer(SECCOMP_RET_ALLOW);
      }
      answer(refuse);
      return;
    }
    const middle = (first + last) >> 1;
    instructions.push([BPF_JMP | BPF_JGE | BPF_K, 0, 1, sorted[middle]]);
    // Only BPF_JA reaches further than 255 instructions.
    const jump = instructions.push([BPF_JMP | BPF_JA, 0, 0, 0]);
    search(first, middle);
    instructions[jump - 1][3] = instructions.length - jump;
    search(middle, last);
  };
  search(0, sorted.length);
  const program = new Uint8Array(instructions.length * 8);
  const view = new DataView(program.buffer);
  for (const [i, [code, jt, jf, k]] of instructions.entries()) {
    view.setUint16(i * 8, code, true);
    view.setUint8(i * 8 + 2, jt);
    view.setUint8(i * 8 + 3, jf);
    view.setUint32(i * 8 + 4, k, true);
  }
  return program;
}

/** A descriptor of /proc/self/task for `dropEverywhere`, which may run when there is no /proc any more. Or -errno. */
export function openTaskDirectory(): number {
  return syscall(SYS_openat, AT_FDCWD, cString("/proc/self/task"), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
}

/**
 * Drops all capabilities but `keep` (CAP_* numbers; bounding and ambient sets too), sets no_new_privs and installs `program` (from
 * compileSeccomp), each in every thread of this process. Takes `taskDirectory` (from openTaskDirectory). 0 or -errno.
 */
export function dropEverywhere(keep: readonly number[], program: Uint8Array, taskDirectory: number): number {
  let low = 0;
  let high = 0;
  for (const capability of keep) {
    if (capability < 32) low |= 1 << capability;
    else high |= 1 << (capability - 32);
  }
  const dropped = host.dropPrivileges(low >>> 0, high >>> 0, taskDirectory);
  if (dropped < 0) return dropped;
  const installed = host.installFilter(program, SECCOMP_FILTER_FLAG_TSYNC);
  // With TSYNC a positive result names a thread that could not follow.
  return installed > 0 ? -EINVAL : installed;
}
