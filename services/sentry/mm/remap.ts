/** mremap(2): resizing and moving one mapping. */
import { EFAULT, EINVAL, ENOMEM, type Errno } from "../../../shared/abi/errno.ts";
import { MREMAP_DONTUNMAP, MREMAP_FIXED, MREMAP_MAYMOVE, PAGE_SIZE } from "../../../shared/abi/mman.ts";
import {
  donePlan,
  isFixture,
  type MemoryLimits,
  type MemoryManager,
  type MemoryPlan,
  orderFor,
} from "./memory_manager.ts";
import { isPageAligned, pageUp } from "./page.ts";
import type { Vma } from "./vma.ts";

export interface RemapRequest {
  readonly address: number;
  readonly oldLength: number;
  readonly newLength: number;
  readonly flags: number;
  readonly newAddress: number;
}

/** Decides an mremap(2); the plan's value is the new address. */
export function remap(mm: MemoryManager, request: RemapRequest, limits: MemoryLimits): MemoryPlan | Errno {
  const { address, flags } = request;
  const oldLength = pageUp(request.oldLength);
  const newLength = pageUp(request.newLength);
  const invalid = checkRequest(request, oldLength, newLength, mm.layout.highest);
  if (invalid < 0) return invalid;
  const vma = mm.vmas.find(address);
  if (vma === undefined || isFixture(vma)) return -EFAULT;
  if (oldLength === 0) return duplicate(mm, vma, request, newLength, limits);
  if ((flags & MREMAP_FIXED) !== 0) return move(mm, vma, request, oldLength, newLength, request.newAddress, limits);
  if (newLength <= oldLength) {
    if (newLength === oldLength) return donePlan(address);
    const plan = mm.unmap(address + newLength, oldLength - newLength);
    return typeof plan === "number" ? plan : { orders: plan.orders, value: address, undo: () => plan.undo() };
  }
  if (address + oldLength > vma.end) return -EFAULT;
  if (mm.vmas.totalBytes + newLength - oldLength > limits.addressSpace) return -ENOMEM;
  if (canGrow(mm, vma, address + oldLength, address + newLength)) {
    return grow(mm, vma, address, oldLength, newLength);
  }
  if ((flags & MREMAP_MAYMOVE) === 0) return -ENOMEM;
  const target = mm.vmas.findGapBelow(newLength, mm.layout.lowest, mm.layout.mmapBase);
  if (target < 0) return -ENOMEM;
  return move(mm, vma, request, oldLength, newLength, target, limits);
}

function checkRequest(request: RemapRequest, oldLength: number, newLength: number, highest: number): 0 | Errno {
  const { address, flags, newAddress } = request;
  if ((flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP)) !== 0) return -EINVAL;
  if ((flags & MREMAP_FIXED) !== 0 && (flags & MREMAP_MAYMOVE) === 0) return -EINVAL;
  // Unlike Linux, the old mapping can't be kept (MREMAP_DONTUNMAP): it is refused as kernels before 5.7 do.
  if ((flags & MREMAP_DONTUNMAP) !== 0) return -EINVAL;
  if (!isPageAligned(address) || newLength === 0 || newLength > highest) return -EINVAL;
  if ((flags & MREMAP_FIXED) === 0) return 0;
  if (!isPageAligned(newAddress) || newAddress + newLength > highest) return -EINVAL;
  return newAddress < address + oldLength && address < newAddress + newLength ? -EINVAL : 0;
}

function canGrow(mm: MemoryManager, vma: Vma, from: number, to: number): boolean {
  return vma.end === from && to <= mm.layout.highest && !mm.vmas.overlaps(from, to);
}

/** Maps the further pages behind the old ones; the host joins them. */
function grow(mm: MemoryManager, vma: Vma, address: number, oldLength: number, newLength: number): MemoryPlan {
  const from = address + oldLength;
  const to = address + newLength;
  const added = vma.slice(vma.start, vma.end);
  added.offset = vma.backing.file === null && vma.backing.shared === null ? 0 : vma.offset + (from - vma.start);
  added.start = from;
  added.end = to;
  const orders = vma.backing.shared === null ? [orderFor(added)] : [remapOrder(address, oldLength, address, newLength)];
  mm.vmas.insert(added);
  return { orders, value: address, undo: () => mm.vmas.remove(from, to) };
}

function remapOrder(address: number, length: number, newAddress: number, newLength: number) {
  return { kind: "remap", address, length, newAddress, newLength } as const;
}

/** An old length of 0 makes a second mapping of what a shared one shows. */
function duplicate(
  mm: MemoryManager,
  vma: Vma,
  request: RemapRequest,
  newLength: number,
  limits: MemoryLimits,
): MemoryPlan | Errno {
  const { address, flags } = request;
  if (!vma.isShared || (flags & MREMAP_MAYMOVE) === 0) return -EINVAL;
  if (mm.vmas.totalBytes + newLength > limits.addressSpace) return -ENOMEM;
  const isFixed = (flags & MREMAP_FIXED) !== 0;
  const target = isFixed ? request.newAddress : mm.vmas.findGapBelow(newLength, mm.layout.lowest, mm.layout.mmapBase);
  if (target < mm.layout.lowest) return isFixed ? -EINVAL : -ENOMEM;
  const targetEnd = target + newLength;
  const replaced = mm.vmas.slices(target, targetEnd);
  if (replaced.some(isFixture)) return -EINVAL;
  const twin = vma.slice(address, vma.end);
  twin.start = target;
  twin.end = targetEnd;
  const order = vma.backing.shared === null ? orderFor(twin) : remapOrder(address, 0, target, newLength);
  mm.vmas.remove(target, targetEnd);
  mm.vmas.insert(twin);
  return { orders: [order], value: target, undo: () => mm.vmas.restore(target, targetEnd, replaced) };
}

function move(
  mm: MemoryManager,
  vma: Vma,
  request: RemapRequest,
  oldLength: number,
  newLength: number,
  target: number,
  limits: MemoryLimits,
): MemoryPlan | Errno {
  const { address } = request;
  if (address + Math.min(oldLength, newLength) > vma.end) return -EFAULT;
  if (target < mm.layout.lowest) return -EINVAL;
  const targetEnd = target + newLength;
  const oldEnd = address + oldLength;
  const replaced = mm.vmas.slices(target, targetEnd);
  if (replaced.some(isFixture)) return -EINVAL;
  if (mm.vmas.totalBytes + Math.max(0, newLength - oldLength) > limits.addressSpace) return -ENOMEM;
  const before = mm.vmas.slices(address, oldEnd);
  const moved = vma.slice(address, Math.min(oldEnd, vma.end));
  moved.start = target;
  moved.end = targetEnd;
  mm.vmas.remove(target, targetEnd);
  // Insert before removing, so that the file never loses its last reference in between.
  mm.vmas.insert(moved);
  mm.vmas.remove(address, oldEnd);
  return {
    orders: [remapOrder(address, oldLength, target, newLength)],
    value: target,
    undo: () => {
      mm.vmas.restore(target, targetEnd, replaced);
      mm.vmas.restore(address, oldEnd, before);
    },
  };
}

/** Bytes per step when a mapping is moved by copying. */
export const COPY_STEP_BYTES = 256 * PAGE_SIZE;
