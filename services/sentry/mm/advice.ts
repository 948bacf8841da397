/** madvise(2): what changes memory's content acts, fork advice is kept, hints about speed are checked and accepted. */
import { EACCES, EINVAL, ENOMEM, type Errno } from "../../../shared/abi/errno.ts";
import {
  MADV_COLD,
  MADV_DODUMP,
  MADV_DOFORK,
  MADV_DONTDUMP,
  MADV_DONTFORK,
  MADV_DONTNEED,
  MADV_DONTNEED_LOCKED,
  MADV_FREE,
  MADV_HUGEPAGE,
  MADV_KEEPONFORK,
  MADV_MERGEABLE,
  MADV_NOHUGEPAGE,
  MADV_NORMAL,
  MADV_PAGEOUT,
  MADV_RANDOM,
  MADV_SEQUENTIAL,
  MADV_UNMERGEABLE,
  MADV_WILLNEED,
  MADV_WIPEONFORK,
} from "../../../shared/abi/mman.ts";
import type { Order } from "../platform/platform.ts";
import { donePlan, isFixture, type MemoryManager, type MemoryPlan, orderFor } from "./memory_manager.ts";
import { isPageAligned, pageUp } from "./page.ts";
import type { Vma } from "./vma.ts";

/** Advice that only speaks of speed. */
const HINTS: ReadonlySet<number> = new Set([
  MADV_NORMAL,
  MADV_RANDOM,
  MADV_SEQUENTIAL,
  MADV_WILLNEED,
  MADV_MERGEABLE,
  MADV_UNMERGEABLE,
  MADV_HUGEPAGE,
  MADV_NOHUGEPAGE,
  MADV_DONTDUMP,
  MADV_DODUMP,
  MADV_COLD,
  MADV_PAGEOUT,
]);

/** Decides a madvise(2); the plan's value is 0, or -ENOMEM when part of the range isn't mapped (the rest is done all the same). */
export function advise(mm: MemoryManager, address: number, rawLength: number, advice: number): MemoryPlan | Errno {
  if (!isPageAligned(address)) return -EINVAL;
  const length = pageUp(rawLength);
  if (length === 0 && rawLength !== 0) return -EINVAL;
  if (!isKnown(advice)) return -EINVAL;
  if (length === 0) return donePlan(0);
  const end = address + length;
  if (end > mm.layout.highest) return -ENOMEM;
  const slices = mm.vmas.slices(address, end);
  const value = mm.vmas.covers(address, end) ? 0 : -ENOMEM;
  if (HINTS.has(advice)) return donePlan(value);
  if (advice === MADV_DONTNEED || advice === MADV_DONTNEED_LOCKED || advice === MADV_FREE) {
    return discard(slices, advice, value);
  }
  return setForkAdvice(mm, slices, address, end, advice, value);
}

function isKnown(advice: number): boolean {
  switch (advice) {
    case MADV_DONTNEED:
    case MADV_DONTNEED_LOCKED:
    case MADV_FREE:
    case MADV_DONTFORK:
    case MADV_DOFORK:
    case MADV_WIPEONFORK:
    case MADV_KEEPONFORK:
      return true;
    default:
      return HINTS.has(advice);
  }
}

/** MADV_FREE may drop pages at any time; it does at once. */
function discard(slices: readonly Vma[], advice: number, value: number): MemoryPlan | Errno {
  const orders: Order[] = [];
  for (const vma of slices) {
    if (isFixture(vma)) return -EINVAL;
    if (vma.locked && advice !== MADV_DONTNEED_LOCKED) return -EINVAL;
    if (advice === MADV_FREE && (vma.isShared || vma.backing.file !== null)) return -EINVAL;
    // What is shared keeps its content: only the page table entries would go.
    if (vma.isShared) continue;
    const order = orderFor(vma);
    if (order.kind === "map") orders.push({ ...order, kind: "discard" });
  }
  return { orders, value, undo: () => {} };
}

function setForkAdvice(
  mm: MemoryManager,
  slices: readonly Vma[],
  start: number,
  end: number,
  advice: number,
  value: number,
): MemoryPlan | Errno {
  for (const vma of slices) {
    if (isFixture(vma)) return -EACCES;
    if (advice === MADV_WIPEONFORK && (vma.isShared || vma.backing.file !== null)) return -EINVAL;
  }
  mm.vmas.update(start, end, (vma) => {
    if (advice === MADV_DONTFORK) vma.dontFork = true;
    else if (advice === MADV_DOFORK) vma.dontFork = false;
    else if (advice === MADV_WIPEONFORK) vma.wipeOnFork = true;
    else vma.wipeOnFork = false;
  });
  return donePlan(value);
}
