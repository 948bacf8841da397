/**
 * Orders as the operations a stub performs and, at the same time, as the notifications that it may raise while it does: number and six
 * arguments each. The sentry keeps its own copy of the latter; what the slot says is hostile.
 */
import {
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_NORESERVE,
  MAP_PRIVATE,
  MREMAP_FIXED,
  MREMAP_MAYMOVE,
} from "../../../../shared/abi/mman.ts";
import { SYS_clone, SYS_futex, SYS_mmap, SYS_mprotect, SYS_mremap } from "../../../../shared/abi/syscall_numbers.ts";
import type { Order } from "../platform.ts";
import { MAX_OPS, OP_LOAD_FPU, OP_SAVE_FPU, TABLE_ADDRESS, TABLE_SIZE } from "./layout.ts";
import { HIGHEST_ADDRESS } from "./zygote.ts";

export const NO_FD = 2 ** 32 - 1;
const FUTEX_WAKE_PRIVATE = 129;

/** One host call of a stub. Arguments are exact doubles, non-negative. */
export interface Operation {
  number: number;
  arguments: readonly [number, number, number, number, number, number];
  /** The sentry's descriptor that argument 4 stands for, or -1. */
  fd: number;
  /** False when the stub makes no notified call for it. */
  notified: boolean;
}

function mmap(
  address: number,
  length: number,
  prot: number,
  flags: number,
  fdNumber: number,
  offset: number,
  fd: number,
): Operation {
  return {
    number: SYS_mmap,
    arguments: [address, length, prot, flags | MAP_FIXED, fdNumber, offset],
    fd,
    notified: true,
  };
}

/** Takes a range out of use. Reserving it as PROT_NONE spares the stub a seventh host call; neighbours merge in the host. */
export function unmapOperation(address: number, length: number): Operation {
  return mmap(address, length, 0, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, NO_FD, 0, -1);
}

/** Maps a range of the stubs' descriptor `number`, which they all have. */
export function mapSharedOperation(
  address: number,
  length: number,
  prot: number,
  flags: number,
  number: number,
  offset: number,
): Operation {
  return mmap(address, length, prot, flags, number, offset, -1);
}

/** clone(2) with a stack, or 0 for a copy of the process. */
export function cloneOperation(flags: number, stack: number): Operation {
  return { number: SYS_clone, arguments: [flags, stack, 0, 0, 0, 0], fd: -1, notified: true };
}

/** OP_SAVE_FPU or OP_LOAD_FPU with memory of the stub's own, which no order of the kernel's could name. */
export function fpuOperation(number: number, address: number): Operation {
  return { number, arguments: [address, 0, 0, 0, 0, 0], fd: -1, notified: false };
}

/** Where a stub's descriptors for files come from: `takeNumber` gives a free descriptor number. */
export interface FileNumbers {
  takeNumber(): number;
}

/** The operation for one order. File descriptors get a number from `files`, consecutive maps of one file share it. */
function encodeOrder(order: Order, previous: Operation | undefined, files: FileNumbers): Operation {
  switch (order.kind) {
    case "map":
    case "discard": {
      const flags = order.flags & ~MAP_FIXED;
      if (order.fd < 0) return mmap(order.address, order.length, order.prot, flags, NO_FD, 0, -1);
      const number = previous !== undefined && previous.fd === order.fd ? previous.arguments[4] : files.takeNumber();
      return mmap(order.address, order.length, order.prot, flags, number, order.offset, order.fd);
    }
    case "unmap":
      return unmapOperation(order.address, order.length);
    case "protect":
      return {
        number: SYS_mprotect,
        arguments: [order.address, order.length, order.prot, 0, 0, 0],
        fd: -1,
        notified: true,
      };
    case "remap": {
      const flags = order.newAddress === order.address ? 0 : MREMAP_MAYMOVE | MREMAP_FIXED;
      const target = flags === 0 ? 0 : order.newAddress;
      return {
        number: SYS_mremap,
        arguments: [order.address, order.length, order.newLength, flags, target, 0],
        fd: -1,
        notified: true,
      };
    }
    case "saveFpu":
      return { number: OP_SAVE_FPU, arguments: [order.address, 0, 0, 0, 0, 0], fd: -1, notified: false };
    case "loadFpu":
      return { number: OP_LOAD_FPU, arguments: [order.address, 0, 0, 0, 0, 0], fd: -1, notified: false };
    case "futexWake":
      return {
        number: SYS_futex,
        arguments: [order.address, FUTEX_WAKE_PRIVATE, order.count, 0, 0, 0],
        fd: -1,
        notified: false,
      };
  }
}

/** The operations of at most MAX_OPS orders from `first` on. */
export function encodeOrders(orders: readonly Order[], first: number, files: FileNumbers): Operation[] {
  const operations: Operation[] = [];
  for (let i = first; i < orders.length && operations.length < MAX_OPS; i++) {
    operations.push(encodeOrder(orders[i], operations.at(-1), files));
  }
  return operations;
}

/** The kernel never orders what would touch the platform's own pieces: that would be a bug of ours, and a hole in the sandbox. */
export function checkOrder(order: Order): void {
  if (order.kind === "saveFpu" || order.kind === "loadFpu" || order.kind === "futexWake") return;
  checkRange(order.address, order.length);
  if (order.kind === "remap") checkRange(order.newAddress, order.newLength);
}

function checkRange(address: number, length: number): void {
  const end = address + length;
  const sane = address >= 0 && length >= 0 && end <= HIGHEST_ADDRESS && address % 4096 === 0;
  if (!sane || (address < TABLE_ADDRESS + TABLE_SIZE && end > TABLE_ADDRESS)) {
    throw new Error(`order outside application memory: ${address.toString(16)}+${length.toString(16)}`);
  }
}
