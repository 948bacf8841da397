/**
 * The systrap platform's part of the addon, typed and without policy. 64-bit notification ids go as two 32-bit halves. Results
 * are the host call's, or -errno. Only files named `*_native.ts` import this one.
 */
import type { Errno } from "../shared/abi/errno.ts";
import { addon } from "./addon.ts";

interface SystrapAddon {
  mapMemory(fd: number, length: number, protection: number): ArrayBuffer | Errno;
  futexWake(memory: ArrayBufferView, offset: number, count: number): number;
  futexWait(memory: ArrayBufferView, offset: number, expected: number, timeoutNs: number): number;
  notificationReceive(listener: number, notification: ArrayBufferView, ready: number): number;
  notificationSend(listener: number, idLow: number, idHigh: number, value: number, goOn: number): number;
  notificationAddFd(listener: number, idLow: number, idHigh: number, fd: number, number: number): number;
  notificationSyncWakeUp(listener: number, on: number): number;
  processRead(pid: number, address: number, memory: ArrayBufferView, start: number, length: number): number;
  processWrite(pid: number, address: number, memory: ArrayBufferView, start: number, length: number): number;
  fileToProcess(fd: number, offset: number, length: number, pid: number, address: number): number;
  monotonicNs(): number;
  loopOpen(listener: number, callback: (listenerReady: number) => number): object;
  loopClose(loop: object): void;
  zygoteStart(
    base: number,
    filter: ArrayBufferView,
    arenaFd: number,
    sharedFd: number,
    vdso: Float64Array,
    out: Int32Array,
  ): number;
  stubSyscallEntry(): number;
  zygoteStepName(step: number): string;
  cpuFeatures(out: Int32Array): void;
}

const systrap = addon as unknown as SystrapAddon;

/** Maps `length` bytes of a file, shared, for the life of the process. */
export const mapMemory = systrap.mapMemory;
/** futex(2) FUTEX_WAKE on a word that other processes share. */
export const futexWake = systrap.futexWake;
/** futex(2) FUTEX_WAIT, with a relative timeout in ns; negative waits for ever. */
export const futexWait = systrap.futexWait;
/** SECCOMP_IOCTL_NOTIF_RECV into 80 bytes: 1, or 0 when nothing waits. `ready` isn't 0 when poll(2) has just said so. */
export const notificationReceive = systrap.notificationReceive;
/** SECCOMP_IOCTL_NOTIF_SEND: the call returns `value`, or goes on when `goOn` isn't 0. */
export const notificationSend = systrap.notificationSend;
/** SECCOMP_IOCTL_NOTIF_ADDFD with SECCOMP_ADDFD_FLAG_SETFD. */
export const notificationAddFd = systrap.notificationAddFd;
/** SECCOMP_IOCTL_NOTIF_SET_FLAGS: SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (Linux 6.6) on or off. */
export const notificationSyncWakeUp = systrap.notificationSyncWakeUp;
/** process_vm_readv(2) and process_vm_writev(2) of one range. */
export const processRead = systrap.processRead;
export const processWrite = systrap.processWrite;
/** Copies a range of a file to an address of another process. */
export const fileToProcess = systrap.fileToProcess;
/** CLOCK_MONOTONIC in ns. */
export const monotonicNs = systrap.monotonicNs;
/**
 * Calls `callback` on each turn of the event loop, and then sleeps on the listener as well as on the loop's own descriptors when it
 * returns 0; 1 asks for another call after the loop has seen to its own.
 */
export const loopOpen = systrap.loopOpen;
export const loopClose = systrap.loopClose;
/** Forks the zygote; returns its pid once it is confined but for the filter, or -errno with the failed step in `out[0]`. */
export const zygoteStart = systrap.zygoteStart;
/** What step `step` of `zygoteStart` does, for messages. */
export const zygoteStepName = systrap.zygoteStepName;
/** Offset in the stub image where the thunks of rewritten sites enter. */
export const stubSyscallEntry = systrap.stubSyscallEntry;
/** `out`: XSAVE features, bytes of their image, 1 if FSGSBASE is usable. */
export const cpuFeatures = systrap.cpuFeatures;
